/** The connections of monitoring's pods. The node exporter runs in the nodes' network, where policies do not apply. */
import type * as pulumi from "@pulumi/pulumi";

import type { DataSource } from "../lib/monitoring-spec";
import {
    denyByDefault,
    type Flow,
    fromBlackboxExporter,
    fromPrometheus,
    networkPolicy,
    type Port,
    tcp,
    toApiServer,
    toClusterDns,
} from "../lib/network-policy";
import { namespaceName } from "./crds";
import { grafanaPort } from "./grafana";
import { receiverPorts } from "./receivers";
import type { MonitoringSettings } from "./settings";

/** Port of the config reloaders beside Prometheus and Alertmanager. */
const reloaderPort = tcp(8080);
const pods = (name: string) => ({ "app.kubernetes.io/name": name });

const from = (name: string, ...ports: [Port, ...Port[]]): Flow => ({ peers: [{ pods: pods(name) }], ports });
const to = from;
const toSource = ({ pods: { namespace, labels, port } }: DataSource): Flow => ({
    peers: [{ namespace, pods: labels }],
    ports: [tcp(port)],
});
const toAnyone: Flow = { peers: "anyone", ports: "any" };

/** @param sources what Grafana asks besides Prometheus and Alertmanager. */
export function policies(
    settings: MonitoringSettings,
    sources: readonly DataSource[],
    opts: pulumi.CustomResourceOptions,
): void {
    const policy = (
        name: string,
        podSelector: Record<string, string>,
        ingress: readonly Flow[],
        egress: readonly Flow[],
    ) => networkPolicy({ name, namespace: namespaceName, podSelector, ingress, egress }, opts);
    const [port, ...more] = receiverPorts(settings);

    denyByDefault("monitoring-default-deny", namespaceName, opts);
    policy(
        "prometheus",
        pods("prometheus"),
        [fromPrometheus(tcp(9090), reloaderPort), from("grafana", tcp(9090))],
        // Monitors, of others too, name pods and nodes on any port.
        [toAnyone],
    );
    policy(
        "alertmanager",
        pods("alertmanager"),
        [fromPrometheus(tcp(9093), reloaderPort), from("grafana", tcp(9093))],
        port === undefined ? [] : [toClusterDns, { peers: "anyone", ports: [tcp(port), ...more.map(tcp)] }],
    );
    policy(
        "grafana",
        pods("grafana"),
        settings.grafanaAddress === undefined
            ? [fromPrometheus(tcp(grafanaPort)), fromBlackboxExporter(tcp(grafanaPort))]
            : // Its Service limits the sources: behind it, nodes hide the clients' addresses.
              [{ peers: "anyone", ports: [tcp(grafanaPort)] }],
        [
            to("prometheus", tcp(9090)),
            to("alertmanager", tcp(9093)),
            toClusterDns,
            toApiServer,
            ...sources.map(toSource),
        ],
    );
    policy(
        "prometheus-operator",
        { app: "kube-prometheus-stack-operator" },
        [fromPrometheus(tcp(8080))],
        [toApiServer],
    );
    policy("kube-state-metrics", pods("kube-state-metrics"), [fromPrometheus(tcp(8080))], [toApiServer]);
    policy(
        "blackbox-exporter",
        pods("prometheus-blackbox-exporter"),
        [fromPrometheus(tcp(9115))],
        // Components choose what they probe.
        [toAnyone],
    );
}
