import { NoUnit } from "@grafana/grafana-foundation-sdk/units";

import { stat } from "../lib/dashboards";
import type { OverviewPanels } from "../lib/monitoring-spec";
import { waitingClaims } from "./alerts";

/** Storage on the overview dashboard. */
export const storageOverview = (className: string): OverviewPanels => ({
    stats: [
        stat(
            "Volumes pending",
            "Claims without a volume that a pod waits for. Worry when one stays for minutes: its pod does not start.",
            NoUnit,
            { pending: `count(${waitingClaims(className)}) or vector(0)` },
            { above: [1] },
        ),
    ],
});
