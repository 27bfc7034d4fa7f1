/** Gathers the facts that the API server knows. It only reads; the dry runs create nothing. */
import type { V1ConfigMap, V1CustomResourceDefinition, V1Namespace, V1Secret } from "@kubernetes/client-node";
import { X509Certificate } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import type { Api } from "./api";
import { Missing } from "./check";
import { isTrue, nameOf } from "./checks/read";
import { announcements, endpoints, readyz, routes, warningEvents } from "./gather-health";
import type { AdmissionFacts, Certificate, Facts, UnreadyResource } from "./facts";

/** The facts that come from the API. */
export type ApiFacts = Pick<
    Facts,
    | "nodes"
    | "namespaces"
    | "pods"
    | "services"
    | "daemonSets"
    | "deployments"
    | "storageClasses"
    | "crds"
    | "kubeadm"
    | "kubeProxy"
    | "flannel"
    | "apiServerMetrics"
    | "clocks"
    | "admission"
    | "unready"
    | "certificates"
    | "readyz"
    | "warnings"
    | "cronJobs"
    | "announcements"
    | "routes"
    | "endpoints"
>;

/** Reads one fact. */
export type Reader<T> = () => Promise<T | Missing>;

/**
 * How each fact is read; each reader resolves to the fact, or to why it could not be had.
 * @param pause time between two looks at what changes by itself, in milliseconds.
 */
export function apiReaders(api: Api, pause = 1000): { [Name in keyof ApiFacts]: Reader<ApiFacts[Name]> } {
    const list =
        <T>(path: string) =>
        () =>
            fact(items<T>(api, path));
    const namespaces = list<V1Namespace>("/api/v1/namespaces");
    const crds = list<V1CustomResourceDefinition>("/apis/apiextensions.k8s.io/v1/customresourcedefinitions");
    return {
        nodes: list("/api/v1/nodes"),
        namespaces,
        pods: list("/api/v1/pods"),
        services: list("/api/v1/services"),
        daemonSets: list("/apis/apps/v1/daemonsets"),
        deployments: list("/apis/apps/v1/deployments"),
        storageClasses: list("/apis/storage.k8s.io/v1/storageclasses"),
        crds,
        kubeadm: () => fact(configMap(api, "kube-system", "kubeadm-config"), "the cluster was not made by kubeadm"),
        kubeProxy: () => fact(configMap(api, "kube-system", "kube-proxy"), "kube-proxy is not kubeadm's"),
        flannel: () => fact(configMap(api, "kube-flannel", "kube-flannel-cfg"), "the pod network is not flannel's"),
        apiServerMetrics: () => fact(api.text("/metrics")),
        clocks: () => fact(clockOffsets(api, pause)),
        admission: () => fact(namespaces().then((all) => admission(api, known(all)))),
        unready: () => fact(crds().then((all) => unreadyResources(api, known(all)))),
        certificates: () => fact(secretCertificates(api)),
        readyz: () => fact(readyz(api)),
        warnings: () => fact(warningEvents(api)),
        cronJobs: list("/apis/batch/v1/cronjobs"),
        announcements: () => fact(announcements(api), "MetalLB does not say which node announces an address"),
        routes: () => fact(routes(api)),
        endpoints: () => fact(endpoints(api)),
    };
}

/** Reads the facts that are needed, all at once. Those that are not stay out. */
export async function readAll<Readers extends Readonly<Record<string, Reader<unknown>>>>(
    readers: Readers,
    needed: ReadonlySet<string>,
): Promise<{ [Name in keyof Readers]: Awaited<ReturnType<Readers[Name]>> }> {
    const entries = Object.entries(readers).map(
        async ([name, read]) => [name, needed.has(name) ? await read() : new Missing("not asked for")] as const,
    );
    return Object.fromEntries(await Promise.all(entries)) as Awaited<ReturnType<typeof readAll<Readers>>>;
}

/** A value, or why it could not be had. An object that is not there has a reason of its own. */
export async function fact<T>(value: Promise<T>, absent?: string): Promise<T | Missing> {
    try {
        return await value;
    } catch (error) {
        const message = (error as Error).message || String(error);
        return new Missing(absent !== undefined && /not found/.test(message) ? absent : message);
    }
}

function known<T>(value: T | Missing): T {
    if (value instanceof Missing) {
        throw new Error(value.reason);
    }
    return value;
}

const items = async <T>(api: Api, path: string): Promise<T[]> => ((await api.get(path)) as { items: T[] }).items;

