import { z } from "zod";

import { address, json, optional, quantity } from "../../config/fields";

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
    monitoringKeepCrds: json(z.boolean()),
};
