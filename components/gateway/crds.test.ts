import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { applyCrds, type ObjectStore } from "./crds";
import { crdManifests } from "./versions";

const crd = (name: string) => `kind: CustomResourceDefinition\nmetadata: { name: ${name} }\n`;

/** A cluster that serves a CRD at the second time of asking. */
function cluster() {
    const applied: string[] = [];
    const asked = new Map<string, number>();
    const store: ObjectStore = {
        apply: ({ kind, metadata }) => Promise.resolve(void applied.push(`${kind ?? ""} ${metadata?.name ?? ""}`)),
        established: (name) => {
            asked.set(name, (asked.get(name) ?? 0) + 1);
            return Promise.resolve((asked.get(name) ?? 0) > 1);
        },
    };
    return { applied, asked, store };
}

describe("the gateway's CRDs", () => {
    const folder = mkdtempSync(join(tmpdir(), "k8s-noc-crds-"));
    after(() => rmSync(folder, { recursive: true }));
    const manifest = (name: string, text: string) => {
        const source = join(folder, name);
        writeFileSync(source, text);
        return { key: `noc:gateway.crds.${name}`, source };
    };

    it("are applied from every document of both manifests, and awaited", async () => {
        const { applied, asked, store } = cluster();
        await applyCrds(
            [
                manifest(
                    "gatewayApi",
                    `# a comment alone\n---\n${crd("a")}---\nkind: Policy\nmetadata: { name: p }\n---\n`,
                ),
                manifest("gatewayFabric", crd("b")),
            ],
            store,
        );
        expect(applied).to.deep.equal(["CustomResourceDefinition a", "Policy p", "CustomResourceDefinition b"]);
        expect([...asked]).to.deep.equal([
            ["a", 2],
            ["b", 2],
        ]);
    });

    it("name the setting whose manifest cannot be read, before anything is applied", async () => {
        const { applied, store } = cluster();
        const missing = { key: "noc:gateway.crds.gatewayFabric", source: join(folder, "none.yaml") };
        const failure = await applyCrds([manifest("gatewayApi", crd("a")), missing], store).catch(String);
        expect(failure).to.match(/noc:gateway\.crds\.gatewayFabric = ".*none\.yaml" cannot be read: .*ENOENT/);
        expect(applied).to.deep.equal([]);
    });

    it("are those of the version, from the projects' releases", () => {
        expect(crdManifests("2.6.7").gatewayApi).to.contain("/v1.5.1/");
        expect(crdManifests("2.3.0").gatewayApi).to.contain("/v1.4.1/");
        expect(crdManifests("2.3.0").gatewayFabric).to.contain("/v2.3.0/");
    });
});
