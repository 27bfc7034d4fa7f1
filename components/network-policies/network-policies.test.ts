import { expect } from "chai";

import { type Run, runProgram } from "../../tools/mock-engine";
import { resource } from "../../tests/support";

interface DaemonSet {
    spec: {
        template: {
            spec: {
                hostNetwork: boolean;
                tolerations: object[];
                containers: { image: string; args: string[]; lifecycle?: object }[];
                volumes: { hostPath: { path: string } }[];
            };
        };
    };
}

describe("the engine of the network policies", () => {
    const podOf = (run: Run, name: string) => {
        const { spec } = resource(run, name, "DaemonSet").inputs as unknown as DaemonSet;
        return spec.template.spec;
    };
    const run = (engine?: string) =>
        runProgram("poc", {
            settings: { "networkPolicies.enabled": true, ...(engine && { "networkPolicies.engine": engine }) },
        });

    it("is kube-network-policies by default, on every node", async () => {
        const { hostNetwork, tolerations, containers } = podOf(await run(), "kube-network-policies");
        expect(hostNetwork).to.equal(true);
        expect(tolerations).to.deep.equal([{ operator: "Exists" }]);
        const [, version = ""] = /:v(\d+\.\d+\.\d+)$/.exec(containers[0]?.image ?? "") ?? [];
        // 1.0.0 drops answers of the API server.
        expect(version.localeCompare("1.1.1", "en", { numeric: true })).to.be.at.least(0);
    });

    it("can be kube-router, of which only the firewall runs, and which leaves no rule in use", async () => {
        const made = await run("kube-router");
        const [container] = podOf(made, "kube-router").containers;
        expect(container?.args).to.include.members([
            "--run-router=false",
            "--run-service-proxy=false",
            "--run-firewall=true",
        ]);
        expect(JSON.stringify(container?.lifecycle)).to.contain("-j KUBE-ROUTER-");
        expect(made.resources.some(({ name }) => name === "kube-network-policies")).to.equal(false);
    });

    it("reads pods, namespaces and policies, and nothing that is secret", async () => {
        const { rules } = resource(await run(), "kube-network-policies", "ClusterRole").inputs as {
            rules: { resources: string[]; verbs: string[] }[];
        };
        expect(rules.flatMap(({ resources }) => resources)).to.have.members(["pods", "namespaces", "networkpolicies"]);
        expect([...new Set(rules.flatMap(({ verbs }) => verbs))]).to.have.members(["list", "watch"]);
    });
});
