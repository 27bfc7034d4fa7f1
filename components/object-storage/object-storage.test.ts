import { expect } from "chai";

import { problemsWith, resource, stackRun, waitsFor } from "../../tests/support";

const objectStorage = {
    enabled: true,
    buckets: ["backups", "images"],
    host: "s3.home.arpa",
    consoleHost: "rustfs.home.arpa",
};
const deployed = (own: object = {}) =>
    stackRun("homelab", { settings: { objectStorage: { ...objectStorage, ...own } } });

interface Container {
    command: string[];
    env: { name: string; value?: string; valueFrom?: { secretKeyRef: { name: string; key: string } } }[];
}

describe("the object storage", () => {
    it("is behind the gateway, S3 and console by a host each, for objects of any size", async () => {
        const run = await deployed();
        for (const [host, port] of [
            ["s3.home.arpa", 9000],
            ["rustfs.home.arpa", 9001],
        ] as const) {
            expect(resource(run, `${host}-route`).inputs.spec).to.have.nested.property(
                "rules[0].backendRefs[0].port",
                port,
            );
            expect(resource(run, `${host}-body-limit`).inputs.spec).to.have.nested.property("body.maxSize", "0");
            expect(resource(run, `${host}-from-gateway`).inputs.spec).to.have.nested.property(
                "ingress[0].ports[0].port",
                port,
            );
        }
    });

    it("refuses a change of its volume that Kubernetes would refuse", async () => {
        expect(resource(await deployed(), "rustfs", "Release").hooks.beforeUpdate).to.deep.equal([
            "claim-object-storage-rustfs-data",
        ]);
    });

    it("has a console only where it has a host", async () => {
        const consoleOf = async (own: object) =>
            resource(await deployed(own), "rustfs", "Release").inputs as {
                values: { config: { rustfs: { console_enable: string } } };
            };
        expect((await consoleOf({})).values.config.rustfs.console_enable).to.equal("true");
        expect((await consoleOf({ consoleHost: undefined })).values.config.rustfs.console_enable).to.equal("false");
    });

    it("keeps the administrator's password secret, generated or given", async () => {
        const given = "a-long-secret-key-0123";
        const run = await deployed({ secretKey: given });
        expect(JSON.stringify(run.resources)).not.to.contain(given);
        expect(run.secrets).to.include(given);
        expect((await deployed()).secrets).to.include("password-of-object-storage-secret-key");
    });

    it("makes its buckets when it is there, with the keys of the Secret", async () => {
        const run = await deployed();
        const job = resource(run, "rustfs-buckets", ":Job");
        const spec = job.inputs.spec as { template: { spec: { containers: [Container] } } };
        const [{ command, env }] = spec.template.spec.containers;
        expect(command.slice(-2)).to.deep.equal(["backups", "images"]);
        expect(env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef.name ?? [])).to.deep.equal([
            "rustfs-credentials",
            "rustfs-credentials",
        ]);
        expect([...waitsFor(run, job)]).to.include(resource(run, "rustfs", "Release").id);
        const without = await deployed({ buckets: [] });
        expect(
            without.resources.filter(({ name, type }) => name === "rustfs-buckets" && type.endsWith(":Job")),
        ).to.have.length(0);
    });

    it("refuses what is no bucket and no password", () => {
        const problems = (own: object) => problemsWith({ objectStorage: { enabled: true, ...own } })[0];
        expect(problems({ buckets: ["My_Bucket"] })).to.contain("is not the name of a bucket");
        expect(problems({ secretKey: "short" })).to.contain("is too short; use at least 16 characters");
    });
});
