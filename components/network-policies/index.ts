import * as k8s from "@pulumi/kubernetes";

import { Component, type ComponentArgs, type ComponentOptions, defineComponent } from "../lib/component";
import { imageReference } from "../lib/images";
import { metricsMonitor, metricsService } from "../lib/metrics";
import type { MonitoringSpec } from "../lib/monitoring-spec";
import { podNamespace } from "../lib/namespace";
import { denyByDefault } from "../lib/network-policy";
import { clusterRights, labels, serviceAccount } from "../lib/pods";
import { networkPoliciesAlerts } from "./alerts";
import { engines } from "./engines";
import { networkPoliciesOverview } from "./overview";
import { networkPoliciesSettings } from "./settings";

const namespaceName = "network-policies";

/** The engine that enforces network policies where the network plugin does not. */
export class NetworkPolicies extends Component {
    public readonly monitoring: MonitoringSpec;
    public override readonly namespace: k8s.core.v1.Namespace;

    constructor(name: string, args: ComponentArgs<typeof networkPoliciesSettings>, opts: ComponentOptions) {
        super("networkPolicies:NetworkPolicies", name, networkPoliciesSettings, args, opts);
        const { engine: app } = networkPoliciesSettings.parse(args.settings);
        const engine = engines[app];
        // The engine changes the nodes' packet filter.
        this.namespace = podNamespace({ name: namespaceName, podSecurity: "privileged" }, { parent: this });
        const namespace = this.namespace.metadata.name;
        const opt = { parent: this };
        denyByDefault("network-policies-default-deny", namespace, opt);

        const metadata = { name: app, namespace, labels: labels(app) };
        const account = serviceAccount(app, namespace, opt);
        const binding = clusterRights(
            app,
            { name: `k8s-noc-${app}`, rules: [...engine.rules], account: { name: account, namespace } },
            opt,
        );
        new k8s.apps.v1.DaemonSet(
            app,
            {
                metadata,
                spec: {
                    selector: { matchLabels: { app } },
                    updateStrategy: { rollingUpdate: { maxUnavailable: 1 } },
                    template: {
                        metadata: { labels: labels(app) },
                        spec: {
                            hostNetwork: true,
                            priorityClassName: "system-node-critical",
                            serviceAccountName: account,
                            automountServiceAccountToken: true,
                            enableServiceLinks: false,
                            nodeSelector: { "kubernetes.io/os": "linux" },
                            // Policies hold on every node, whatever its taints.
                            tolerations: [{ operator: "Exists" }],
                            securityContext: { seccompProfile: { type: "RuntimeDefault" } },
                            containers: [
                                {
                                    ...engine.container,
                                    name: app,
                                    image: imageReference(engine.image, args.site),
                                    volumeMounts: engine.hostPaths.map(({ name, path, readOnly }) => ({
                                        name,
                                        mountPath: path,
                                        readOnly,
                                        ...(name === "netns" && { mountPropagation: "HostToContainer" }),
                                    })),
                                },
                            ],
                            volumes: engine.hostPaths.map(({ name, path, type }) => ({
                                name,
                                hostPath: { path, type },
                            })),
                        },
                    },
                },
            },
            { ...opt, dependsOn: binding },
        );
        metricsService({ app, namespace, selector: { app }, port: engine.metricsPort }, opt);

        this.monitoring = {
            component: name,
            namespace: namespaceName,
            monitors: [metricsMonitor(app)],
            probes: [],
            ruleGroups: [{ name: "network-policies", records: [], alerts: networkPoliciesAlerts(namespaceName, app) }],
            dashboards: [],
            overview: networkPoliciesOverview(namespaceName, app),
        };
        this.registerOutputs();
    }
}

export const networkPolicies = defineComponent({
    name: "networkPolicies",
    title: "network policies",
    settings: networkPoliciesSettings,
    namespaces: () => [namespaceName],
    create: (settings, { site }, opts) => new NetworkPolicies("networkPolicies", { settings, site }, opts),
});
