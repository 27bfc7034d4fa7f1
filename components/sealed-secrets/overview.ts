import { NoUnit } from "@grafana/grafana-foundation-sdk/units";

import { stat } from "../lib/dashboards";
import type { OverviewPanels } from "../lib/monitoring-spec";
import { notUnsealed } from "./alerts";

/** sealed-secrets on the overview dashboard. */
export const sealedSecretsOverview = (namespace: string): OverviewPanels => ({
    stats: [
        stat(
            "SealedSecrets failing",
            "SealedSecrets that cannot be decrypted. Worry about any: what uses their Secrets has old ones or none.",
            NoUnit,
            { failing: `count(${notUnsealed(namespace)}) or vector(0)` },
            { above: [1] },
        ),
    ],
});
