/** Failures of the resolvers, and of what leads to them. */
import { nodeNamespace } from "../../components/dns/node-path";
import { nodeApp } from "../../components/dns/node-path-config";
import { addressesOf } from "../../components/dns/settings";
import { floodDns, measureDns } from "../bench/dnsperf";
import type { Failure } from "./failure";
import { malformedPackets, sendMalformedDns } from "./packets";
import type { Stack } from "./stack";

const resolvers = { kind: "Deployment", name: "unbound" } as const;
const exporter = "unbound-exporter";
/** How long the exporters crash, and a flood lasts, in seconds. */
const duration = 20;

export const needsNodes = ({ options: { nodeDown, nodeUp } }: Stack): string | undefined =>
    nodeDown && nodeUp
        ? undefined
        : "needs --node-down and --node-up, commands that cut a node's power and bring it back";

const needsPath = ({ settings: { dns } }: Stack): string | undefined =>
    dns.path === "node" ? undefined : "needs noc:dns.path = node";

const needsAddresses = ({ settings: { dns } }: Stack): string | undefined =>
    addressesOf(dns).length > 1 ? undefined : "needs noc:dns.furtherAddresses";

const loseServingNode = async (stack: Stack): Promise<void> => stack.loseNode(await stack.servingNode());

export const dnsFailures: readonly Failure[] = [
    {
        name: "resolver-killed",
        title: "the serving resolver's pod killed",
        dns: { lost: 0, outage: 3 },
        breaks: async (stack) => stack.kill("app=unbound", await stack.servingNode()),
    },
    {
        name: "exporter-crashing",
        title: `the resolvers' exporters crash for ${duration} s whenever they have started`,
        dns: { lost: 0, outage: 0 },
        breaks: async (stack) => {
            const crash = `for i in $(seq ${duration * 2}); do kill -SEGV $(pidof unbound_exporter); sleep 0.5; done; true`;
            await stack.inPods("app=unbound", exporter, ["sh", "-c", crash]);
        },
    },
    {
        name: "resolvers-rolled",
        title: "all resolvers rolled, as a change of the configuration does",
        dns: { lost: 0, longest: 3 },
        breaks: (stack) => stack.roll({ ...resolvers, namespace: stack.namespace }),
    },
    {
        name: "node-drained",
        title: "the serving node drained of the resolver",
        dns: { lost: 0, longest: 3 },
        breaks: async (stack) => {
            await stack.drain(await stack.servingNode(), "app=unbound");
            await stack.settled();
        },
    },
    {
        name: "path-killed",
        title: "the resolver in the serving node's network and its agent killed (noc:dns.path = node)",
        dns: { lost: 0, outage: 3 },
        unavailable: needsPath,
        breaks: async (stack) => stack.kill(`app=${nodeApp}`, await stack.servingNode(), nodeNamespace),
    },
    {
        name: "path-rolled",
        title: "all resolvers in the nodes' network rolled (noc:dns.path = node)",
        dns: { lost: 0, longest: 3 },
        unavailable: needsPath,
        breaks: (stack) => stack.roll({ kind: "DaemonSet", name: nodeApp, namespace: nodeNamespace }),
    },
    {
        name: "speaker-killed",
        title: "MetalLB's speaker on the serving node killed",
        dns: { lost: 0, outage: 5 },
        breaks: async (stack) => stack.killSpeaker(await stack.servingNode()),
    },
    {
        name: "node-lost",
        title: "the serving node lost",
        dns: { outage: 3 },
        unavailable: needsNodes,
        breaks: loseServingNode,
    },
    {
        name: "node-lost-known",
        title: "the serving node lost, and the clients know the addresses on other nodes",
        // One repetition.
        dns: { lost: 0, longest: 2 },
        knowAllResolvers: true,
        unavailable: (stack) => needsAddresses(stack) ?? needsNodes(stack),
        breaks: loseServingNode,
    },
    {
        name: "malformed-dns",
        title: `${malformedPackets.toLocaleString("en")} malformed DNS packets`,
        dns: { lost: 0, p99: 50 },
        breaks: ({ resolver }) => sendMalformedDns(resolver.address),
    },
    flood(),
];

/** One client asks at twice the rate that the resolver can answer. The limit per client protects the others. */
function flood(): Failure {
    let capacity = 0;
    const names = ["health.noc.internal"];
    return {
        name: "flood",
        title: `one client asks at twice the capacity for ${duration} s`,
        dns: { lost: 0, p99: 50 },
        unavailable: ({ options: { floodFrom }, settings: { dns } }) =>
            dns.clientQueryLimit === 0
                ? "noc:dns.clientQueryLimit = 0 switches the limit off that protects the other clients"
                : floodFrom === undefined
                  ? "needs --flood-from, a second address of this machine, and dnsperf"
                  : undefined,
        prepares: async ({ resolver, settings: { dns } }) => {
            await resolver.limitClients(0);
            try {
                capacity = (await measureDns({ server: resolver.address, names, seconds: 5 })).rate;
            } finally {
                await resolver.limitClients(dns.clientQueryLimit);
            }
        },
        breaks: async ({ resolver, options: { floodFrom = "" } }) => {
            const { address: server } = resolver;
            await floodDns({ server, from: floodFrom, names, rate: 2 * capacity, seconds: duration });
        },
    };
}
