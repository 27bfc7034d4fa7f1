import { expect } from "chai";
import { spawnSync } from "node:child_process";

import { ClusterGuard } from "../../components/lib/cluster-identity";
import { expectedResources, stacks } from "../../tools/expected";
import { resourceId } from "../../tools/mock-engine";
import { pinnedVersions } from "../../tools/versions";
import { type ChartRepository, serveCharts } from "./charts";
import { type Edges, graph, preview, type Preview, type PreviewOptions, unknownValue } from "./engine";

const hasEngine = spawnSync("pulumi", ["version"]).status === 0;
if (!hasEngine) {
    console.log("engine tests not run: the pulumi CLI is not on PATH");
}

const guard = `${ClusterGuard.type}::cluster-guard`;

/** The graph that the mocks came to, as it was committed. */
function expectedGraph(stack: string): Record<string, Edges> {
    return Object.fromEntries(
        expectedResources(stack).map(({ id, parent, provider, dependencies, propertyDependencies }) => [
            id,
            { parent, provider, dependencies, propertyDependencies },
        ]),
    );
}

function inputsOf({ steps }: Preview, id: string): Record<string, unknown> {
    return steps.find(({ urn }) => resourceId(urn) === id)?.newState.inputs ?? expect.fail(`no ${id}`);
}

const errors = ({ diagnostics }: Preview) => diagnostics.filter(({ severity }) => severity === "error");

(hasEngine ? describe : describe.skip)("the engine's preview", () => {
    let repository: ChartRepository;
    const previewed = (stack: string, options: PreviewOptions = {}) =>
        preview(stack, { ...options, settings: { "site.chartMirror": repository.url, ...options.settings } });

    before(async () => {
        repository = await serveCharts(pinnedVersions().flatMap(({ charts }) => Object.values(charts)));
    });
    after(() => repository.close());

    for (const stack of stacks) {
        describe(`of ${stack}`, () => {
            let result: Preview;
            before(async () => {
                result = await previewed(stack);
            });

            it("succeeds without a cluster, and makes everything anew", () => {
                expect(errors(result)).to.deep.equal([]);
                expect(result.status).to.equal(0);
                expect(new Set(result.steps.map(({ op }) => op))).to.deep.equal(new Set(["create"]));
            });

            it("has the resources that the mocks have", () => {
                expect(Object.keys(graph(result)).sort()).to.deep.equal(Object.keys(expectedGraph(stack)).sort());
            });

            it("has the edges that the mocks have", () => {
                const actual = graph(result);
                const expected = Object.entries(expectedGraph(stack)).filter(
                    ([id]) =>
                        // The dumps leave out what the guard depends on: everything.
                        id !== guard &&
                        // Without a cluster, the provider previews a Service without its clusterIP, and so without this edge.
                        !id.startsWith("noc:clusterDns:"),
                );
                // One after the other: mocha cuts a difference of all of them short.
                expected.forEach(([id, edges]) => expect(actual[id], id).to.deep.equal(edges));
            });

            it("hands Kea the DNS address along an edge, unknown as it is before there is a cluster", () => {
                const { propertyDependencies } =
                    graph(result)["noc:dhcp:Dhcp$kubernetes:helm.sh/v3:Release::kea-dhcp"] ?? {};
                expect(propertyDependencies?.values).to.include("noc:dns:Dns$kubernetes:core/v1:Service::unbound");
                const { resolvers } = inputsOf(result, "noc:dhcp:Dhcp::dhcp");
                expect(new Set(resolvers as unknown[])).to.deep.equal(new Set([unknownValue]));
                expect(inputsOf(result, "noc:dhcp:Dhcp$kubernetes:helm.sh/v3:Release::kea-dhcp").values).to.equal(
                    unknownValue,
                );
            });

            it("reaches for no cluster but the stack's", () => {
                const resources = Object.entries(graph(result));
                const used = resources.filter(([id]) => id.startsWith("kubernetes:"));
                expect(new Set(used.map(([, { provider }]) => provider))).to.deep.equal(new Set(["cluster"]));
                const made = resources.map(([id]) => id).filter((id) => id.startsWith("pulumi:providers:kubernetes:"));
                expect(made).to.deep.equal(["pulumi:providers:kubernetes::cluster"]);
            });
        });
    }

    it("stops at a bad setting, names it and registers nothing", async () => {
        const result = await previewed("poc", { settings: { "dns.address": "192.0.2.53" } });
        expect(result.status).not.to.equal(0);
        expect(
            errors(result)
                .map(({ message }) => message)
                .join(),
        ).to.contain('noc:dns.address = "192.0.2.53"');
        expect(graph(result)).to.deep.equal({});
    });

    it("shows no secret", async () => {
        const password = "known-to-nobody";
        const result = await previewed("poc", { secrets: { "noc:monitoring.grafanaPassword": password } });
        expect(errors(result)).to.deep.equal([]);
        // The provider encodes what it knows and makes `data` of `stringData`.
        expect(inputsOf(result, "noc:monitoring:Monitoring$kubernetes:core/v1:Secret::grafana-admin").data).to.equal(
            "[secret]",
        );
        expect(result.output).not.to.contain(password).and.not.to.contain(btoa(password));
    });
});
