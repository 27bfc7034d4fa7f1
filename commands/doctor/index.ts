/** `npm run doctor`: looks at the cluster and the network around it, and says what would not work. It changes nothing. */
import type { V1Namespace, V1Node } from "@kubernetes/client-node";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { addressClaims, type Settings } from "../../components/settings";
import { contains, formatAddress, parseRange, sizeOf } from "../../config/addresses";
import { environment } from "../../config/environment";
import { Cluster } from "../../tools/cluster";
import { stackSettings } from "../../tools/stack-config";
import { type Api, kubernetesApi } from "./api";
import { Missing, runChecks, type Gathered } from "./check";
import { checks } from "./checks";
import { discover } from "./dhcp";
import type { Certificate, DhcpOffer, Facts, IdentityFacts } from "./facts";
import { apiReaders, fact, readAll } from "./gather";
import { askArp, libvirtNetworks, ownNetworks, reach, servedCertificate } from "./host";
import { probe, probeImage } from "./probe";
import { asJson, asText, exitCode } from "./report";
import { chartSources, registrySources, rendered } from "./sources";

/**
 * Runs the checks, or those that are named, and ends the process.
 * Exit codes: 0: nothing was found. 1: an error was found. 2: no error, but a warning or a skipped check.
 */
export async function doctor(args: readonly string[]): Promise<void> {
    const { values, positionals } = parseArgs({
        args: [...args],
        allowPositionals: true,
        options: {
            json: { type: "boolean", default: false },
            probe: { type: "boolean", default: false },
            image: { type: "string", default: probeImage },
        },
    });
    const unknown = positionals.filter((name) => !checks.some((check) => check.name === name));
    if (unknown.length > 0) {
        const known = checks.map(({ name }) => name).join(", ");
        throw new Error(`there is no check ${unknown.join(", ")}; there are: ${known}`);
    }
    const chosen = checks.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
    const settings = stackSettings(environment.stack);
    const facts = await gather(new Cluster(settings.site.kubeContext), settings, {
        // The probe's pods and the kubelets' certificates need the nodes' addresses.
        needed: new Set(["nodes", ...chosen.flatMap(({ needs }) => needs)]),
        probeImage: values.probe ? values.image : undefined,
    });
    const results = runChecks(chosen, facts, settings);
    console.log(
        values.json
            ? asJson(environment.stack, results)
            : asText(results, { colours: process.stdout.isTTY, width: process.stdout.columns }),
    );
    process.exit(exitCode(results));
}

interface GatherOptions {
    /** The facts that are read; others are not gathered. */
    readonly needed: ReadonlySet<keyof Facts>;
    /** Image of the probe's pods. Undefined if no pod may be run. */
    readonly probeImage?: string;
}

/** Gathers the facts from the API, from this machine, and from pods where these are allowed. */
async function gather(cluster: Cluster, settings: Settings, { needed, probeImage }: GatherOptions): Promise<Gathered> {
    const { config } = cluster;
    const api = kubernetesApi(config);
    const context = settings.site.kubeContext;
    const url = config.getCurrentCluster()?.server ?? "";
    const version = await fact(api.get("/version") as Promise<{ gitVersion: string }>);
    if (version instanceof Missing) {
        const missing = new Missing("the API server does not answer");
        const connection = { context, url, error: version.reason };
        return new Proxy({ connection } as unknown as Gathered, {
            get: (known, name) => (name in known ? known[name as keyof Facts] : missing),
        });
    }
    const asked = poolAddresses(settings);
    let text: Promise<string> | undefined;
    const used = () => (text ??= rendered(environment.stack));
    const readers = {
        ...apiReaders(api),
        arp: () => fact(askArp(asked)),
        dhcpOffers: () => fact(discoverServers(settings)),
        libvirt: () => fact(libvirtNetworks()),
        chartSources: () => fact(used().then((text) => reach(chartSources(settings, text)))),
        registries: () => fact(used().then((text) => reach(registrySources(settings, text)))),
        identity: () => fact(identity(api)),
    };
    const known = await readAll(readers, needed);
    const { nodes, certificates } = known;
    const inside =
        probeImage === undefined || nodes instanceof Missing
            ? new Missing("only pods can tell: npm run doctor -- --probe")
            : await fact(probe(config, nodes, { image: probeImage, addresses: asked }));
    return {
        ...known,
        connection: { context, url },
        server: { version: version.gitVersion, credentials: credentialsOf(cluster) },
        certificates:
            certificates instanceof Missing
                ? certificates
                : [...certificates, ...(await servedCertificates(url, nodes instanceof Missing ? [] : nodes))],
        arp: inside instanceof Missing ? known.arp : inside.arp,
        probe: inside instanceof Missing ? inside : inside.probe,
    };
}

