import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { installChart } from "../lib/chart-component";
import { Component, type ComponentArgs, type ComponentOptions, defineComponent, type Requests } from "../lib/component";
import { metricsMonitor } from "../lib/metrics";
import { monitoringNamespace, type MonitoringSpec } from "../lib/monitoring-spec";
import { tcp, toApiServer, toClusterDns } from "../lib/network-policy";
import { labels } from "../lib/pods";
import { retryWhileWebhookStarts } from "../lib/webhook-retry";
import { certManagerAlerts } from "./alerts";
import { publicPart } from "./authority";
import { certificatesDashboard, certificatesOverview } from "./dashboard";
import {
    acmeIssuer,
    authorityCertificate,
    authorityIssuer,
    bootstrapIssuer,
    cloudflareSecret,
    requestedCertificate,
} from "./issuers";
import { type CertManagerSettings, certManagerSettings } from "./settings";
import { certManagerValues, metricsPort, namespaceName, pods, webhookPort } from "./values";
import { charts } from "./versions";

const job = "cert-manager";

/** cert-manager, a certificate authority of the stack's own, and the certificates that other components ask for. */
export class CertManager extends Component {
    public readonly monitoring: MonitoringSpec;
    public override readonly namespace: k8s.core.v1.Namespace;
    public override readonly authority: pulumi.Output<string>;
    public override readonly outputs: Readonly<Record<string, pulumi.Output<unknown>>>;

    private readonly settings: CertManagerSettings;
    private readonly hooks: pulumi.ResourceHookBinding;
    /** What signs the components' certificates. */
    private readonly issuers: pulumi.Resource[];

    constructor(name: string, args: ComponentArgs<typeof certManagerSettings>, opts: ComponentOptions) {
        super("certManager:CertManager", name, certManagerSettings, args, opts);
        const settings = certManagerSettings.parse(args.settings);
        const { site } = args;
        this.settings = settings;
        this.hooks = { onError: [retryWhileWebhookStarts({ domain: "cert-manager.io", owner: name })] };

        const { namespace, release } = installChart(
            {
                namespace: namespaceName,
                podSecurity: "restricted",
                chart: { ...charts.certManager, version: settings.version },
                values: certManagerValues(settings, site),
                policies: [
                    {
                        name: "cert-manager",
                        podSelector: pods.all,
                        ingress: [{ peers: [{ namespace: monitoringNamespace }], ports: [tcp(metricsPort)] }],
                        // The API server's port 443 is also the port of ACME servers and of Cloudflare's API.
                        egress: [toClusterDns, toApiServer],
                    },
                    {
                        name: "cert-manager-webhook",
                        podSelector: pods.webhook,
                        // The API server calls it; no label selects that one.
                        ingress: [{ peers: "anyone", ports: [tcp(webhookPort)] }],
                    },
                ],
                metrics: [{ app: job, selector: pods.controller, port: metricsPort }],
                site,
            },
            { parent: this },
        );
        this.namespace = namespace;

        const bootstrap = this.object("self-signed", bootstrapIssuer(), [release]);
        const certificate = this.object("ca-certificate", authorityCertificate(settings), [bootstrap]);
        this.issuers = [this.object("ca-issuer", authorityIssuer(), [certificate])];
        if (settings.acme) {
            const token = new k8s.core.v1.Secret(
                cloudflareSecret.name,
                {
                    metadata: { name: cloudflareSecret.name, namespace: namespaceName, labels: labels("cert-manager") },
                    stringData: { [cloudflareSecret.key]: pulumi.secret(settings.acme.cloudflareToken) },
                },
                { parent: this, dependsOn: namespace },
            );
            this.issuers.push(this.object("acme-issuer", acmeIssuer(settings.acme), [release, token]));
        }

        this.authority = publicPart(certificate, site.kubeContext);
        this.outputs = { caCertificate: this.authority };
        this.monitoring = {
            component: name,
            namespace: namespaceName,
            monitors: [metricsMonitor(job)],
            probes: [],
            ruleGroups: [
                {
                    name: "cert-manager",
                    records: [],
                    alerts: certManagerAlerts(namespaceName, job, settings.thresholds),
                },
            ],
            dashboards: [certificatesDashboard(namespaceName)],
            overview: certificatesOverview(namespaceName),
        };
        this.registerOutputs(this.outputs);
    }

    public override fulfil(requests: readonly Requests[]): void {
        for (const { component, certificates, namespace } of requests) {
            for (const request of certificates) {
                const own = namespace(request.namespace);
                const dependsOn = [...this.issuers, ...(own ? [own] : [])];
                this.object(
                    `${request.name}-certificate`,
                    requestedCertificate(request, this.settings),
                    dependsOn,
                    component,
                );
            }
        }
    }

    private object(
        name: string,
        object: k8s.apiextensions.CustomResourceArgs,
        dependsOn: pulumi.Resource[],
        parent: Component = this,
    ): k8s.apiextensions.CustomResource {
        return new k8s.apiextensions.CustomResource(name, object, { parent, dependsOn, hooks: this.hooks });
    }
}

export const certManager = defineComponent({
    name: "certManager",
    title: "certificates",
    settings: certManagerSettings,
    namespaces: () => [namespaceName],
    create: (settings, { site }, opts) => new CertManager("certManager", { settings, site }, opts),
});
