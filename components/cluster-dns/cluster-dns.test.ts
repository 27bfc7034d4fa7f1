import { expect } from "chai";

import { type Run, runProgram } from "../../tools/mock-engine";
import { problemsWith, resource, waitsFor } from "../../tests/support";
import { forwardTo, mark } from "./corefile";
import { type CorefileState, corefileProvider } from "./patch";

const kubeadm = `.:53 {
    errors
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
    }
    loop
    reload
}
`;
const forwarding = { resolver: "10.96.0.53", hosts: [] };

describe("the Corefile", () => {
    it("forwards to the resolver, then to where it did before, and keeps everything else", () => {
        expect(forwardTo(forwarding, kubeadm)).to.equal(
            kubeadm.replace(
                /    forward[^}]*\}/,
                `    ${mark}
    forward . 10.96.0.53 /etc/resolv.conf {
        policy sequential
        max_fails 1
        health_check 1s
        max_concurrent 1000
    }`,
            ),
        );
    });

    it("of one line without options is changed in the same way", () => {
        const text = ".:53 {\n    forward . 192.0.2.1 192.0.2.2\n    cache 30\n}\n";
        expect(forwardTo(forwarding, text)).to.contain("forward . 10.96.0.53 192.0.2.1 192.0.2.2 {\n");
    });

    it("gets the hosts, and asks on for all other names", () => {
        const hosts = [{ address: "192.0.2.100", names: ["grafana.home.arpa", "s3.home.arpa"] }];
        expect(forwardTo({ ...forwarding, hosts }, kubeadm)).to.contain(
            "    hosts {\n        192.0.2.100 grafana.home.arpa s3.home.arpa\n        fallthrough\n    }\n",
        );
        const own = kubeadm.replace("    loop", "    hosts /etc/hosts");
        expect(() => forwardTo({ ...forwarding, hosts }, own)).to.throw("takes only one");
    });

    it("without exactly one line to change is refused", () => {
        expect(() => forwardTo(forwarding, ".:53 {\n    cache 30\n}\n")).to.throw("has 0 lines");
        expect(() => forwardTo(forwarding, kubeadm + kubeadm)).to.throw("has 2 lines");
    });
});

describe("the patch of the Corefile", () => {
    const kubeContext = "homelab";
    const inputs = { ...forwarding, kubeContext };
    let corefile: string;
    const provider = corefileProvider({
        read: () => Promise.resolve(corefile),
        write: (_, text) => {
            corefile = text;
            return Promise.resolve();
        },
    });
    const create = async (): Promise<CorefileState> => (await provider.create(inputs)).outs as CorefileState;

    beforeEach(() => {
        corefile = kubeadm;
    });

    it("puts the original back, to the byte", async () => {
        const state = await create();
        expect(corefile).to.equal(forwardTo(forwarding, kubeadm));
        await provider.delete?.("coredns", state);
        expect(corefile).to.equal(kubeadm);
    });

    it("is made from the original again when a setting changes", async () => {
        const state = await create();
        await provider.update?.("coredns", state, { ...inputs, resolver: "10.96.0.54" });
        expect(corefile).to.equal(forwardTo({ ...forwarding, resolver: "10.96.0.54" }, kubeadm));
    });

    it("keeps what an upgrade of the cluster has written meanwhile", async () => {
        const state = await create();
        corefile = kubeadm.replace("cache 30", "cache 60");
        await provider.delete?.("coredns", state);
        expect(corefile).to.contain("cache 60");
        const updated = await provider.update?.("coredns", state, inputs);
        expect(updated?.outs?.original).to.contain("cache 60");
    });

    it("is refused where another stack has changed the Corefile", async () => {
        await create();
        const refused = await provider.create(inputs).then(() => "", String);
        expect(refused).to.contain("another stack");
    });

    it("is told apart from no change", async () => {
        const state = await create();
        expect(await provider.diff?.("coredns", state, inputs)).to.deep.equal({ changes: false, replaces: [] });
        expect((await provider.diff?.("coredns", state, { ...inputs, resolver: "10.96.0.54" }))?.changes).to.equal(
            true,
        );
    });
});

describe("the cluster's DNS", () => {
    it("is changed after the resolver's pods are ready, and back before they go", async () => {
        const run: Run = await runProgram("poc", { settings: { "clusterDns.enabled": true } });
        const waits = [...waitsFor(run, resource(run, "cluster-dns"))];
        expect(waits.filter((id) => id.endsWith("Deployment::unbound"))).to.have.length(1);
    });

    it("knows the names that the gateway serves", async () => {
        const { resources } = await runProgram("homelab", {
            settings: {
                "argoCd.enabled": false,
                "clusterDns.enabled": true,
                "gateway.enabled": true,
                "gateway.address": "192.168.122.100",
                "gateway.hosts": ["shop.home.arpa", "*.apps.home.arpa"].map((host) => ({ host, namespaces: ["shop"] })),
            },
        });
        const { inputs } = resource({ resources } as Run, "cluster-dns");
        expect(inputs.hosts).to.deep.include({
            address: "192.168.122.100",
            names: ["grafana.home.arpa", "shop.home.arpa"],
        });
    });

    it("needs the resolver", () => {
        expect(problemsWith({ "clusterDns.enabled": true, "dns.enabled": false }).join()).to.contain(
            "noc:clusterDns.enabled = true needs dns",
        );
    });
});
