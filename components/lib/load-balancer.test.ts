import { expect } from "chai";

import { metadataOf, resource, without } from "../../tests/support";
import { runProgram } from "../../tools/mock-engine";

const awaited = async (settings: Record<string, unknown>) =>
    metadataOf(resource(await runProgram("poc", { settings }), "unbound", "Service")).annotations["pulumi.com/waitFor"];

describe("a Service with a load-balancer address", () => {
    it("counts as changed when MetalLB has given it the address that it asks for, not while it has the old one", async () => {
        expect(await awaited({ "dns.address": "192.168.139.60" })).to.equal(
            "jsonpath={.status.loadBalancer.ingress[0].ip}=192.168.139.60",
        );
    });

    it("is replaced if its class changes, which the API server does not allow in place", async () => {
        const { replaceOnChanges } = resource(await runProgram("poc"), "unbound", "Service");
        expect(replaceOnChanges).to.deep.equal(["spec.loadBalancerClass"]);
    });

    it("counts as created with any address if it asks for none, or if the load balancer may give a host name", async () => {
        const any = "jsonpath={.status.loadBalancer.ingress[0]}";
        expect(await awaited({ "dns.address": undefined })).to.equal(any);
        expect(await awaited(without("metallb"))).to.equal(any);
    });
});
