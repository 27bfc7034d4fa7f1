import { expect } from "chai";

import { type Deployed, deployed, unchecked } from "../../tests/deployed";
import { mark } from "./corefile";

describe("the cluster's DNS", () => {
    let stack: Deployed;

    before(async function () {
        stack = await deployed();
        if (!stack.settings.clusterDns.enabled) {
            unchecked(this, "the cluster's DNS is left as it is");
        }
    });

    it("forwards to the resolver", async () => {
        const { core } = stack.cluster;
        const { namespace } = stack.settings.site;
        const { spec } = await core.readNamespacedService({ namespace, name: "unbound" });
        const { data } = await core.readNamespacedConfigMap({ namespace: "kube-system", name: "coredns" });
        expect(data?.Corefile)
            .to.contain(mark)
            .and.to.contain(`forward . ${spec?.clusterIP ?? ""} `);
    });
});
