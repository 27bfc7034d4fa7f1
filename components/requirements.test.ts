import { expect } from "chai";

import { stackSettings } from "../tools/stack-config";
import type { ClusterFacts } from "./lib/cluster-facts";
import { missingRequirements } from "./requirements";
import type { Settings } from "./settings";

const node = (name: string, kubeletVersion: string, labels: Record<string, string> = {}) => ({
    metadata: { name, labels },
    status: { nodeInfo: { kubeletVersion } as never },
});

/** A cluster that the stack homelab can be deployed to without a storage of its own, and without backups. */
const good: ClusterFacts = {
    version: "v1.30.1",
    nodes: [node("node1", "v1.30.0")],
    storageClasses: [{ name: "local-path", isDefault: true }],
    namespaces: [{ metadata: { name: "default" } }],
    kubeProxy: {},
    forbidden: [],
};
const stack = stackSettings("homelab");
const homelab: Settings = {
    ...stack,
    storage: { ...stack.storage, enabled: false },
    backups: { ...stack.backups, enabled: false },
};
const excluded = { "node.kubernetes.io/exclude-from-external-load-balancers": "" };

describe("a cluster that lacks nothing", () => {
    it("is accepted", () => {
        expect(missingRequirements(good, homelab)).to.deep.equal([]);
    });

    it("may have the stack's own namespaces already", () => {
        const labels = { "app.kubernetes.io/part-of": "k8s-noc" };
        const namespaces = [{ metadata: { name: "monitoring", labels } }];
        expect(missingRequirements({ ...good, namespaces }, homelab)).to.deep.equal([]);
    });

    it("needs no StorageClass where no component asks for a volume", () => {
        const settings: Settings = {
            ...homelab,
            dhcp: { ...homelab.dhcp, enabled: false },
            monitoring: { ...homelab.monitoring, storage: undefined },
        };
        expect(missingRequirements({ ...good, storageClasses: [] }, settings)).to.deep.equal([]);
    });
});

describe("a StorageClass", () => {
    it("may be one that the stack brings itself", () => {
        const bare = { ...good, storageClasses: [] };
        const storage = { ...homelab.storage, enabled: true };
        expect(missingRequirements(bare, { ...homelab, storage: { ...storage, defaultClass: true } })).to.deep.equal(
            [],
        );
        const site = { ...homelab.site, storageClass: storage.className };
        expect(missingRequirements(bare, { ...homelab, storage, site })).to.deep.equal([]);
        const notDefault = { ...homelab, storage: { ...storage, defaultClass: false } };
        expect(missingRequirements(bare, notDefault)).to.have.length(2);
    });
});

describe("a cluster is refused", () => {
    const cases: [title: string, cluster: Partial<ClusterFacts>, lines: RegExp[], site?: Partial<Settings["site"]>][] =
        [
            [
                "with an old API server",
                { version: "v1.29.4" },
                [/^the API server is v1\.29\.4; upgrade it to Kubernetes 1\.30/],
            ],
            [
                "with an old kubelet",
                { nodes: [node("node1", "v1.30.0"), node("node2", "v1.28.9")] },
                [/^the kubelet of node2 is v1\.28\.9; upgrade it/],
            ],
            [
                "whose user may not create cluster-wide objects",
                { forbidden: ["clusterroles"] },
                [
                    /^the user of the context may not create clusterroles; use a context whose user has .* cluster-admin$/,
                ],
            ],
            [
                "with a namespace of somebody else's",
                { namespaces: [{ metadata: { name: "monitoring" } }] },
                [/^the namespace monitoring exists and is not this stack's; delete it/],
            ],
            [
                "without any StorageClass",
                { storageClasses: [] },
                [
                    /^Kea's leases need a volume, and no StorageClass is the default; set noc:storage\.enabled/,
                    /^Prometheus' samples need/,
                ],
            ],
            [
                "without a default StorageClass",
                { storageClasses: [{ name: "fast", isDefault: false }] },
                [/set noc:site\.storageClass to one of: fast$/, /set noc:site\.storageClass to one of: fast$/],
            ],
            [
                "without the StorageClass that the stack names",
                {},
                [/there is no StorageClass fast; set .*: local-path$/, /there is no StorageClass fast/],
                { storageClass: "fast" },
            ],
            [
                "with nothing but control-plane nodes",
                { nodes: [node("node1", "v1.30.0", excluded)] },
                [
                    /^MetalLB may announce addresses from no node, .*; set noc:metallb\.announceFromControlPlane to true$/,
                ],
            ],
            [
                "with IPVS but without strictARP",
                { kubeProxy: { mode: "ipvs" } },
                [/^kube-proxy runs IPVS without strictARP, .*; set ipvs\.strictARP to true/],
            ],
        ];
    for (const [title, cluster, lines, site = {}] of cases) {
        it(title, () => {
            const settings = { ...homelab, site: { ...homelab.site, ...site } };
            const missing = missingRequirements({ ...good, ...cluster }, settings);
            expect(missing).to.have.length(lines.length);
            missing.forEach((line, i) => expect(line).to.match(lines[i] ?? /^$/));
        });
    }
});
