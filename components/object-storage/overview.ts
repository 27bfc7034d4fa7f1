import { NoUnit } from "@grafana/grafana-foundation-sdk/units";

import { stat } from "../lib/dashboards";
import type { OverviewPanels } from "../lib/monitoring-spec";
import { job } from "./alerts";

/** The object storage on the overview dashboard. */
export const objectStorageOverview = (): OverviewPanels => ({
    stats: [
        stat(
            "Object storage unanswered",
            "Whether RustFS fails to answer. Worry about a 1 that stays for minutes: objects cannot be read or written.",
            NoUnit,
            { unanswered: `count(probe_success{job="${job}"} == 0) or vector(0)` },
            { above: [1] },
        ),
    ],
});
