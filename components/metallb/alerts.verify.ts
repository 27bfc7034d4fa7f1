import { unchecked } from "../../tests/deployed";
import { alertDrills } from "../../tests/drill";

describe("the alerts of the load balancer", function () {
    const { stack, run } = alertDrills(this);

    it("fire when Services have taken every address of a pool", async function () {
        const { metallb, site } = stack().settings;
        if (!metallb.enabled) {
            unchecked(this, "MetalLB is switched off");
        }
        const { core } = stack().cluster;
        const { namespace } = site;
        const made: string[] = [];
        const spec = {
            type: "LoadBalancer",
            loadBalancerClass: site.loadBalancerClass,
            selector: { app: "nobody" },
            ports: [{ port: 9 }],
        };
        await run({
            title: "every address of a pool taken",
            alerts: ["MetalLBPoolExhausted"],
            breaks: async () => {
                for (const name of Array.from({ length: 64 }, (_, i) => `drill-${i}`)) {
                    await core.createNamespacedService({ namespace, body: { metadata: { name }, spec } });
                    made.push(name);
                }
            },
            restores: async () => {
                for (const name of made.splice(0)) {
                    await core.deleteNamespacedService({ name, namespace });
                }
            },
        });
    });
});
