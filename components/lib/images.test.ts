import { expect } from "chai";

import { imageReference, mirroredRegistry, splitImage } from "./images";

describe("an image", () => {
    const hex = "0123456789abcdef".repeat(4);
    const digest = `sha256:${hex}`;
    const mirror = { imageMirror: "registry.lan:5000/mirror" };

    for (const suffix of [":7.4.6-alpine", `:7.4.6-alpine@${digest}`, `@${digest}`]) {
        it(`is pulled by its own reference, or from the mirror with the same ${suffix.slice(0, 20)}`, () => {
            expect(imageReference(`docker.io/library/redis${suffix}`, {})).to.equal(`docker.io/library/redis${suffix}`);
            expect(imageReference(`docker.io/library/redis${suffix}`, mirror)).to.equal(
                `registry.lan:5000/mirror/library/redis${suffix}`,
            );
        });
    }

    it("is pulled from the path of its own registry where the mirror has one for each", () => {
        const caches = { imageMirror: "harbor.lan/{registry}" };
        expect(imageReference("docker.io/library/redis:7", caches)).to.equal("harbor.lan/docker.io/library/redis:7");
        expect(mirroredRegistry("quay.io", caches)).to.deep.equal({ image: { registry: "harbor.lan/quay.io" } });
        expect(mirroredRegistry("quay.io", {})).to.deep.equal({});
    });

    it("has the parts that charts ask for", () => {
        expect(splitImage(`quay.io:443/prometheus/prometheus:v3.5.0@${digest}`, {})).to.deep.equal({
            registry: "quay.io:443",
            path: "prometheus/prometheus",
            repository: "quay.io:443/prometheus/prometheus",
            tag: "v3.5.0",
            digest,
            sha: hex,
            tagAndDigest: `v3.5.0@${digest}`,
        });
        expect(splitImage("quay.io/a/b:1", {})).to.include({ sha: undefined, tagAndDigest: "1" });
    });

    for (const bad of ["redis:7", "docker.io/library/redis", "docker.io/library/redis:", "docker.io/a/b:1@sha256:12"]) {
        it(`is not ${bad}`, () => {
            expect(() => splitImage(bad, {})).to.throw(`${bad} is not an image reference; write`);
        });
    }
});
