import { RequestsPerSecond } from "@grafana/grafana-foundation-sdk/units";

import { graph } from "../lib/dashboards";
import type { OverviewPanels } from "../lib/monitoring-spec";

/** The cluster's DNS on the overview dashboard. */
export const clusterDnsOverview: OverviewPanels = {
    graphs: [
        graph(
            "Servers that CoreDNS asks",
            "Queries of the cluster's pods by the server that CoreDNS forwards them to. Normally all go to one, the resolver.",
            RequestsPerSecond,
            {
                "{{to}}":
                    'sum by (to) (rate(coredns_proxy_request_duration_seconds_count{job="coredns",proxy_name="forward"}[$__rate_interval]))',
            },
        ),
    ],
};
