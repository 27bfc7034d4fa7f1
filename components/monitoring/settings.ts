import { z } from "zod";

import { address, choice, positive, quantity, ratio, url } from "../../config/fields";
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
    certificateDays: positive.default(14).describe("Time until a certificate expires, in days."),
});

export const monitoringSettings = z.strictObject({
    enabled: z.boolean().default(true).describe("Deploy Prometheus, Alertmanager and Grafana."),
    grafanaAddress: address
        .optional()
        .describe("Grafana's load-balancer address, from one of the pools. Any free one if not set."),
    grafanaPassword: z
        .string()
        .min(12, { error: "is too short; use at least 12 characters, or leave it out for a generated one" })
        .optional()
        .describe("Password of Grafana's admin. A generated one if not set.")
        .meta({ secret: true, examples: ["a long secret"] }),
    gitSync: z.boolean().default(false).describe("Switch on Grafana's feature toggles for Git Sync."),
    retention: z
        .string()
        .regex(/^(\d+(ms|[smhdwy]))+$/, { error: "is not a Prometheus duration; write it like 36h, 7d or 1y" })
        .default("10d")
        .describe("How long Prometheus keeps its samples, a Prometheus duration.")
        .meta({ examples: ["7d"], orNumber: true }),
    storage: quantity
        .optional()
        .describe("Size of Prometheus' volume, a Kubernetes quantity. Without one, the samples are lost with the pod."),
    controlPlane: z
        .boolean()
        .default(false)
        .describe(
            "Scrape kube-proxy, etcd, scheduler and controller manager, and alert on them. They must listen on more than loopback (docs/kubeadm.md).",
        ),
    controlPlaneEndpoints: controlPlaneEndpoints
        .prefault({})
        .describe("Addresses of those that do not run as pods, as kubeadm's do."),
    metricsServer: choice("a choice", ["off", "on", "insecure"])
        .default("off")
        .describe(
            "Install metrics-server, for `kubectl top` and autoscaling. insecure: do not verify the kubelets' certificates, which kubeadm leaves self-signed.",
        ),
    receivers: receivers.default([]).describe("Who is notified of alerts (docs/alerting.md)."),
    heartbeat: heartbeat
        .optional()
        .describe("URL that is posted to every minute while Prometheus and Alertmanager work. None if not set."),
    runbooks: url("https://git.example.org/noc/components")
        .default("https://github.com/k8s-noc/k8s-noc/blob/main/components")
        .describe("Base URL of the components' folders. Every alert links to the runbook in its component's folder."),
    thresholds: thresholds.prefault({}).describe("Alert thresholds."),
    keepCrds: z
        .boolean()
        .default(false)
        .describe(
            "Leave the Prometheus operator's CRDs in the cluster on destroy. Otherwise all monitors are deleted with them, also those of others.",
        ),
});

export type MonitoringSettings = z.output<typeof monitoringSettings>;
export type MonitoringThresholds = MonitoringSettings["thresholds"];
