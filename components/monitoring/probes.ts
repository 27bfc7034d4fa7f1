/** The HTTP probes of Grafana and of the API server. */
import * as pulumi from "@pulumi/pulumi";

import type { BlackboxModule, Probe } from "../lib/monitoring-spec";

const webPage: BlackboxModule = {
    name: "http",
    prober: "http",
    timeout: "5s",
    http: {
        preferred_ip_protocol: "ip4",
        // A server that asks for a login works.
        valid_status_codes: [200, 401, 403],
        // The probes measure when a certificate expires, not whether its issuer is known.
        tls_config: { insecure_skip_verify: true },
    },
};

/** @param grafanaUrl Grafana's URL: the one that people use, if it has an address on the network. */
export function httpProbes(grafanaUrl: pulumi.Input<string>): Probe[] {
    const probe = { job: "http-probe", module: webPage, interval: 60 };
    return [
        {
            ...probe,
            name: "grafana",
            target: { address: pulumi.interpolate`${grafanaUrl}/api/health` },
            labels: { target: "grafana" },
        },
        {
            ...probe,
            name: "api-server",
            target: { address: "https://kubernetes.default.svc/readyz" },
            labels: { target: "api-server" },
        },
    ];
}
