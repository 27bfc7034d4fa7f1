import { Short } from "@grafana/grafana-foundation-sdk/units";

import { graph } from "../lib/dashboards";
import type { OverviewPanels } from "../lib/monitoring-spec";
import { waitingJobs } from "./alerts";
import { controllerNamespace, jobs } from "./names";

const listeners = `{namespace="${controllerNamespace}",job="${jobs.listeners}"}`;

/** The CI runners on the overview dashboard. */
export const arcOverview = (): OverviewPanels => ({
    graphs: [
        graph(
            "CI jobs",
            "Jobs of GitHub Actions that run, and those that wait for a runner. Worry about jobs that wait for long: noc:arc.scaleSets has the most runners of a scale set.",
            Short,
            { running: `sum(gha_running_jobs${listeners})`, waiting: `sum(${waitingJobs})` },
        ),
    ],
});
