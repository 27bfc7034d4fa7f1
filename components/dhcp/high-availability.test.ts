import { expect } from "chai";

import { metadataOf, problemsWith, resource, waitsFor } from "../../tests/support";
import { type Run, runProgram, valueOf } from "../../tools/mock-engine";
import type { keaConfig } from "./kea-config";

type Config = ReturnType<typeof keaConfig>["Dhcp4"] & {
    "hooks-libraries": { library: string; parameters?: { "high-availability": Relationship[] } }[];
};

interface Relationship {
    "this-server-name": string;
    peers: { name: string; role: string; url: string }[];
}

describe("DHCP with high availability", () => {
    let run: Run;
    before(async () => {
        run = await runProgram("poc", {
            settings: { "dhcp.highAvailability": { enabled: true, address: "192.168.139.52" } },
        });
    });

    const valuesOf = (release: string) =>
        (resource(run, release, "Release").inputs as { values: Record<string, unknown> }).values;
    const configOf = (release: string) => (JSON.parse(valuesOf(release).config as string) as { Dhcp4: Config }).Dhcp4;
    const relationshipOf = (release: string) =>
        configOf(release)["hooks-libraries"].flatMap(({ parameters }) => parameters?.["high-availability"] ?? [])[0] ??
        expect.fail(`${release} has no partner`);

    it("has two servers, each with an address of its own that its clients renew at", async () => {
        expect(await valueOf(run.outputs.dhcpAddress as never)).to.equal("192.168.139.51");
        expect(await valueOf(run.outputs.dhcpStandbyAddress as never)).to.equal("192.168.139.52");
        for (const [server, address] of [
            ["kea-dhcp", "192.168.139.51"],
            ["kea-dhcp-standby", "192.168.139.52"],
        ] as const) {
            expect(metadataOf(resource(run, server, "Service")).annotations).to.include({
                "metallb.io/loadBalancerIPs": address,
            });
            expect(configOf(server)["option-data"]).to.deep.include({ name: "dhcp-server-identifier", data: address });
        }
    });

    it("gives both the same subnets, resolvers and lifetimes", () => {
        const shared = (release: string) => {
            const config = configOf(release);
            return {
                ...config,
                "hooks-libraries": [],
                "option-data": config["option-data"].filter(({ name }) => name !== "dhcp-server-identifier"),
            };
        };
        expect(shared("kea-dhcp-standby")).to.deep.equal(shared("kea-dhcp"));
    });

    it("names both servers alike on either side, and leads each to the other", () => {
        for (const server of ["kea-dhcp", "kea-dhcp-standby"]) {
            const { "this-server-name": own, peers } = relationshipOf(server);
            expect(own).to.equal(server);
            expect(peers.map(({ name, role }) => `${role} ${name}`)).to.deep.equal([
                "primary kea-dhcp",
                "standby kea-dhcp-standby",
            ]);
            for (const { name, url } of peers) {
                expect(url).to.equal(name === own ? "http://0.0.0.0:8001/" : "http://127.0.0.1:8002/");
            }
        }
    });

    it("takes the address of the other server's peer Service from the graph", () => {
        for (const [server, other] of [
            ["kea-dhcp", "kea-dhcp-standby"],
            ["kea-dhcp-standby", "kea-dhcp"],
        ] as const) {
            expect(resource(run, server, "Release").propertyDependencies.values).to.include(
                resource(run, `${other}-peer`, "Service").id,
            );
            expect(valuesOf(server).highAvailability).to.include({ peer: "10.96.0.99", peerPort: 8001 });
        }
        expect(resource(run, "kea-dhcp-peer", "Service").inputs.spec).to.deep.include({
            publishNotReadyAddresses: true,
            selector: { "app.kubernetes.io/name": "kea-dhcp", "app.kubernetes.io/instance": "kea-dhcp" },
        });
    });

    it("deploys one server after the other", () => {
        const standby = resource(run, "kea-dhcp-standby", "Release");
        expect(waitsFor(run, standby)).to.include(resource(run, "kea-dhcp", "Release").id);
    });

    it("lets only the servers reach each other's port", () => {
        const { spec } = resource(run, "kea-dhcp", "NetworkPolicy").inputs as {
            spec: Record<"ingress" | "egress", Record<string, unknown>[]> & { podSelector: unknown };
        };
        const pods = { podSelector: { matchLabels: { "app.kubernetes.io/name": "kea-dhcp" } } };
        const ports = [{ port: 8001, protocol: "TCP" }];
        expect(spec.ingress).to.deep.include({ from: [pods], ports });
        expect(spec.egress).to.deep.include({ to: [pods], ports });
        expect(spec.podSelector).to.deep.equal({ matchLabels: { "app.kubernetes.io/name": "kea-dhcp" } });
        const exposed = run.resources.filter(
            ({ type, inputs }) => type.endsWith("Service") && JSON.stringify(inputs).includes('"LoadBalancer"'),
        );
        expect(JSON.stringify(exposed)).not.to.include("8001");
    });

    it("scrapes both, and lets no drain take both away", () => {
        const selector = { "app.kubernetes.io/name": "kea-dhcp" };
        for (const name of ["kea-dhcp-metrics", "kea-dhcp-ha-metrics"]) {
            expect(resource(run, name, "Service").inputs.spec).to.deep.include({ selector });
        }
        expect(resource(run, "kea-dhcp", "PodDisruptionBudget").inputs.spec).to.deep.equal({
            maxUnavailable: 1,
            selector: { matchLabels: selector },
        });
    });

    it("claims the second address only where there is a second server", () => {
        const address = "192.168.139.50";
        expect(problemsWith({ "dhcp.highAvailability": { enabled: true, address } })).to.deep.equal([
            `error: noc:dhcp.highAvailability.address = "${address}" is also noc:dns.address; give each Service its own address.`,
        ]);
        expect(problemsWith({ "dhcp.highAvailability": { address } })).to.deep.equal([
            `warning: noc:dhcp.highAvailability.address = "${address}" has no effect while noc:dhcp.highAvailability.enabled is false; remove it.`,
        ]);
    });
});
