import { NoUnit, Seconds, Short } from "@grafana/grafana-foundation-sdk/units";

import { type Dashboard, dashboard, graph, stat, table } from "../lib/dashboards";
import type { OverviewPanels } from "../lib/monitoring-spec";
import { notSynced, unhealthy } from "./alerts";
import { namespaceName } from "./names";

const own = `namespace="${namespaceName}"`;

/** New panels at each call: a dashboard gives its panels their places. */
const states = () => [
    stat(
        "Applications not synced",
        "Applications that differ from their repository, though Argo CD is to keep them like it. Worry about any that stays for half an hour.",
        NoUnit,
        { "not synced": `count(${notSynced}) or vector(0)` },
        { above: [1] },
    ),
    stat(
        "Applications unhealthy",
        "Applications with an object that is broken or missing. Worry about any that stays for minutes.",
        NoUnit,
        { unhealthy: `count(${unhealthy}) or vector(0)` },
        { above: [1] },
    ),
];

/** Argo CD on the overview dashboard. */
export const argoCdOverview = (): OverviewPanels => ({ stats: states() });

const slowest = (metric: string, by: string): string =>
    `histogram_quantile(0.95, sum by (le, ${by}) (rate(${metric}_bucket{${own}}[$__rate_interval])))`;

/** The dashboard of Argo CD. */
export const argoCdDashboard = (): Dashboard =>
    dashboard({
        uid: "noc-argo-cd",
        title: "Argo CD",
        description: "The Applications that Argo CD deploys, and how it reaches their repositories.",
        rows: [
            [
                4,
                stat(
                    "Applications",
                    "Applications that Argo CD knows. Worry when there are fewer than in Git.",
                    NoUnit,
                    {
                        applications: `count(argocd_app_info{${own}}) or vector(0)`,
                    },
                ),
                ...states(),
            ],
            [
                9,
                table(
                    "Applications",
                    "Each Application, its state and the namespace that it deploys to.",
                    Short,
                    {
                        Application: "name",
                        Project: "project",
                        Namespace: "dest_namespace",
                        Sync: "sync_status",
                        Health: "health_status",
                    },
                    { Known: `argocd_app_info{${own}}` },
                ),
                graph("Syncs", "Syncs by their result. Worry about Failed and Error.", Short, {
                    "{{name}} {{phase}}": `sum by (name, phase) (increase(argocd_app_sync_total{${own}}[$__rate_interval]))`,
                }),
            ],
            [
                8,
                graph(
                    "Comparison time",
                    "Time in which 95 % of the comparisons of an Application with its repository are done. Worry when it comes near a minute.",
                    Seconds,
                    { "{{dest_server}}": slowest("argocd_app_reconcile", "dest_server") },
                ),
                graph(
                    "Time of Git requests",
                    "Time in which 95 % of the requests to a repository are answered. Worry when it comes near 20 s.",
                    Seconds,
                    { "{{repo}}": slowest("argocd_git_request_duration_seconds", "repo") },
                ),
                graph(
                    "Failed Git requests",
                    "Requests to repositories that failed. Worry about any that repeat.",
                    Short,
                    {
                        "{{repo}} look": `sum by (repo) (increase(argocd_git_lsremote_fail_total{${own}}[$__rate_interval]))`,
                        "{{repo}} fetch": `sum by (repo) (increase(argocd_git_fetch_fail_total{${own}}[$__rate_interval]))`,
                    },
                ),
            ],
        ],
    });
