import { Seconds } from "@grafana/grafana-foundation-sdk/units";

import { stat } from "../lib/dashboards";
import type { OverviewPanels } from "../lib/monitoring-spec";
import { delay } from "./alerts";

/** What Prometheus sends, on the overview dashboard. */
export const grafanaCloudOverview = (): OverviewPanels => ({
    stats: [
        stat(
            "Grafana Cloud delay",
            "Age of the newest sample that was sent. Worry when it grows to minutes: metrics do not arrive.",
            Seconds,
            { delay: `max(${delay})` },
            { above: [600] },
        ),
    ],
});
