/** What the real Unbound makes of zones that the DHCP server answers. */
import { expect } from "chai";
import type { Answer as Data } from "dns-packet";

import { installed, resource, stackRun } from "../../tests/support";
import { ask, dataOf } from "./dns-client";
import { type RunningUnbound, startUnbound, unboundOptions, upstreamServer } from "./unbound-client";

const settings = { "dhcp.leaseNames": { enabled: true } };

describe("zones of leases", () => {
    let unbound: RunningUnbound;
    let address = "192.168.1.20";
    const cleanups: (() => void)[] = [];

    before(async function () {
        if (!installed("unbound") || !installed("unbound-control")) {
            this.skip();
        }
        const server = await upstreamServer(({ name, type }): Data[] => {
            const known = name.toLowerCase();
            return type === "PTR" && known === "20.1.168.192.in-addr.arpa"
                ? [{ type, name, ttl: 60, data: "laptop.home.arpa" }]
                : type === "A" && /^(laptop|web)\.home\.arpa$/.test(known)
                  ? [{ type, name, ttl: 60, data: address }]
                  : [];
        });
        cleanups.push(server.close);
        unbound = await startUnbound(
            unboundOptions({
                leases: { domain: "home.arpa", reverse: ["1.168.192.in-addr.arpa"], address: "192.0.2.53" },
                localRecords: [
                    { name: "web.home.arpa", type: "TXT", value: "configured", ttl: 60 },
                    { name: "30.1.168.192.in-addr.arpa", type: "PTR", value: "web.home.arpa", ttl: 60 },
                ],
            }),
            server.port,
        );
        cleanups.push(unbound.stop);
    });
    after(() => cleanups.forEach((cleanup) => cleanup()));

    const answersTo = async (name: string, type: "A" | "PTR") => {
        const answer = await ask("127.0.0.1", name, type, { port: unbound.port });
        return [answer.rcode, ...dataOf(answer)].join(" ");
    };

    it("are asked for at the DHCP server, whose private addresses are let through", async () => {
        expect(await answersTo("laptop.home.arpa", "A")).to.equal("NOERROR 192.168.1.20");
        expect(await answersTo("20.1.168.192.in-addr.arpa", "PTR")).to.equal("NOERROR laptop.home.arpa");
    });

    it("are not cached", async () => {
        address = "192.168.1.21";
        expect(await answersTo("laptop.home.arpa", "A")).to.equal("NOERROR 192.168.1.21");
    });

    it("have no records of a name that the settings have records of", async () => {
        expect(await answersTo("web.home.arpa", "A")).to.equal("NOERROR");
        expect(await answersTo("30.1.168.192.in-addr.arpa", "PTR")).to.equal("NOERROR web.home.arpa");
    });
});

describe("the resolver of a stack with lease names", () => {
    it("has a Service in front of Kea's pods, whose address it sends the zones to", async () => {
        const run = await stackRun("poc", { settings });
        expect(resource(run, "lease-names", "Service").inputs.spec).to.deep.include({
            selector: { "app.kubernetes.io/name": "kea-dhcp" },
            publishNotReadyAddresses: true,
        });
        const { data } = resource(run, "unbound-config", "ConfigMap").inputs as { data: Record<string, string> };
        expect(data["forward-zones.conf"]).to.match(
            /stub-zone:\n {2}name: "noc\.local\."\n {2}stub-addr: \S+\n {2}stub-no-cache: yes/,
        );
        expect(resource(run, "unbound-config", "ConfigMap").propertyDependencies.data).to.include(
            "noc:dns:Dns$kubernetes:core/v1:Service::lease-names",
        );
    });

    it("may reach them there, and nobody else may", async () => {
        const run = await stackRun("poc", { settings });
        const policyOf = (name: string) =>
            resource(run, name, "NetworkPolicy").inputs.spec as Record<"ingress" | "egress", unknown[]>;
        const ports = ["UDP", "TCP"].map((protocol) => ({ port: 5353, protocol }));
        const kea = { podSelector: { matchLabels: { "app.kubernetes.io/name": "kea-dhcp" } } };
        expect(policyOf("unbound").egress).to.deep.include({ to: [kea], ports });
        expect(policyOf("kea-dhcp").ingress.filter((flow) => JSON.stringify(flow).includes("5353"))).to.deep.equal([
            { from: [{ podSelector: { matchLabels: { app: "unbound" } } }], ports },
        ]);
    });

    it("does without all of it by default", async () => {
        const run = await stackRun("poc");
        expect(run.resources.filter(({ name }) => /names/.test(name))).to.deep.equal([]);
        expect(JSON.stringify(resource(run, "unbound-config", "ConfigMap").inputs)).not.to.match(
            /stub-no-cache|infra-keep-probing/,
        );
    });
});
