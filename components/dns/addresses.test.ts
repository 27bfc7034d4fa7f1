import { all } from "@pulumi/pulumi";
import { expect } from "chai";

import { testAlerts } from "../../tests/alert-tests";
import { metadataOf, resource } from "../../tests/support";
import { runProgram, valueOf } from "../../tools/mock-engine";
import { addressAlerts } from "./address-alerts";

describe("the address of the resolver", () => {
    it("exports the address that the load balancer gave, even if another one was asked for", async () => {
        const other = await runProgram("poc", { ingress: () => [{ ip: "192.0.2.7" }] });
        expect(await valueOf(other.outputs.dnsAddress as never)).to.equal("192.0.2.7");
    });

    it("exports a host name if the load balancer gives only that", async () => {
        const settings = { "dhcp.enabled": false };
        const named = await runProgram("poc", { settings, ingress: () => [{ hostname: "lb.example.org" }] });
        expect(await valueOf(named.outputs.dnsAddress as never)).to.equal("lb.example.org");
    });
});

describe("a resolver with several addresses", () => {
    it("has a Service for each further address, with the same pods, and probes of all", async () => {
        const addresses = ["192.168.139.53", "192.168.139.54"];
        const run = await runProgram("poc", { settings: { "dns.furtherAddresses": addresses } });
        const first = resource(run, "unbound", "v1:Service").inputs.spec;
        for (const address of addresses) {
            const service = resource(run, `unbound-${address.replaceAll(".", "-")}`, "v1:Service");
            expect(service.inputs.spec).to.deep.equal(first);
            expect(metadataOf(service).annotations["metallb.io/loadBalancerIPs"]).to.equal(address);
        }
        expect(await valueOf(all(run.outputs.dnsAddresses as never))).to.deep.equal(["192.168.139.50", ...addresses]);
        const probed = run.resources
            .filter(({ type }) => type.endsWith(":Probe"))
            .flatMap(({ inputs }) => JSON.stringify(inputs).match(/192\.168\.139\.5\d:53/g) ?? []);
        expect([...new Set(probed)].sort()).to.deep.equal(
            ["192.168.139.50", ...addresses].map((address) => `${address}:53`),
        );
    });

    it("keeps the Service of an address when another one is taken off the list", async () => {
        const services = async (...furtherAddresses: string[]) =>
            (await runProgram("poc", { settings: { "dns.furtherAddresses": furtherAddresses } })).resources
                .filter(({ id }) => /v1:Service::unbound(-\d|$)/.test(id))
                .map(({ id }) => id);
        const [own, , kept] = await services("192.168.139.53", "192.168.139.54");
        expect(await services("192.168.139.54")).to.deep.equal([own, kept]);
    });
});

const announcement = (
    service: string,
    ip: string,
    node: string,
    well: 1 | "absent",
    trouble: 1 | "absent",
): { series: string; well: 1 | "absent"; trouble: 1 | "absent" } => ({
    series: `metallb_speaker_announced{namespace="metallb-system",exported_service="${service}",ip="${ip}",node="${node}"}`,
    well,
    trouble,
});

describe("alerts on the addresses of DNS", () => {
    testAlerts(
        "dns",
        [{ name: "dns", records: [], alerts: addressAlerts("noc", "unbound") }],
        [
            {
                alert: "DnsAddressesOnOneNode",
                series: [
                    ...[1, 2].flatMap((i) => [
                        {
                            series: `node_namespace_pod:kube_pod_info:{namespace="noc",node="node${i}",pod="unbound-5f7-${i}"}`,
                            well: 1,
                            trouble: 1,
                        },
                        {
                            series: `kube_pod_status_ready{namespace="noc",pod="unbound-5f7-${i}",condition="true"}`,
                            well: 1,
                            trouble: 1,
                        },
                    ]),
                    announcement("noc/unbound", "10.0.0.1", "node1", 1, 1),
                    announcement("noc/unbound-10-0-0-2", "10.0.0.2", "node2", 1, "absent"),
                    announcement("noc/unbound-10-0-0-2", "10.0.0.2", "node1", "absent", 1),
                    // Another Service on that node does not count.
                    announcement("noc/kea-dhcp", "10.0.0.3", "node1", 1, 1),
                ],
                firesAfter: 30,
                labels: { node: "node1" },
                description:
                    "node1 announces 2 of the resolver's addresses, while pods on other nodes could serve them.",
            },
        ],
    );
});
