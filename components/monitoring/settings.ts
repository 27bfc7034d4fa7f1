import { z } from "zod";

import { address, json, optional, positive, quantity, ratio } from "../../config/fields";
import { heartbeat, receivers } from "./receivers";

/** Addresses of the control plane's parts that do not run as pods. */
const controlPlaneEndpoints = z.strictObject({
    etcd: z.array(address).default([]),
    scheduler: z.array(address).default([]),
    controllerManager: z.array(address).default([]),
    proxy: z.array(address).default([]),
});

/** From where on the alerts on the deployment fire. */
const thresholds = z.strictObject({
    /** Restarts of a container in a quarter of an hour. Defaults to 3. */
    restarts: positive.default(3),
    /** Share of a volume that is in use, 0 to 1. Defaults to 0.9. */
    volumeRatio: ratio.default(0.9),
    /** How long a certificate is still valid, in days. Defaults to 14. */
    certificateDays: positive.default(14),
});

/** The `noc:monitoring…` keys of the stack's configuration. */
export const monitoringKeys = {
    monitoringEnabled: json(z.boolean()),
    monitoringGrafanaAddress: optional(address),
    monitoringGrafanaPassword: optional(
        z.string().min(12, { error: "is too short; use at least 12 characters, or leave it out for a generated one" }),
    ),
    monitoringGitSync: json(z.boolean()),
    monitoringRetention: z.string().regex(/^(\d+(ms|[smhdwy]))+$/, {
        error: "is not a Prometheus duration; write it like 36h, 7d or 1y",
    }),
    monitoringStorage: optional(quantity),
    monitoringControlPlane: json(z.boolean()),
    monitoringControlPlaneEndpoints: json(controlPlaneEndpoints),
    monitoringKeepCrds: json(z.boolean()),
    monitoringReceivers: json(receivers),
    monitoringHeartbeat: heartbeat,
    monitoringMetricsServer: z.enum(["off", "on", "insecure"], {
        error: "is not a choice; use off, on, or insecure where the kubelets' certificates are their own",
    }),
    monitoringRunbooks: z.url({
        protocol: /^https?$/,
        error: "is not a URL; write it like https://git.example.org/noc/docs/runbooks",
    }),
    monitoringThresholds: json(thresholds),
};

export type ControlPlaneEndpoints = z.infer<typeof controlPlaneEndpoints>;
export type MonitoringThresholds = z.infer<typeof thresholds>;
