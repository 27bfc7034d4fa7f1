import { expect } from "chai";

import type { Registration } from "../../tools/mock-engine";
import { stackRun } from "../../tests/support";
import { networkPolicySpec, tcp, udp } from "./network-policy";

describe("a network policy", () => {
    const podSelector = { app: "unbound" };

    it("denies a direction that it lists no flow for, and says nothing about one that it leaves out", () => {
        expect(networkPolicySpec({ podSelector, ingress: [] })).to.deep.equal({
            podSelector: { matchLabels: podSelector },
            policyTypes: ["Ingress"],
            ingress: [],
        });
        expect(networkPolicySpec({ podSelector: {}, ingress: [], egress: [] }).policyTypes).to.deep.equal([
            "Ingress",
            "Egress",
        ]);
    });

    it("names peers by pod, namespace or network, and ports with their protocol", () => {
        const { ingress, egress } = networkPolicySpec({
            podSelector,
            ingress: [
                {
                    peers: [{ namespace: "monitoring", pods: { app: "prometheus" } }, { pods: { app: "redis" } }],
                    ports: [tcp(9167)],
                },
            ],
            egress: [
                { peers: [{ cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] }, { namespace: "dns" }], ports: [udp(53)] },
            ],
        });
        expect(ingress).to.deep.equal([
            {
                from: [
                    {
                        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } },
                        podSelector: { matchLabels: { app: "prometheus" } },
                    },
                    { podSelector: { matchLabels: { app: "redis" } } },
                ],
                ports: [{ port: 9167, protocol: "TCP" }],
            },
        ]);
        expect(egress).to.deep.equal([
            {
                to: [
                    { ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] } },
                    { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "dns" } } },
                ],
                ports: [{ port: 53, protocol: "UDP" }],
            },
        ]);
    });

    it("allows everyone or every port by leaving out the list, as an empty list would allow nobody", () => {
        const { ingress } = networkPolicySpec({ podSelector, ingress: [{ peers: "anyone", ports: "any" }] });
        expect(ingress).to.deep.equal([{}]);
    });
});

describe("the namespaces of a stack", () => {
    it("deny by default what no other policy allows", async () => {
        const { resources } = await stackRun("homelab");
        const namespaceOf = ({ inputs }: Registration) => (inputs.metadata as { namespace: string }).namespace;
        const closed = resources.filter(({ name }) => name.endsWith("-default-deny")).map(namespaceOf);
        const made = resources
            .filter(({ type }) => type === "kubernetes:core/v1:Namespace")
            .map(({ inputs }) => (inputs.metadata as { name: string }).name);
        expect(closed.sort()).to.deep.equal(made.sort());
    });
});
