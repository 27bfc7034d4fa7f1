import { expect } from "chai";
import { constants, createDecipheriv, generateKeyPairSync, privateDecrypt } from "node:crypto";

import { metadataOf, resource, stackRun } from "../../tests/support";
import { seal } from "./kubeseal-client";

describe("sealed-secrets", () => {
    const run = () => stackRun("homelab");

    it("runs in a namespace that admits only restricted pods, by a fixed version of the standard", async () => {
        expect(metadataOf(resource(await run(), "sealed-secrets", "Namespace")).labels).to.include({
            "pod-security.kubernetes.io/enforce": "restricted",
            "pod-security.kubernetes.io/enforce-version": "v1.34",
        });
    });

    it("denies all connections but those to the controller, and its own to the API server and the cluster's DNS", async () => {
        const all = resource(await run(), "sealed-secrets-default-deny").inputs;
        expect(all.spec).to.deep.equal({
            podSelector: { matchLabels: {} },
            policyTypes: ["Ingress", "Egress"],
            ingress: [],
            egress: [],
        });
        const { spec } = resource(await run(), "sealed-secrets-controller", "NetworkPolicy").inputs as {
            spec: { ingress: { ports: { port: number }[] }[]; egress: { ports: { port: number }[] }[] };
        };
        const ports = (flows: typeof spec.ingress) => flows.flatMap((flow) => flow.ports.map(({ port }) => port));
        expect(ports(spec.ingress)).to.deep.equal([8080, 8081]);
        expect(ports(spec.egress).slice(0, 4)).to.deep.equal([53, 53, 443, 6443]);
    });

    it("renews its key by the setting, and lets only administrators call it through the API server", async () => {
        const { values } = resource(await run(), "sealed-secrets", "Release").inputs as {
            values: { keyrenewperiod: string; rbac: unknown; containerSecurityContext: object };
        };
        expect(values.keyrenewperiod).to.equal("720h");
        expect(values.rbac).to.deep.equal({ serviceProxier: { create: true, bind: false } });
        expect(values.containerSecurityContext).to.include({ allowPrivilegeEscalation: false, runAsNonRoot: true });
    });

    it("is sealed for so that only the key's owner reads it, under that name alone", () => {
        const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
        const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
        const sealed = Buffer.from(seal("a password", pem, { namespace: "shop", name: "db" }), "base64");
        const unseal = (label: string) => {
            const end = 2 + sealed.readUInt16BE();
            const options = { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
            const key = privateDecrypt({ ...options, oaepLabel: Buffer.from(label) }, sealed.subarray(2, end));
            const decipher = createDecipheriv("aes-256-gcm", key, Buffer.alloc(12));
            decipher.setAuthTag(sealed.subarray(-16));
            return decipher.update(sealed.subarray(end, -16), undefined, "utf8") + decipher.final("utf8");
        };
        expect(unseal("shop/db")).to.equal("a password");
        expect(() => unseal("shop/other")).to.throw();
    });
});
