import { expect } from "chai";
import type * as pulumi from "@pulumi/pulumi";

import { stackRun } from "../../tests/support";
import { refuseSubnetIdChange, subnetIdProblem } from "./subnet-ids";

const deployed = [{ id: 1, subnet: "192.168.1.0/24" }];
const server = { name: "kea-dhcp", namespace: "noc", kubeContext: "lab" };

describe("a change of a subnet's id", () => {
    before(() => stackRun("poc")); // a ResourceHook registers itself with the engine

    it("names the setting, the deployed id and the way out", () => {
        expect(subnetIdProblem([{ id: 2, subnet: "192.168.1.0/24" }], deployed)).to.equal(
            "noc:dhcp.subnets[0].id = 2 differs from the deployed id of 192.168.1.0/24 (1), which its leases are stored under; set it back, or, to give up the leases, deploy once without this subnet",
        );
    });

    it("is none for a subnet that is new, or that is listed in another place", () => {
        const subnets = [{ id: 2, subnet: "192.168.2.0/24" }, ...deployed];
        expect(subnetIdProblem(subnets, deployed)).to.equal(undefined);
    });

    it("is refused before an update, in a preview as well", async () => {
        const hook = refuseSubnetIdChange([{ id: 2, subnet: "192.168.1.0/24" }], server, () =>
            Promise.resolve(deployed),
        );
        const failure = await Promise.resolve(hook.callback({} as pulumi.ResourceHookArgs)).then(String, String);
        expect(failure).to.contain("noc:dhcp.subnets[0].id");
        expect(hook.opts).to.deep.equal({ onDryRun: true });
    });

    it("is not looked for without a cluster", async () => {
        const hook = refuseSubnetIdChange(deployed, server, () => Promise.reject(new Error("no cluster")));
        await hook.callback({} as pulumi.ResourceHookArgs);
    });
});
