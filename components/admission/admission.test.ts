import { expect } from "chai";

import { type Run, runProgram } from "../../tools/mock-engine";

describe("the admission policies", () => {
    interface Policy {
        spec: {
            matchConstraints: { namespaceSelector?: object };
            matchConditions: { expression: string }[];
            validations: { expression: string }[];
        };
    }
    const policies = ({ resources }: Run) =>
        new Map(
            resources
                .filter(({ type }) => type.endsWith(":ValidatingAdmissionPolicy"))
                .map(({ name, inputs }) => [name, (inputs as unknown as Policy).spec]),
        );
    const run = async (settings: object) =>
        policies(
            await runProgram("homelab", {
                settings: { "argoCd.enabled": false, "admission.enabled": true, ...settings },
            }),
        );

    it("know the pools, the stack's own addresses and its namespaces", async () => {
        const spec = (await run({})).get("k8s-noc-load-balancers");
        const [pools, own] = spec?.validations.map(({ expression }) => expression) ?? [];
        expect(pools).to.contain("['192.168.122.100/30', '192.168.122.104/29', '192.168.122.112/28'");
        for (const address of ["192.168.122.101", "192.168.122.102"]) {
            expect(own).to.contain(`'${address}'`);
        }
        expect(own).to.contain("'noc', ").and.to.contain("'monitoring'");
        expect(spec?.matchConditions[1]?.expression).to.equal("!has(object.spec.loadBalancerClass)");
    });

    it("hold for images only in the stack's namespaces", async () => {
        expect((await run({})).get("k8s-noc-image-tags")?.matchConstraints.namespaceSelector).to.deep.equal({
            matchLabels: { "app.kubernetes.io/part-of": "k8s-noc" },
        });
    });

    it("can be switched off one by one", async () => {
        expect([...(await run({ "admission.imageTags": false })).keys()]).to.deep.equal(["k8s-noc-load-balancers"]);
        expect([...(await run({ "admission.loadBalancers": false })).keys()]).to.deep.equal(["k8s-noc-image-tags"]);
    });
});
