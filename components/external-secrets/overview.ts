import { NoUnit } from "@grafana/grafana-foundation-sdk/units";

import { stat } from "../lib/dashboards";
import type { OverviewPanels } from "../lib/monitoring-spec";
import { notSynced } from "./alerts";

/** External Secrets on the overview dashboard. */
export const externalSecretsOverview = (namespace: string): OverviewPanels => ({
    stats: [
        stat(
            "ExternalSecrets failing",
            "ExternalSecrets that cannot be read. Worry about any: what uses their Secrets has old ones or none.",
            NoUnit,
            { failing: `count(${notSynced(namespace)}) or vector(0)` },
            { above: [1] },
        ),
    ],
});
