import { z } from "zod";

import { line, token, url } from "../../config/fields";

const destination = (what: string, example: string) =>
    z.strictObject({
        url: url(example, ["https"]).describe(`URL that ${what} are sent to.`),
        user: line("the user", "123456").describe("User, which Grafana Cloud calls instance ID."),
        token: token("the token", "glc_0123456789abcdef").describe("Access policy token that may write them."),
    });

const metrics = destination("metrics", "https://prometheus-prod-01-eu-west-0.grafana.net/api/prom/push").extend({
    names: z
        .string()
        .regex(/^[a-zA-Z0-9_:.*+?|()[\]-]+$/, {
            error: "is not a pattern of metric names; write a regular expression, like up|unbound_.*",
        })
        .optional()
        .describe("Regular expression of the whole names of the metrics that are sent. All if not set.")
        .meta({ examples: ["up|ALERTS|unbound_.*|kea_.*"] }),
});

export const grafanaCloudSettings = z.strictObject({
    enabled: z
        .boolean()
        .default(false)
        .describe("Send metrics, logs or traces to Grafana Cloud, or to another service with the same protocols."),
    metrics: metrics
        .optional()
        .describe(
            "Prometheus' remote write. Prometheus sends what it scrapes; without noc:monitoring, a collector scrapes the components. Not sent if not set.",
        ),
    logs: destination("logs", "https://logs-prod-001.grafana.net/loki/api/v1/push")
        .optional()
        .describe(
            "Loki's push interface. The collectors of noc:logs send to it, too; without them, the chart's collectors read the pods' logs. Not sent if not set.",
        ),
    traces: destination("traces", "https://otlp-gateway-prod-eu-west-0.grafana.net/otlp")
        .optional()
        .describe("OTLP over HTTP. Programs send their traces to the chart's collector. Not sent if not set."),
});

export type GrafanaCloudSettings = z.output<typeof grafanaCloudSettings>;
