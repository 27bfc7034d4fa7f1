import type * as k8s from "@kubernetes/client-node";
import Table from "cli-table3";

import { componentNamespaces, enabledComponents, type Settings } from "../components/settings";
import { environment } from "../config/environment";
import { Cluster } from "../tools/cluster";
import { stackSettings } from "../tools/stack-config";
import { kubernetesApi } from "./doctor/api";
import { type Gathered, type Result, runChecks } from "./doctor/check";
import { healthChecks } from "./doctor/checks";
import { apiReaders, readAll } from "./doctor/gather";
import { asText } from "./doctor/report";
import { liveFigures } from "./figures";

type Workload = k8s.V1Deployment | k8s.V1StatefulSet | k8s.V1DaemonSet;

/** A row of the table. */
export interface Row {
    readonly component: string;
    readonly name: string;
    readonly version: string;
    readonly ready: string;
    readonly address: string;
    readonly lastRestart: string;
}

/**
 * Shows what is deployed of the stack, or of one component. For the whole stack also the cluster's health, what the
 * overview dashboard shows, and the alerts that fire.
 */
export async function status(component?: string): Promise<void> {
    const settings = stackSettings(environment.stack);
    const cluster = new Cluster(settings.site.kubeContext);
    const workloads: string[][] = [];
    for (const [namespace, titles] of namespacesOf(settings, component)) {
        for (const row of await rows(cluster, namespace, titles.join(" and "))) {
            workloads.push([row.component, row.name, row.version, row.ready, row.address, row.lastRestart]);
        }
    }
    print(["component", "workload", "version", "ready", "address", "last restart"], workloads);
    if (component === undefined) {
        console.log(asText(await clusterHealth(cluster, settings), { width: process.stdout.columns }));
        if (settings.monitoring.enabled) {
            await showFigures(cluster);
        }
    }
}

/** What the doctor's checks of a running stack find. They read only. */
export async function clusterHealth(cluster: Cluster, settings: Settings): Promise<Result[]> {
    const needed = new Set<string>(healthChecks.flatMap(({ needs }) => needs));
    const facts = await readAll(apiReaders(kubernetesApi(cluster.config)), needed);
    return runChecks(healthChecks, facts as Gathered, settings);
}

async function showFigures(cluster: Cluster): Promise<void> {
    try {
        const { figures, alerts } = await liveFigures(cluster);
        print(
            ["figure", "now"],
            figures.map((figure) => [...figure]),
        );
        if (alerts.length === 0) {
            console.log("no alert fires");
        } else {
            print(
                ["alert", "severity", "since", "summary"],
                alerts.map(({ name, severity, since, summary }) => [name, severity, since, summary]),
            );
        }
    } catch (error) {
        console.log(`no figures and alerts, as Prometheus cannot be asked: ${(error as Error).message.split("\n")[0]}`);
    }
}

function print(head: string[], rows: readonly string[][]): void {
    const table = new Table({
        head,
        style: { head: [], border: [] },
        // No line between rows.
        chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
    });
    table.push(...rows);
    console.log(table.toString());
}

/** The namespaces of the stack's enabled components, or of one of them, with the titles of those that use each. */
export function namespacesOf(settings: Settings, component?: string): Map<string, string[]> {
    const namespaces = new Map<string, string[]>();
    for (const definition of enabledComponents(settings)) {
        if (component === undefined || definition.name === component) {
            for (const namespace of componentNamespaces(settings, definition)) {
                namespaces.set(namespace, [...(namespaces.get(namespace) ?? []), definition.title]);
            }
        }
    }
    return namespaces;
}

async function rows({ core, apps }: Cluster, namespace: string, component: string): Promise<Row[]> {
    const [deployments, statefulSets, daemonSets, services, pods] = await Promise.all([
        apps.listNamespacedDeployment({ namespace }),
        apps.listNamespacedStatefulSet({ namespace }),
        apps.listNamespacedDaemonSet({ namespace }),
        core.listNamespacedService({ namespace }),
        core.listNamespacedPod({ namespace }),
    ]);
    const workloads: Workload[] = [...deployments.items, ...statefulSets.items, ...daemonSets.items];
    if (workloads.length === 0) {
        return [{ component, name: "-", version: "-", ready: "not deployed", address: "-", lastRestart: "-" }];
    }
    return workloads.map((workload) => row(component, workload, services.items, pods.items));
}

/** The row of a workload. */
export function row(
    component: string,
    workload: Workload,
    services: readonly k8s.V1Service[],
    pods: readonly k8s.V1Pod[],
): Row {
    const { matchLabels = {} } = workload.spec?.selector ?? {};
    const labels = workload.spec?.template.metadata?.labels ?? {};
    const mine = pods.filter((pod) => selects(matchLabels, pod.metadata?.labels ?? {}));
    return {
        component,
        name: workload.metadata?.name ?? "",
        version: mainContainer(workload)?.image?.split(":").at(-1) ?? "?",
        ready: readiness(workload),
        address:
            services
                .filter(({ spec }) => spec?.type === "LoadBalancer" && selects(spec.selector ?? {}, labels))
                .map(addressOf)
                .join(", ") || "-",
        lastRestart: lastRestart(mine),
    };
}

/** The container that the workload is named for; sidecars may come before it. */
function mainContainer({ metadata, spec }: Workload): k8s.V1Container | undefined {
    const containers = spec?.template.spec?.containers ?? [];
    return containers.find(({ name }) => metadata?.name?.includes(name)) ?? containers[0];
}

const selects = (selector: Record<string, string>, labels: Record<string, string>): boolean =>
    Object.keys(selector).length > 0 && Object.entries(selector).every(([key, value]) => labels[key] === value);

function addressOf({ status }: k8s.V1Service): string {
    const [ingress] = status?.loadBalancer?.ingress ?? [];
    return ingress?.ip ?? ingress?.hostname ?? "none yet";
}

function readiness({ spec, status }: Workload): string {
    const [ready, desired] =
        status && "desiredNumberScheduled" in status
            ? [status.numberReady, status.desiredNumberScheduled]
            : [status?.readyReplicas ?? 0, (spec && "replicas" in spec && spec.replicas) || 0];
    return `${ready}/${desired}`;
}

function lastRestart(pods: readonly k8s.V1Pod[]): string {
    const restarts = pods.flatMap(({ status }) =>
        (status?.containerStatuses ?? []).flatMap(({ lastState }) => lastState?.terminated?.finishedAt ?? []),
    );
    const last = restarts.map((date) => new Date(date).getTime()).sort((a, b) => b - a)[0];
    return last === undefined ? "never" : new Date(last).toISOString().replace(/\.\d+Z$/, "Z");
}
