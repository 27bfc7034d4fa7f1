import { RequestsPerSecond } from "@grafana/grafana-foundation-sdk/units";

import { stat } from "../lib/dashboards";
import type { OverviewPanels } from "../lib/monitoring-spec";
import { collectorNamespace, jobs } from "./names";

/** The logs on the overview dashboard. */
export const logsOverview = (): OverviewPanels => ({
    stats: [
        stat("Log lines", "Lines that the collectors send a second. Worry when it drops to zero.", RequestsPerSecond, {
            lines: `sum(rate(loki_write_sent_entries_total{namespace="${collectorNamespace}",job="${jobs.collector}"}[$__rate_interval]))`,
        }),
    ],
});