/** The cluster's identity. */
async function identity(api: Api): Promise<IdentityFacts> {
    const { metadata } = (await api.get("/api/v1/namespaces/kube-system")) as V1Namespace;
    return { uid: metadata?.uid ?? "" };
}

const discoverServers = async (settings: Settings): Promise<DhcpOffer[]> => discover(broadcastsFor(settings));

/** At most this many addresses of the pools are asked for. */
const mostAddresses = 64;

/** The Services' addresses, and the pools' from their beginnings. */
function poolAddresses(settings: Settings): string[] {
    const claims = addressClaims(settings);
    const services = claims.filter(({ use }) => use === "service").map(({ text }) => text);
    const pools = claims
        .filter(({ use }) => use === "pool")
        .map(({ text }) => parseRange(text))
        .flatMap((range) =>
            Array.from({ length: Math.min(sizeOf(range), mostAddresses) }, (_, i) => formatAddress(range.first + i)),
        );
    return [...new Set([...services, ...pools])].slice(0, mostAddresses);
}

/** The broadcast addresses of this machine's networks that the stack uses. @throws Error if there are none. */
function broadcastsFor(settings: Settings): string[] {
    const used = addressClaims(settings).map(({ text }) => parseRange(text));
    const shared = ownNetworks()
        .networks.map(parseRange)
        .filter((network) => used.some((range) => contains(network, range)));
    if (shared.length === 0) {
        throw new Error("this machine is in none of the networks that the stack uses; run it on a machine there");
    }
    return shared.map(({ last }) => formatAddress(last));
}

/** Certificates that the API server and the kubelets show. Those that are not reached are left out. */
async function servedCertificates(server: string, nodes: readonly V1Node[]): Promise<Certificate[]> {
    const { hostname, port } = new URL(server);
    const kubelets = nodes.flatMap(({ metadata, status }) =>
        (status?.addresses ?? [])
            .filter(({ type }) => type === "InternalIP")
            .map(({ address }) => servedCertificate(`the kubelet of ${metadata?.name ?? ""}`, address, 10250)),
    );
    const all = await Promise.allSettled([
        servedCertificate("the API server", hostname, Number(port || 443)),
        ...kubelets,
    ]);
    return all.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}

/** How the kubeconfig's user proves who they are. */
function credentialsOf({ config }: Cluster): { kind: string; expires?: string } {
    const user = config.getCurrentUser();
    const pem = user?.certData
        ? Buffer.from(user.certData, "base64")
        : user?.certFile
          ? readFileSync(user.certFile)
          : undefined;
    if (pem) {
        return { kind: "client certificate", expires: new Date(new X509Certificate(pem).validTo).toISOString() };
    }
    if (user?.token) {
        return { kind: "token", expires: expiryOf(user.token) };
    }
    return { kind: user?.exec ? "credential plugin" : "another kind of credentials" };
}

/** When a JSON Web Token expires. Undefined if it is none, or never does. */
function expiryOf(token: string): string | undefined {
    try {
        const { exp } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as { exp?: number };
        return exp === undefined ? undefined : new Date(exp * 1000).toISOString();
    } catch {
        return undefined;
    }
}
