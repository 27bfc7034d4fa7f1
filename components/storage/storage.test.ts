import { expect } from "chai";

import { resource, stackRun, waitsFor } from "../../tests/support";

interface Values {
    storageClass: Record<string, unknown>;
    nodePathMap: unknown;
    helperImage: { tag: string };
}
const valuesOf = (run: Awaited<ReturnType<typeof stackRun>>) =>
    (resource(run, "local-path-provisioner", "Release").inputs as { values: Values }).values;

describe("storage", () => {
    it("makes volumes where their pods are, and removes them with their claims", async () => {
        const { storageClass } = valuesOf(await stackRun("homelab"));
        expect(storageClass).to.include({
            name: "local-path",
            defaultClass: true,
            volumeBindingMode: "WaitForFirstConsumer",
            reclaimPolicy: "Delete",
        });
    });

    it("keeps them in the directory of the setting, and is the default class only by choice", async () => {
        const settings = { storage: { enabled: true, path: "/srv/volumes" } };
        const { nodePathMap, storageClass } = valuesOf(await stackRun("homelab", { settings }));
        expect(nodePathMap).to.deep.equal([{ node: "DEFAULT_PATH_FOR_NON_LISTED_NODES", paths: ["/srv/volumes"] }]);
        expect(storageClass).to.include({ defaultClass: false });
    });

    it("is there before anything that has a volume, and goes after it", async () => {
        const run = await stackRun("homelab");
        const { id } = resource(run, "local-path-provisioner", "Release");
        for (const [name, kind] of [
            ["kea-dhcp", "Release"],
            ["kube-prometheus-stack", "Release"],
            ["sealed-secrets", "Release"],
        ] as const) {
            expect([...waitsFor(run, resource(run, name, kind))], name).to.include(id);
        }
    });
});
