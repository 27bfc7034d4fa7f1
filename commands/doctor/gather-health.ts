/** Gathers the facts on a running cluster's health that the API server knows. It only reads. */
import type { CoreV1Event, V1EndpointSlice } from "@kubernetes/client-node";

import type { Api } from "./api";
import { type Announcement, announcementsIn } from "../../tools/announcements";
import type { EndpointFacts, ReadyzFacts, RouteFacts, WarningEvent } from "./facts";

/** The API server's own checks. It answers 500 with the same list if one fails. @throws Error if there is no list. */
export async function readyz(api: Api): Promise<ReadyzFacts> {
    const text = await api.text("/readyz?verbose").catch((error: unknown) => (error as Error).message);
    const named = (sign: string) =>
        [...text.matchAll(new RegExp(`\\[${sign}\\](\\S+)`, "g"))].map(([, name = ""]) => name);
    const [passed, failed] = [named("\\+"), named("-")];
    if (passed.length + failed.length === 0) {
        throw new Error(text);
    }
    return { passed: passed.length, failed };
}

const anHour = 3_600_000;

/** The warning events of the last hour, by the API server's clock. Those of one object and reason are counted together. */
export async function warningEvents(api: Api): Promise<WarningEvent[]> {
    const [{ items }, now] = await Promise.all([
        api.get("/api/v1/events?fieldSelector=type%3DWarning") as Promise<{ items: CoreV1Event[] }>,
        api.now(),
    ]);
    const kinds = new Map<string, WarningEvent>();
    for (const { involvedObject, reason = "", message = "", count, series, ...event } of items) {
        const last = series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime;
        if (last !== undefined && new Date(last).getTime() > now - anHour) {
            const object = `${involvedObject.kind ?? ""}/${involvedObject.name ?? ""}`;
            const namespace = involvedObject.namespace ?? "default";
            const key = [namespace, object, reason].join(" ");
            const before = kinds.get(key)?.count ?? 0;
            const times = before + (series?.count ?? count ?? 1);
            kinds.set(key, { namespace, object, reason, message: message.split("\n")[0] ?? "", count: times });
        }
    }
    return [...kinds.values()];
}

/** MetalLB's statuses of the Services that it announces. */
export async function announcements(api: Api): Promise<Announcement[]> {
    return announcementsIn(await api.get("/apis/metallb.io/v1beta1/servicel2statuses"));
}

/** The HTTPRoutes that lead to Services. None if the cluster has no Gateway API. */
export async function routes(api: Api): Promise<RouteFacts[]> {
    type Backend = { kind?: string; name: string; namespace?: string };
    type Route = {
        metadata: { namespace: string; name: string };
        spec: { hostnames?: string[]; rules?: { backendRefs?: Backend[] }[] };
    };
    const { items } = (await api.get("/apis/gateway.networking.k8s.io/v1/httproutes").catch((error: unknown) => {
        if (/not found|could not find/.test(String(error))) {
            return { items: [] };
        }
        throw error;
    })) as { items: Route[] };
    return items.map(({ metadata: { namespace, name }, spec: { hostnames = [], rules = [] } }) => ({
        namespace,
        name,
        hosts: hostnames,
        services: rules.flatMap(({ backendRefs = [] }) =>
            backendRefs
                .filter(({ kind = "Service" }) => kind === "Service")
                .map((backend) => ({ name: backend.name, namespace: backend.namespace ?? namespace })),
        ),
    }));
}

/** How many ready pods each Service has. */
export async function endpoints(api: Api): Promise<EndpointFacts[]> {
    const { items } = (await api.get("/apis/discovery.k8s.io/v1/endpointslices")) as { items: V1EndpointSlice[] };
    const ready = new Map<string, EndpointFacts>();
    for (const { metadata, endpoints = [] } of items) {
        const [namespace, service] = [
            metadata?.namespace ?? "",
            metadata?.labels?.["kubernetes.io/service-name"] ?? "",
        ];
        const key = `${namespace}/${service}`;
        const count = endpoints.filter(({ conditions }) => conditions?.ready !== false).length;
        ready.set(key, { namespace, service, ready: (ready.get(key)?.ready ?? 0) + count });
    }
    return [...ready.values()];
}
