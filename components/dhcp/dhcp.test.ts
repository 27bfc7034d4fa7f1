import { expect } from "chai";

import { metadataOf, resource, stackRun, waitsFor } from "../../tests/support";
import { runProgram, valueOf } from "../../tools/mock-engine";
import type { keaConfig } from "./kea-config";
import { relayNetworks } from "./network";
import type { Subnet } from "./settings";

const privateNetworks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

describe("DHCP", () => {
    const config = async (options: Parameters<typeof runProgram>[1]) => {
        const { values } = resource(await runProgram("poc", options), "kea-dhcp", "Release").inputs as {
            values: { config: string };
        };
        return (JSON.parse(values.config) as ReturnType<typeof keaConfig>).Dhcp4;
    };

    it("hands out the address that DNS was really given", async () => {
        const { "option-data": data } = await config({
            ingress: (service) => [{ ip: service === "unbound" ? "192.0.2.53" : "192.0.2.67" }],
        });
        expect(data).to.deep.include({ name: "domain-name-servers", data: "192.0.2.53" });
        expect(data).to.deep.include({ name: "dhcp-server-identifier", data: "192.0.2.67" });
    });

    it("has the DNS address in the graph, not only in a list of dependencies", async () => {
        const release = resource(await stackRun("poc"), "kea-dhcp", "Release");
        expect(release.propertyDependencies.values)
            .to.include("noc:dns:Dns$kubernetes:core/v1:Service::unbound")
            .and.include("noc:dhcp:Dhcp$kubernetes:core/v1:Service::kea-dhcp");
    });

    for (const enabled of [true, false]) {
        it(`hands out the resolvers that are configured, with DNS switched ${enabled ? "on" : "off"}`, async () => {
            const { "option-data": data } = await config({
                settings: { "dns.enabled": enabled, "dhcp.resolvers": ["192.168.1.53"] },
            });
            expect(data).to.deep.include({ name: "domain-name-servers", data: "192.168.1.53" });
        });
    }

    it("hands out all addresses of DNS, and spreads the clients over them", async () => {
        const settings = { "dns.furtherAddresses": ["192.168.139.53"] };
        const { "option-data": data, "client-classes": classes } = await config({ settings });
        expect(data).to.deep.include({ name: "domain-name-servers", data: "192.168.139.50, 192.168.139.53" });
        expect(classes?.map((one) => one["option-data"][0]?.data)).to.deep.equal(["192.168.139.53, 192.168.139.50"]);
    });

    it("hands out configured resolvers in their order", async () => {
        const settings = { "dhcp.resolvers": ["192.168.1.53", "192.168.1.54"] };
        expect(await config({ settings })).not.to.have.property("client-classes");
    });

    it("is reached under its own address, by clients as themselves, even while its exporter is not ready", async () => {
        const service = resource(await stackRun("poc"), "kea-dhcp", "Service");
        expect(service.inputs.spec).to.deep.include({
            type: "LoadBalancer",
            externalTrafficPolicy: "Local",
            publishNotReadyAddresses: true,
        });
        expect(metadataOf(service).annotations).to.have.property("metallb.io/loadBalancerIPs", "192.168.139.51");
    });

    it("accepts packets from the relays' networks only", async () => {
        const run = await stackRun("poc");
        const { loadBalancerSourceRanges } = resource(run, "kea-dhcp", "Service").inputs.spec as Record<
            string,
            string[]
        >;
        expect(loadBalancerSourceRanges).to.deep.equal(privateNetworks);
        const { spec } = resource(run, "kea-dhcp", "NetworkPolicy").inputs as { spec: Record<string, unknown[]> };
        expect(spec.ingress?.[0]).to.deep.equal({
            from: privateNetworks.map((cidr) => ({ ipBlock: { cidr } })),
            ports: [{ port: 6067, protocol: "UDP" }],
        });
        expect(spec.ingress).to.have.length(2); // the other is Prometheus
        expect(spec.egress).to.deep.equal([{ ports: [{ port: 67, protocol: "UDP" }] }]);
    });

    it("takes private networks, its subnets and their relays for the relays' networks, or those that are listed", () => {
        const subnet = (subnet: string, relays: string[]) => ({ subnet, relays }) as Subnet;
        const subnets = [subnet("192.0.2.0/24", ["198.51.100.1"]), subnet("10.1.0.0/16", ["10.0.0.1"])];
        expect(relayNetworks({ subnets })).to.deep.equal([...privateNetworks, "192.0.2.0/24", "198.51.100.1/32"]);
        expect(relayNetworks({ subnets, relayFrom: ["192.168.1.1/32"] })).to.deep.equal(["192.168.1.1/32"]);
    });

    it("is a release of the project's own chart, which changes whenever a file of the chart does", async () => {
        const { inputs } = resource(await stackRun("poc"), "kea-dhcp", "Release");
        expect(inputs).to.include({ chart: "./components/dhcp/chart", name: "kea-dhcp", atomic: true });
        expect(inputs).not.to.have.any.keys("repositoryOpts", "postrender", "version");
        expect(inputs.values)
            .to.have.property("chartHash")
            .which.matches(/^[0-9a-f]{64}$/);
    });

    it("waits for DNS, and for nothing of monitoring", async () => {
        const run = await stackRun("poc");
        const before = waitsFor(run, resource(run, "kea-dhcp", "Release"));
        expect(before).to.include("noc:dns:Dns$kubernetes:apps/v1:Deployment::unbound");
        expect([...before].filter((id) => /monitoring|prometheus/.test(id))).to.deep.equal([]);
    });

    it("exports its address", async () => {
        const { outputs } = await stackRun("poc");
        expect(await valueOf(outputs.dhcpAddress as never)).to.equal("192.168.139.51");
    });
});
