import { chartComponent } from "../lib/chart-component";
import { monitoringNamespace } from "../lib/monitoring-spec";
import { tcp, toApiServer, toClusterDns } from "../lib/network-policy";
import { sealedSecretsAlerts } from "./alerts";
import { sealedSecretsOverview } from "./overview";
import { sealedSecretsSettings } from "./settings";
import { controller, controllerPods, httpPort, metricsPort, sealedSecretsValues } from "./values";
import { charts } from "./versions";

const namespace = "sealed-secrets";
const job = "sealed-secrets";

/** The sealed-secrets controller, which decrypts SealedSecrets into Secrets. */
export const sealedSecrets = chartComponent({
    name: "sealedSecrets",
    title: "sealed secrets",
    settings: sealedSecretsSettings,
    namespace,
    podSecurity: "restricted",
    chart: charts.sealedSecrets,
    values: sealedSecretsValues,
    policies: [
        {
            name: controller,
            podSelector: controllerPods,
            ingress: [
                // kubeseal fetches the certificate through the API server, whose address in the pod network no label selects.
                { peers: "anyone", ports: [tcp(httpPort)] },
                { peers: [{ namespace: monitoringNamespace }], ports: [tcp(metricsPort)] },
            ],
            egress: [toClusterDns, toApiServer],
        },
    ],
    metrics: [{ app: job, selector: controllerPods, port: metricsPort }],
    monitoring: () => ({
        ruleGroups: [{ name: "sealed-secrets", records: [], alerts: sealedSecretsAlerts(namespace, job) }],
        dashboards: [],
        overview: sealedSecretsOverview(namespace),
    }),
});
