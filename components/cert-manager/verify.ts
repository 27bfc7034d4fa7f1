import { expect } from "chai";
import { randomBytes, X509Certificate } from "node:crypto";

import { type Deployed, deployed, eventually, unchecked } from "../../tests/deployed";
import { requestedCertificate } from "./issuers";
import { namespaceName } from "./values";

const plural = "certificates";
const group = { group: "cert-manager.io", version: "v1" };

interface Certificate {
    metadata: { namespace: string; name: string };
    status?: { conditions?: { type: string; status: string; message?: string }[] };
}

describe("cert-manager", () => {
    const name = `verify-${randomBytes(4).toString("hex")}`;
    let stack: Deployed;

    before(async function () {
        stack = await deployed();
        if (!stack.settings.certManager.enabled) {
            unchecked(this, "cert-manager is switched off");
        }
    });

    it("has every Certificate ready", async () => {
        await eventually(async () => {
            const { items } = (await stack.cluster.custom.listCustomObjectForAllNamespaces({
                ...group,
                plural,
            })) as { items: Certificate[] };
            const waiting = items.flatMap(({ metadata, status }) => {
                const ready = status?.conditions?.find(({ type }) => type === "Ready");
                return ready?.status === "True"
                    ? []
                    : [`${metadata.namespace}/${metadata.name}: ${ready?.message ?? "no status"}`];
            });
            expect(waiting).to.deep.equal([]);
        }, 120);
    });

    it("issues a certificate that the stack's authority has signed", async () => {
        const authority = new X509Certificate(
            stack.outputs.caCertificate ?? expect.fail("there is no output caCertificate"),
        );
        const request = { name, namespace: namespaceName, dnsNames: [`${name}.home.arpa`] };
        const at = { ...group, namespace: namespaceName, plural };
        const body = requestedCertificate(request, {});
        await eventually(() => stack.cluster.custom.createNamespacedCustomObject({ ...at, body }), 30);
        try {
            const secret = await eventually(
                () => stack.cluster.core.readNamespacedSecret({ name, namespace: namespaceName }),
                60,
            );
            const issued = new X509Certificate(Buffer.from(secret.data?.["tls.crt"] ?? "", "base64"));
            expect(issued.checkHost(`${name}.home.arpa`)).to.equal(`${name}.home.arpa`);
            expect(issued.verify(authority.publicKey), "it is signed by another authority").to.equal(true);
        } finally {
            await stack.cluster.custom.deleteNamespacedCustomObject({ ...at, name });
            await stack.cluster.core.deleteNamespacedSecret({ name, namespace: namespaceName }).catch(() => undefined);
        }
    });

    it("refuses a Certificate without a Secret's name: its webhook is called", async () => {
        const body = { ...requestedCertificate({ name, namespace: namespaceName, dnsNames: ["a.home.arpa"] }, {}) };
        const bad = { ...body, spec: { ...body.spec, secretName: "" } };
        const refused = await stack.cluster.custom
            .createNamespacedCustomObject({ ...group, namespace: namespaceName, plural, body: bad })
            .then(() => "")
            .catch(String);
        expect(refused).to.contain("webhook.cert-manager.io");
    });
});
