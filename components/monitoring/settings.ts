import { z } from "zod";

import { address, choice, duration, networks, positive, ratio, subdomain, url } from "../../config/fields";
import { bytes } from "../../config/quantities";
import { heartbeat, receivers } from "./receivers";

const endpoints = (what: string) => z.array(address).default([]).describe(`Addresses of ${what}.`);

const controlPlaneEndpoints = z.strictObject({
    etcd: endpoints("etcd"),
    scheduler: endpoints("the scheduler"),
    controllerManager: endpoints("the controller manager"),
    proxy: endpoints("kube-proxy"),
});

const thresholds = z.strictObject({
    restarts: positive.default(3).describe("Restarts of a container in 15 minutes."),
    volumeRatio: ratio.default(0.9).describe("Share of a volume that is in use, 0 to 1."),
    certificateDays: positive
        .max(36_500, { error: "is more than a century; set it to 36500 days or less" })
        .default(14)
        .describe("Time until a certificate expires, in days."),
});

const password = z
    .string()
    .min(12, { error: "is too short; use at least 12 characters, or leave it out for a generated one" })
    // https://grafana.com/docs/grafana/v12.3/setup-grafana/configure-grafana/#variable-expansion
    .regex(/^(?!.*\$(__[a-z]+)?\{)\P{Cc}+$/u, {
        error: "has a control character, or ${ or $__…{, which Grafana replaces; choose another one",
    })
    .meta({ secret: true, examples: ["a long secret"] });

export const monitoringSettings = z.strictObject({
    enabled: z.boolean().default(true).describe("Deploy Prometheus, Alertmanager and Grafana."),
    grafanaAddress: address
        .optional()
        .describe(
            "Grafana's address on the network, from one of the address pools. If not set, Grafana has no address and is reached with `npm run grafana`.",
        ),
    grafanaHost: subdomain("a host name", "grafana.home.arpa")
        .optional()
        .describe(
            "Host name that Grafana is reached by through the gateway (noc:gateway), over HTTPS. It then needs no address.",
        ),
    grafanaTlsSecret: subdomain("the name of a Secret", "grafana-tls")
        .optional()
        .describe(
            "Name of a Secret in the namespace monitoring with the certificate and key (tls.crt, tls.key) that Grafana serves HTTPS with.",
        ),
    grafanaPlainHttp: z
        .boolean()
        .default(false)
        .describe(
            "Serve Grafana at its address over HTTP without TLS: whoever can read the network's traffic learns the password.",
        ),
    grafanaSourceRanges: networks.default([]).describe("Networks that may connect to Grafana's address. All if empty."),
    grafanaPassword: password.optional().describe("Password of Grafana's user admin. If not set, it is generated."),
    gitSync: z.boolean().default(false).describe("Enable Grafana's feature toggles for Git Sync."),
    retention: duration("1h", "100y")
        .default("10d")
        .describe("How long Prometheus keeps its samples, a Prometheus duration.")
        .meta({ examples: ["7d"] }),
    storage: bytes("1Gi", "1Pi", "20Gi")
        .optional()
        .describe(
            "Size of Prometheus' volume, a Kubernetes quantity. If not set, the samples are lost when the pod is deleted.",
        ),
    memory: bytes("512Mi", "16Ti", "2Gi").default("2Gi").describe("Memory limit of Prometheus, a Kubernetes quantity."),
    controlPlane: z
        .boolean()
        .default(false)
        .describe(
            "Scrape kube-proxy, etcd, scheduler and controller manager, and deploy the alerts on them. They must listen on more than loopback (docs/kubeadm.md).",
        ),
    controlPlaneEndpoints: controlPlaneEndpoints
        .prefault({})
        .describe("Addresses of the control-plane components that do not run as pods. Used with controlPlane."),
    metricsServer: choice("a choice", ["off", "on", "insecure"])
        .default("off")
        .describe(
            "Install metrics-server, for `kubectl top` and autoscaling. insecure: do not verify the kubelets' certificates, which are self-signed in a kubeadm cluster.",
        ),
    receivers: receivers.default([]).describe("Receivers of notifications about alerts (docs/alerting.md)."),
    heartbeat: heartbeat
        .optional()
        .describe(
            "URL that Alertmanager posts to every minute. The service behind it can report when the requests stop. If not set, none are sent.",
        ),
    runbooks: url("https://git.example.org/noc/components")
        .default("https://github.com/k8s-noc/k8s-noc/blob/main/components")
        .describe("Base URL of the components' folders. Every alert links to the runbook in its component's folder."),
    thresholds: thresholds.prefault({}).describe("Alert thresholds."),
    keepCrds: z
        .boolean()
        .default(false)
        .describe(
            "Keep the Prometheus operator's CRDs on destroy. If false, all monitors in the cluster are deleted with them, including those of others.",
        ),
});

export type MonitoringSettings = z.output<typeof monitoringSettings>;
export type MonitoringThresholds = MonitoringSettings["thresholds"];
