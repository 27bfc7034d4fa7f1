import type { HostRequest } from "../lib/component";
import type { Probe } from "../lib/monitoring-spec";
import { className, gatewayName, jobs, listenerName, namespaceName } from "./names";

/** nginx's own answers where the backend cannot be reached or does not answer in time are the three that are missing. */
const answers = [200, 204, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405];

/**
 * Requests to each host, as clients send them. Those with `*` are left out: which names they serve is not known here.
 * @param address the gateway's; its Service is asked if it is not known.
 */
export const hostProbes = (hosts: readonly HostRequest[], address?: string): Probe[] =>
    hosts
        .filter(({ host }) => !host.startsWith("*"))
        .map(({ host }) => ({
            name: `gateway-${listenerName(host)}`,
            job: jobs.hosts,
            module: {
                name: `gateway-${listenerName(host)}`,
                prober: "http",
                timeout: "5s",
                http: {
                    preferred_ip_protocol: "ip4",
                    valid_status_codes: answers,
                    follow_redirects: false,
                    headers: { Host: host },
                    // When the certificate expires is measured, not whether its issuer is known.
                    tls_config: { server_name: host, insecure_skip_verify: true },
                },
            },
            interval: 60,
            target: { address: `https://${address ?? `${gatewayName}-${className}.${namespaceName}.svc`}/` },
            labels: { host },
        }));
