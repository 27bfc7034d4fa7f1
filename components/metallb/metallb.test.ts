import { expect } from "chai";

import { metadataOf, resource, stackRun } from "../../tests/support";

describe("MetalLB", () => {
    it("runs in layer 2 without FRR, in a namespace that allows it", async () => {
        const run = await stackRun("poc");
        const { values, version, atomic } = resource(run, "metallb", "Release").inputs as {
            values: Record<string, Record<string, unknown>>;
            version: string;
            atomic: boolean;
        };
        expect(values.speaker?.frr).to.deep.equal({ enabled: false });
        expect(version).to.equal("0.14.9");
        expect(atomic).to.equal(true);
        expect(metadataOf(resource(run, "metallb-system")).labels).to.have.property(
            "pod-security.kubernetes.io/enforce",
            "privileged",
        );
    });

    it("serves the stack's load-balancer class", async () => {
        const { values } = resource(await stackRun("poc"), "metallb", "Release").inputs as {
            values: { loadBalancerClass: string };
        };
        expect(values.loadBalancerClass).to.equal("metallb.io/metallb");
    });

    it("limits and prioritizes its pods", async () => {
        const { values } = resource(await stackRun("poc"), "metallb", "Release").inputs as {
            values: Record<string, { priorityClassName?: string; resources?: object }>;
        };
        for (const part of [values.controller, values.speaker]) {
            expect(part).to.have.property("priorityClassName", "k8s-noc-core");
            expect(part).to.have.nested.property("resources.limits.memory");
            expect(part).not.to.have.nested.property("resources.limits.cpu");
        }
    });

    it("advertises every pool by its labels, also one that is created later", async () => {
        const run = await stackRun("homelab");
        const { spec } = resource(run, "l2-advertisement").inputs as {
            spec: { ipAddressPoolSelectors: [{ matchLabels: Record<string, string> }] };
        };
        const pools = run.resources.filter(({ type }) => type.endsWith(":IPAddressPool"));
        expect(pools.map(({ name }) => name)).to.have.members(["default-pool", "default-pool-fixed"]);
        for (const pool of pools) {
            expect(metadataOf(pool).labels).to.include(spec.ipAddressPoolSelectors[0].matchLabels);
            // Otherwise an update would fail after movePools has changed a pool.
            expect(metadataOf(pool).annotations).to.include({ "pulumi.com/patchForce": "true" });
        }
        expect(resource(run, "default-pool-fixed").inputs)
            .to.have.nested.property("spec.serviceAllocation.namespaces")
            .that.includes.members(["noc", "monitoring"]);
    });

    it("lets the API server and Prometheus reach the controller, and nobody else", async () => {
        const run = await stackRun("poc");
        expect(resource(run, "metallb-default-deny").inputs.spec).to.deep.equal({
            podSelector: { matchLabels: {} },
            policyTypes: ["Ingress", "Egress"],
            ingress: [],
            egress: [],
        });
        const { ingress, egress } = resource(run, "metallb-controller").inputs.spec as Record<
            "ingress" | "egress",
            { ports: { port: number }[] }[]
        >;
        const ports = (flows: typeof ingress) => flows.map(({ ports }) => ports.map(({ port }) => port));
        expect(ports(ingress)).to.deep.equal([[9443], [7472]]);
        expect(ports(egress)).to.deep.equal([[443, 6443, 8443, 16443, 26443]]);
    });
});
