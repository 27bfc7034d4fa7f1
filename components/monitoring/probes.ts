/** What is asked of monitoring's own web pages and of the API server. */
import * as pulumi from "@pulumi/pulumi";

import type { BlackboxModule, Probe } from "../lib/monitoring-spec";

const webPage: BlackboxModule = {
    name: "http",
    prober: "http",
    timeout: "5s",
    http: {
        preferred_ip_protocol: "ip4",
        // Who has to log in first has been answered.
        valid_status_codes: [200, 401, 403],
        // Its expiry is what is asked for, not who has signed it.
        tls_config: { insecure_skip_verify: true },
    },
};

/** Grafana at the address that people use, and the API server, whose certificate kubeadm makes for a year. */
export function httpProbes(grafanaAddress: pulumi.Input<string>): Probe[] {
    const probe = { job: "http-probe", module: webPage, interval: 60 };
    return [
        {
            ...probe,
            name: "grafana",
            target: { address: pulumi.interpolate`http://${grafanaAddress}/api/health` },
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
