import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";

import { deploymentWaves } from "../tools/graph";
import { type Run, type RunOptions, runProgram, type SettingChanges, valueOf } from "../tools/mock-engine";
import { resource, stackRun, waitsFor, without } from "./support";

const stacks = ["poc", "homelab"] as const;

describe("the graph", () => {
    for (const stack of stacks) {
        describe(`of ${stack}`, () => {
            it("gives every Kubernetes resource the stack's provider", async () => {
                const { resources } = await stackRun(stack);
                const kubernetes = resources.filter(({ type, custom }) => custom && type.startsWith("kubernetes:"));
                expect(kubernetes).to.have.length.above(20);
                expect(kubernetes.filter(({ provider }) => provider !== "cluster").map(({ id }) => id)).to.deep.equal(
                    [],
                );
            });

            it("creates pools after MetalLB, and Services with an address after the pools", async () => {
                const run = await stackRun(stack);
                const pools = run.resources.filter(({ type }) => type.endsWith(":IPAddressPool"));
                const services = run.resources.filter(
                    ({ type, inputs }) =>
                        type.endsWith("v1:Service") && (inputs.spec as { type?: string }).type === "LoadBalancer",
                );
                // The stack homelab gives DNS a second address, and DHCP.
                const more = stack === "homelab" ? ["unbound-192-168-122-110", "kea-dhcp-standby"] : [];
                expect(services.map(({ name }) => name)).to.have.members(["kea-dhcp", "unbound", ...more]);
                for (const pool of pools) {
                    expect([...waitsFor(run, pool)]).to.include(
                        "noc:metallb:MetalLB$kubernetes:helm.sh/v3:Release::metallb",
                    );
                    services.forEach((service) =>
                        expect([...waitsFor(run, service)], service.name).to.include(pool.id),
                    );
                }
            });

            it("does not let the resolver's pods and Prometheus wait for MetalLB", async () => {
                const run = await stackRun(stack);
                for (const [name, kind] of [
                    ["unbound", "Deployment"],
                    ["redis", "Deployment"],
                    ["kube-prometheus-stack", "Release"],
                ] as const) {
                    expect(
                        [...waitsFor(run, resource(run, name, kind))].filter((id) => /metallb/.test(id)),
                        name,
                    ).to.deep.equal([]);
                }
            });

            it("deletes the guard before anything else, as it waits for everything", async () => {
                const run = await stackRun(stack);
                const before = waitsFor(run, resource(run, "cluster-guard"));
                const others = run.resources.filter(({ custom, type }) => custom && !type.startsWith("pulumi"));
                expect([...before]).to.include.members(others.map(({ id }) => id));
            });

            it("lets nothing but monitoring and the guard wait for monitoring", async () => {
                const run = await stackRun(stack);
                const ofMonitoring = new Set(
                    run.resources
                        .filter(({ parent, id }) => [parent, id].includes("noc:monitoring:Monitoring::monitoring"))
                        .map(({ id }) => id),
                );
                for (const other of run.resources.filter(
                    (r) => !ofMonitoring.has(r.id) && r.name !== "cluster-guard",
                )) {
                    expect(
                        [...waitsFor(run, other)].filter((id) => ofMonitoring.has(id)),
                        other.id,
                    ).to.deep.equal([]);
                }
            });

            it("registers the same resources in a preview, where values are unknown", async () => {
                const preview = await stackRun(stack, { preview: true });
                const ids = (run: typeof preview) => run.resources.map(({ id }) => id).sort();
                expect(ids(preview)).to.deep.equal(ids(await stackRun(stack)));
            });

            it("previews with an unknown DNS address, and therefore unknown values of Kea", async () => {
                const preview = await stackRun(stack, { preview: true });
                expect(await valueOf(preview.outputs.dnsAddress as never)).to.equal(undefined);
                expect(resource(preview, "kea-dhcp", "Release").inputs.values).to.equal("[unknown]");
            });

            it("has no Service that waits for its pods while they wait for it", async () => {
                const run = await stackRun(stack);
                for (const name of ["unbound", "redis"]) {
                    const before = waitsFor(run, resource(run, name, "Deployment"));
                    const after = waitsFor(run, resource(run, name, "v1:Service"));
                    expect(
                        before.has(`noc:dns:Dns$kubernetes:core/v1:Service::${name}`) &&
                            after.has(`noc:dns:Dns$kubernetes:apps/v1:Deployment::${name}`),
                    ).to.equal(false);
                }
            });
        });
    }

    it("of poc is created in waves that end with Kea, its monitor and the guard", async () => {
        const waves = deploymentWaves(await stackRun("poc"));
        expect(waves.at(-3)?.map(({ id }) => id)).to.deep.equal([
            "noc:dhcp:Dhcp$kubernetes:helm.sh/v3:Release::kea-dhcp",
        ]);
    });

    describe("in time", () => {
        /** Creating a resource takes 5 ms, or 40 ms if it is of MetalLB. */
        const slow: RunOptions["creation"] = ({ type, name }) => sleep(/metallb/i.test(type + name) ? 40 : 5);
        /** Checks that the creation of the second resource starts after that of the first has ended. */
        const order = async (before: [string, string], after: [string, string], run = wholeStack()) =>
            expect(resource(await run, ...after).started).to.be.above(resource(await run, ...before).finished);
        const changed = (settings: SettingChanges) => runProgram("poc", { creation: slow, settings });
        let whole: Promise<Run> | undefined;
        const wholeStack = () => (whole ??= changed({}));

        it("creates the DNS Service only when the pool exists", () =>
            order(["noc-poc-pool-fixed", "IPAddressPool"], ["unbound", "v1:Service"]));
        it("starts Kea only when DNS has its address", () => order(["unbound", "v1:Service"], ["kea-dhcp", "Release"]));
        it("starts Kea only when the resolver's pods are ready", () =>
            order(["unbound", "Deployment"], ["kea-dhcp", "Release"]));
        it("installs Prometheus only when the CRDs exist", () =>
            order(["prometheus-operator-crds", "Release"], ["kube-prometheus-stack", "Release"]));
        it("monitors Kea only when it runs", () =>
            order(["kea-dhcp", "Release"], ["kea-dhcp-monitor", "ServiceMonitor"]));
        // The order has to hold when a component between the two is switched off: https://github.com/pulumi/pulumi/issues/8721
        it("starts Kea only when DNS has its address, also without MetalLB", () =>
            order(["unbound", "v1:Service"], ["kea-dhcp", "Release"], changed(without("metallb"))));
        it("starts Kea only when the pool exists, also without DNS", () =>
            order(["noc-poc-pool-fixed", "IPAddressPool"], ["kea-dhcp", "v1:Service"], changed(without("dns"))));
    });

    describe("with MetalLB switched off", () => {
        it("has no resource of MetalLB, and requests the addresses from the cluster's own load balancer", async () => {
            const run = await stackRun("poc", { settings: without("metallb") });
            expect(run.resources.filter(({ id }) => /metallb/i.test(id)).map(({ id }) => id)).to.deep.equal([]);
            expect(resource(run, "unbound", "v1:Service").inputs.spec).to.include({ loadBalancerIP: "192.168.139.50" });
        });

        it("hands out the address that the load balancer assigned, not the one requested", async () => {
            const run = await runProgram("poc", {
                settings: without("metallb"),
                ingress: () => [{ ip: "198.19.249.2" }],
            });
            const { values } = resource(run, "kea-dhcp", "Release").inputs as { values: { config: string } };
            expect(values.config).to.contain('"data": "198.19.249.2"');
        });
    });

    for (const [component, gone] of [
        ["metallb", /metallb/i],
        ["dns", /unbound|redis/],
        ["dhcp", /kea/],
        ["monitoring", /monitor|grafana|prometheus/i],
    ] as const) {
        it(`deploys without ${component}`, async () => {
            const run = await stackRun("poc", { settings: without(component) });
            expect(run.resources.filter(({ id }) => gone.test(id)).map(({ id }) => id)).to.deep.equal([]);
            deploymentWaves(run);
        });
    }

    it("reserves the DNS address, whichever Service is created first", async () => {
        // Otherwise MetalLB may assign the pool's first address, which DHCP hands out as the resolver's, to another Service.
        const { resources } = await stackRun("poc");
        const pools = resources
            .filter(({ type }) => type.endsWith(":IPAddressPool"))
            .map(({ inputs }) => inputs.spec as { addresses: string[]; autoAssign: boolean });
        expect(pools.find(({ autoAssign }) => autoAssign)?.addresses).to.deep.equal(["192.168.139.52-192.168.139.70"]);
    });
});

describe("a bad setting", () => {
    it("stops the program before anything is registered", async () => {
        let error: unknown;
        await runProgram("poc", {
            settings: { "dns.address": "192.168.139.99" },
            creation: () => expect.fail("something was registered"),
        }).catch((e: unknown) => (error = e));
        expect(String(error)).to.contain("noc:dns.address");
    });
});
