/** What a step of the engine waits for in the cluster, in words. */
import type { CoreV1Event, V1Pod } from "@kubernetes/client-node";

import { folderOf } from "../../components/lib/prometheus-rules";
import { componentOf, type Step, titleOf } from "./events";

/** Where to look for the pods and events of a step. */
export interface Place {
    readonly namespace: string;
    readonly name: string;
}

/** The object that a step makes. Undefined if it is none of Kubernetes' or has no namespace. */
export function placeOf({ inputs }: Step): Place | undefined {
    const { metadata, namespace, name } = inputs as {
        metadata?: { name?: string; namespace?: string };
        namespace?: string;
        name?: string;
    };
    const place = metadata ?? { namespace, name };
    return typeof place.namespace === "string" && typeof place.name === "string"
        ? { namespace: place.namespace, name: place.name }
        : undefined;
}

/** The pods that belong to the object: Helm labels those of a release with its name, and a workload's begin with its own. */
export const podsOf = ({ name }: Place, pods: readonly V1Pod[]): V1Pod[] =>
    pods.filter(
        ({ metadata }) =>
            metadata?.labels?.["app.kubernetes.io/instance"] === name || metadata?.name?.startsWith(`${name}-`),
    );

/** Why a pod is not ready. */
export interface Trouble {
    readonly pod: string;
    /** The container that has it, if it is one. */
    readonly container?: string;
    /** As Kubernetes names it, such as ImagePullBackOff. */
    readonly reason: string;
    readonly message: string;
}

/** What keeps a pod from being ready. Undefined if it is. */
export function troubleOf({ metadata, spec, status }: V1Pod): Trouble | undefined {
    const pod = metadata?.name ?? "";
    const condition = (type: string) => status?.conditions?.find((one) => one.type === type);
    const scheduled = condition("PodScheduled");
    if (scheduled?.status === "False") {
        return { pod, reason: scheduled.reason ?? "Unschedulable", message: scheduled.message ?? "" };
    }
    const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
    for (const { name, state, lastState, ready, restartCount } of containers) {
        if (state?.waiting && state.waiting.reason !== "PodInitializing") {
            const ended = lastState?.terminated;
            const message = state.waiting.message ?? (ended ? `it ended with code ${ended.exitCode}` : "");
            return { pod, container: name, reason: state.waiting.reason ?? "Waiting", message };
        }
        if (state?.running && !ready && !spec?.initContainers?.some((init) => init.name === name)) {
            const message = restartCount > 0 ? `its readiness probe fails; ${restartCount} restarts` : "";
            return { pod, container: name, reason: "not ready yet", message };
        }
    }
    return condition("Ready")?.status === "True" || status?.phase === "Succeeded"
        ? undefined
        : { pod, reason: status?.phase ?? "Pending", message: "" };
}

const timeOf = ({ lastTimestamp, eventTime, firstTimestamp }: CoreV1Event): number =>
    new Date(lastTimestamp ?? eventTime ?? firstTimestamp ?? 0).getTime();

/** The newest event of the object or its pods. */
export function lastEvent(
    { name }: Place,
    pods: readonly V1Pod[],
    events: readonly CoreV1Event[],
): CoreV1Event | undefined {
    const names = new Set([name, ...pods.map(({ metadata }) => metadata?.name)]);
    return [...events]
        .filter(({ involvedObject }) => names.has(involvedObject.name))
        .sort((a, b) => timeOf(b) - timeOf(a))[0];
}

/** What a step waits for: `23 s Release metallb: pod metallb-speaker-x2: ContainerCreating; last event, 3 s ago: Pulling image …`. */
export function wait(step: Step, pods: readonly V1Pod[], events: readonly CoreV1Event[], now: number): string {
    const place = placeOf(step);
    const own = place ? podsOf(place, pods) : [];
    const troubles = own.flatMap((pod) => troubleOf(pod) ?? []);
    const event = place && lastEvent(place, own, events);
    const [trouble] = troubles;
    const more = troubles.length > 1 ? ` (and ${troubles.length - 1} more)` : "";
    return [
        `${Math.round((now - step.started) / 1000)} s ${titleOf(step.urn)}`,
        trouble ? `: pod ${trouble.pod}${more}: ${[trouble.reason, trouble.message].filter(Boolean).join(", ")}` : "",
        event
            ? `; last event, ${Math.round((now - timeOf(event)) / 1000)} s ago: ${event.message ?? event.reason ?? ""}`
            : "",
    ]
        .join("")
        .replace(/\s+/g, " ");
}

/** Sections of docs/troubleshooting.md, by what Kubernetes says. */
const sections: readonly (readonly [RegExp, string])[] = [
    [/ImagePull|InvalidImage|ErrImage/, "images"],
    [/CrashLoop|RunContainerError|Error$/, "crashes"],
    [/Unschedulable|SchedulerError/, "scheduling"],
    [/CreateContainerConfigError|ContainerCreating/, "volumes-and-secrets"],
    [/loadBalancer|ingress/, "addresses"],
    [/webhook/, "webhooks"],
];

/** A failure in a few lines: the cause, the container's last words, and what to read. */
export function failure(step: Step, error: string, trouble: Trouble | undefined, log: readonly string[]): string {
    const cause = trouble
        ? `pod ${trouble.pod}: ${[trouble.reason, trouble.message].filter(Boolean).join(", ")}`
        : (error.split("\n").find(Boolean) ?? "the engine gives no reason");
    const [, section = "up-fails"] = sections.find(([pattern]) => pattern.test(trouble?.reason ?? error)) ?? [];
    const component = componentOf(step.urn);
    return [
        `${titleOf(step.urn)} failed: ${cause.replace(/\s+/g, " ")}`,
        ...log.map((line) => `  | ${line}`),
        `  read: docs/troubleshooting.md#${section}${component ? `, components/${folderOf(component)}/runbook.md` : ""}`,
    ].join("\n");
}
