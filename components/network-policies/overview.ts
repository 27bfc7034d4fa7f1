import { NoUnit } from "@grafana/grafana-foundation-sdk/units";

import { stat } from "../lib/dashboards";
import type { OverviewPanels } from "../lib/monitoring-spec";
import { unprotectedNodes } from "./alerts";

/** The enforcement of network policies on the overview dashboard. */
export const networkPoliciesOverview = (namespace: string, daemonset: string): OverviewPanels => ({
    stats: [
        stat(
            "Nodes without policies",
            "Nodes on which the engine of the network policies is not ready. Worry about any: there, denied connections may pass.",
            NoUnit,
            { nodes: unprotectedNodes(namespace, daemonset) },
            { above: [1] },
        ),
    ],
});