const configMap = async (api: Api, namespace: string, name: string): Promise<V1ConfigMap> =>
    (await api.get(`/api/v1/namespaces/${namespace}/configmaps/${name}`)) as V1ConfigMap;

/** A kubelet renews its Lease every ten seconds, by its own clock. */
const renewal = 13;

/**
 * By how many seconds each node's clock is ahead of the API server's: the moment that a Lease changes is known here to
 * the second, and the kubelet has written its own time into it. @throws Error if no Lease is renewed meanwhile.
 */
async function clockOffsets(api: Api, pause: number): Promise<Record<string, number>> {
    type Lease = { metadata?: { name?: string }; spec?: { renewTime?: string } };
    const path = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
    const first = new Map<string, string>();
    const offsets: Record<string, number> = {};
    let all = 0;
    for (let i = 0; i <= renewal; i++) {
        const [leases, now] = [await items<Lease>(api, path), await api.now()];
        all = leases.length;
        for (const lease of leases) {
            const [name, renewed = ""] = [nameOf(lease), lease.spec?.renewTime];
            const before = first.get(name);
            if (before !== undefined && before !== renewed) {
                offsets[name] ??= (Date.parse(renewed) - now) / 1000;
            }
            first.set(name, before ?? renewed);
        }
        if (Object.keys(offsets).length === all) {
            break;
        }
        await sleep(pause);
    }
    if (Object.keys(offsets).length === 0) {
        throw new Error(`no kubelet has renewed its Lease within ${renewal} s`);
    }
    return offsets;
}

async function admission(api: Api, namespaces: readonly V1Namespace[]): Promise<AdmissionFacts> {
    const restricted = namespaces.find(
        ({ metadata }) => metadata?.labels?.["pod-security.kubernetes.io/enforce"] === "restricted",
    );
    if (!restricted) {
        throw new Error("no namespace enforces `restricted` yet; after `npm run up` there is one");
    }
    const namespace = nameOf(restricted);
    const pod = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "doctor", namespace },
        spec: {
            containers: [{ name: "doctor", image: "registry.invalid/doctor", securityContext: { privileged: true } }],
        },
    };
    const status = await api.dryRun(`/api/v1/namespaces/${namespace}/pods`, pod);
    if (status !== 201 && status !== 403) {
        throw new Error(`the API server answered ${status} to the dry run of a pod`);
    }
    return { namespace, refusesPrivileged: status === 403 };
}

/** Kinds whose condition Ready says whether they work. */
const judged = /\.(cert-manager\.io|external-secrets\.io|source\.toolkit\.fluxcd\.io)$/;

async function unreadyResources(api: Api, crds: readonly V1CustomResourceDefinition[]): Promise<UnreadyResource[]> {
    type Resource = {
        metadata?: { name?: string; namespace?: string };
        status?: { conditions?: { type: string; status?: string; message?: string }[] };
    };
    const lists = crds
        .filter((crd) => judged.test(nameOf(crd)))
        .map(async ({ spec: { group, names, versions } }) => {
            const { name = "v1" } = versions.find(({ storage }) => storage) ?? {};
            const resources = await items<Resource>(api, `/apis/${group}/${name}/${names.plural}`);
            return resources.flatMap(({ metadata, status }): UnreadyResource[] => {
                const ready = status?.conditions?.find(({ type }) => type === "Ready");
                return ready && !isTrue(ready)
                    ? [
                          {
                              kind: names.kind,
                              namespace: metadata?.namespace,
                              name: metadata?.name ?? "",
                              message: ready.message ?? "",
                          },
                      ]
                    : [];
            });
        });
    return (await Promise.all(lists)).flat();
}

/** The certificates in Secrets of type kubernetes.io/tls. Their keys are not looked at. */
async function secretCertificates(api: Api): Promise<Certificate[]> {
    const secrets = await items<V1Secret>(api, "/api/v1/secrets?fieldSelector=type%3Dkubernetes.io%2Ftls");
    return secrets.flatMap(({ metadata, data }) => {
        const of = `Secret ${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`;
        return data?.["tls.crt"] ? certificateOf(of, Buffer.from(data["tls.crt"], "base64")) : [];
    });
}

/** A certificate's end. Empty if it cannot be read. */
export function certificateOf(of: string, pem: Buffer): Certificate[] {
    try {
        return [{ of, expires: new Date(new X509Certificate(pem).validTo).toISOString() }];
    } catch {
        return [];
    }
}
