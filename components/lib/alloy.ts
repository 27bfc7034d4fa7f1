/** Grafana Alloy, which collects metrics, logs and traces: https://grafana.com/docs/alloy/v1.16/reference/components/ */

/** Text in Alloy's syntax, whose strings are those of JSON. */
export const quoted = (text: string): string => JSON.stringify(text);

/** Where a collector keeps what it has read and not sent yet, and how far it has read each file. */
export const stateFolder = "/var/lib/alloy";
