import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { Problem } from "../../config/problems";
import { Component, type ComponentArgs, type ComponentOptions, defineComponent } from "../lib/component";
import { metricsMonitor, metricsService } from "../lib/metrics";
import type { MonitoringSpec } from "../lib/monitoring-spec";
import { podNamespace } from "../lib/namespace";
import { denyByDefault, networkPolicy } from "../lib/network-policy";
import { disruptionBudget, keepOne, labels, serviceAccount } from "../lib/pods";
import { cloudflaredAlerts } from "./alerts";
import { cloudflaredDashboard, cloudflaredOverview } from "./dashboard";
import { deployment } from "./deployment";
import { app, authority, metricsPort, namespaceName, token } from "./names";
import { cloudflaredPolicy } from "./policy";
import { type CloudflaredSettings, cloudflaredSettings } from "./settings";

export interface CloudflaredOptions extends ComponentArgs<typeof cloudflaredSettings> {
    /** Certificate of the authority that signs the gateway's certificates, as PEM. Undefined if it is a public one. */
    readonly caCertificate?: pulumi.Input<string>;
}

/** Connectors of a tunnel of Cloudflare, which passes requests from the internet on to the gateway. */
export class Cloudflared extends Component {
    public readonly monitoring: MonitoringSpec;
    public override readonly namespace: k8s.core.v1.Namespace;

    constructor(name: string, args: CloudflaredOptions, opts: ComponentOptions) {
        super("cloudflared:Cloudflared", name, cloudflaredSettings, args, opts);
        const { token: tunnelToken = "", replicas, thresholds } = cloudflaredSettings.parse(args.settings);
        const { site, caCertificate } = args;
        this.namespace = podNamespace({ name: namespaceName, podSecurity: "restricted" }, { parent: this });
        const child = { parent: this, dependsOn: this.namespace };
        denyByDefault("cloudflared-default-deny", namespaceName, child);
        networkPolicy(cloudflaredPolicy, child);
        metricsService({ app, namespace: namespaceName, selector: { app }, port: metricsPort }, child);
        if (replicas > 1) {
            disruptionBudget({ name: app, namespace: namespaceName, selector: { app }, budget: keepOne }, child);
        }
        const secret = new k8s.core.v1.Secret(
            token.secret,
            {
                metadata: { name: token.secret, namespace: namespaceName, labels: labels(app) },
                stringData: { [token.key]: pulumi.secret(tunnelToken) },
            },
            child,
        );
        const ca =
            caCertificate === undefined
                ? []
                : [
                      new k8s.core.v1.ConfigMap(
                          authority.configMap,
                          {
                              metadata: { name: authority.configMap, namespace: namespaceName, labels: labels(app) },
                              data: { [authority.key]: caCertificate },
                          },
                          child,
                      ),
                  ];
        new k8s.apps.v1.Deployment(
            app,
            deployment({
                replicas,
                serviceAccountName: serviceAccount(app, namespaceName, child),
                tokenVersion: secret.metadata.resourceVersion,
                authority: ca.length > 0,
                site,
            }),
            { parent: this, dependsOn: [this.namespace, secret, ...ca] },
        );
        this.monitoring = {
            component: name,
            namespace: namespaceName,
            monitors: [metricsMonitor(app)],
            probes: [],
            ruleGroups: [{ name: "cloudflared", records: [], alerts: cloudflaredAlerts(thresholds) }],
            dashboards: [cloudflaredDashboard(thresholds.errorRatio)],
            overview: cloudflaredOverview(),
        };
        this.registerOutputs();
    }
}

export const cloudflared = defineComponent({
    name: "cloudflared",
    title: "Cloudflare tunnel",
    settings: cloudflaredSettings,
    problems,
    needs: ["gateway"],
    namespaces: () => [namespaceName],
    create: (settings, { site, component }, opts) => {
        const caCertificate = component("certManager")?.authority;
        return new Cloudflared("cloudflared", { settings, site, caCertificate }, opts);
    },
});

function problems({ token: tunnelToken }: CloudflaredSettings): Problem[] {
    return tunnelToken === undefined
        ? [
              {
                  key: "noc:cloudflared.token",
                  remedy: "is missing; set it: pulumi config set --path --secret noc:cloudflared.token TOKEN",
              },
          ]
        : [];
}
