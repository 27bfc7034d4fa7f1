import { chartComponent } from "../lib/chart-component";
import { toApiServer, toClusterDns } from "../lib/network-policy";
import { storageAlerts } from "./alerts";
import { storageOverview } from "./overview";
import { storageSettings } from "./settings";
import { provisioner, storageValues } from "./values";
import { charts } from "./versions";

const namespace = "local-path-storage";

/** The local-path provisioner: a StorageClass whose volumes are directories of the nodes. */
export const storage = chartComponent({
    name: "storage",
    title: "storage",
    settings: storageSettings,
    // Removed before the volumes, it would leave their directories behind.
    foundation: true,
    storageClass: ({ className, defaultClass }) => ({ name: className, isDefault: defaultClass }),
    namespace,
    // Its helper pods write to the nodes' file systems.
    podSecurity: "privileged",
    chart: charts.localPath,
    version: ({ version }) => version,
    values: storageValues,
    policies: [
        {
            name: provisioner,
            podSelector: { "app.kubernetes.io/name": "local-path-provisioner" },
            ingress: [],
            egress: [toClusterDns, toApiServer],
        },
    ],
    metrics: [],
    monitoring: ({ className }) => ({
        ruleGroups: [{ name: "storage", records: [], alerts: storageAlerts(namespace, provisioner, className) }],
        dashboards: [],
        overview: storageOverview(className),
    }),
});
