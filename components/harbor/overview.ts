import { NoUnit } from "@grafana/grafana-foundation-sdk/units";

import { stat } from "../lib/dashboards";
import type { OverviewPanels } from "../lib/monitoring-spec";
import { unanswered, unhealthyParts } from "./alerts";

/** Harbor on the overview dashboard. */
export const harborOverview = (): OverviewPanels => ({
    stats: [
        stat(
            "Harbor parts unhealthy",
            "Parts of Harbor that it finds unhealthy, plus one if it does not answer. Worry about any that stays for minutes: images cannot be pushed or pulled.",
            NoUnit,
            { unhealthy: `(count(${unhealthyParts}) or vector(0)) + (count(${unanswered}) or vector(0))` },
            { above: [1] },
        ),
    ],
});
