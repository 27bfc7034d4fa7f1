/** What is watched of the runners. Metrics: https://docs.github.com/en/actions/tutorials/use-actions-runner-controller/deploy-runner-scale-sets#enabling-metrics */
import type { Alert } from "../lib/monitoring-spec";
import { labelled, noneScraped } from "../lib/prometheus-rules";
import { controllerNamespace, jobs } from "./names";
import type { ArcSettings } from "./settings";

const of = (job: string): string => `namespace="${controllerNamespace}",job="${job}"`;

/** Jobs that GitHub has assigned to a scale set, and that no runner has begun. */
export const waitingJobs = `sum by (namespace, name) (gha_assigned_jobs{${of(jobs.listeners)}}) - sum by (namespace, name) (gha_running_jobs{${of(jobs.listeners)}})`;

/**
 * The scale set has no listener that runs. A listener is called SCALE_SET-HASH-listener. Its labels are added, because
 * `absent` of a comparison has none.
 */
function withoutListener(scaleSet: string): string {
    const running = `gha_controller_running_listeners{${of(jobs.controller)},name=~"${scaleSet}-[0-9a-f]+-listener"} == 1`;
    return labelled(labelled(`absent(${running})`, "scale_set", scaleSet), "namespace", controllerNamespace);
}

/** The alerts on the controller and the scale sets. */
export const arcAlerts = ({ scaleSets, thresholds }: Pick<ArcSettings, "scaleSets" | "thresholds">): Alert[] => [
    {
        alert: "RunnerControllerDown",
        expr: noneScraped(controllerNamespace, jobs.controller),
        for: "10m",
        severity: "warning",
        summary: "The controller of the CI runners does not run",
        description:
            "No controller of the CI runners has been scraped for ten minutes: runners that have done a job are not replaced.",
        implies: [{ alerts: ["ExporterDown"], equal: ["namespace", "job"] }],
    },
    {
        alert: "RunnerListenerDown",
        expr: `(${scaleSets.map(({ name }) => withoutListener(name)).join(" or ")}) unless on () absent(up{${of(jobs.controller)}} == 1)`,
        for: "10m",
        severity: "warning",
        summary: "A scale set gets no jobs from GitHub",
        description: "The scale set {{ $labels.scale_set }} has had no listener for ten minutes: its jobs stay queued.",
    },
    {
        alert: "RunnersFailed",
        expr: `max by (namespace, name) (gha_controller_failed_ephemeral_runners{${of(jobs.controller)}}) > 0`,
        for: "15m",
        severity: "warning",
        summary: "CI runners fail to start",
        description: "{{ $value }} runners of {{ $labels.name }} have failed, and are not tried again.",
    },
    {
        alert: "RunnerJobsWaiting",
        expr: `(${waitingJobs}) > 0`,
        for: `${thresholds.waitMinutes}m`,
        severity: "info",
        summary: "CI jobs wait for a runner",
        description: "{{ $value }} jobs of the scale set {{ $labels.name }} wait for a runner.",
    },
];
