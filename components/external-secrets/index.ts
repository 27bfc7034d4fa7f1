import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { Problem } from "../../config/problems";
import { installChart } from "../lib/chart-component";
import { Component, type ComponentArgs, type ComponentOptions, defineComponent } from "../lib/component";
import { repeated } from "../lib/distinct";
import { metricsMonitor } from "../lib/metrics";
import { monitoringNamespace, type MonitoringSpec } from "../lib/monitoring-spec";
import { tcp, toApiServer, toClusterDns } from "../lib/network-policy";
import { labels } from "../lib/pods";
import { retryWhileWebhookStarts } from "../lib/webhook-retry";
import { externalSecretsAlerts } from "./alerts";
import { externalSecretsOverview } from "./overview";
import { type ExternalSecretsSettings, externalSecretsSettings, type StoreSettings } from "./settings";
import { providers, secretStore, testSecret, tokenSecret } from "./store";
import { externalSecretsValues, metricsPort, namespaceName, pods, webhookPort } from "./values";
import { charts } from "./versions";

const job = "external-secrets";

/** External Secrets with one store for the cluster, and a test that secrets can be read from it. */
export class ExternalSecrets extends Component {
    public readonly monitoring: MonitoringSpec;
    public override readonly namespace: k8s.core.v1.Namespace;

    constructor(name: string, args: ComponentArgs<typeof externalSecretsSettings>, opts: ComponentOptions) {
        super("externalSecrets:ExternalSecrets", name, externalSecretsSettings, args, opts);
        const settings = externalSecretsSettings.parse(args.settings);
        const { namespace, release } = installChart(
            {
                namespace: namespaceName,
                podSecurity: "restricted",
                chart: { ...charts.externalSecrets, version: settings.version },
                values: externalSecretsValues(settings, args.site),
                policies: [
                    {
                        name: "external-secrets",
                        podSelector: pods.all,
                        ingress: [{ peers: [{ namespace: monitoringNamespace }], ports: [tcp(metricsPort)] }],
                        // The API server's port 443 is also that of the secret managers.
                        egress: [toClusterDns, toApiServer],
                    },
                    {
                        name: "external-secrets-webhook",
                        podSelector: pods.webhook,
                        // The API server calls it; no label selects that one.
                        ingress: [{ peers: "anyone", ports: [tcp(webhookPort)] }],
                    },
                ],
                metrics: [{ app: job, selector: pods.controller, port: metricsPort }],
                site: args.site,
            },
            { parent: this },
        );
        this.namespace = namespace;
        if (settings.store) {
            this.createStore(name, settings.store, [namespace, release]);
        }
        this.monitoring = {
            component: name,
            namespace: namespaceName,
            monitors: [metricsMonitor(job)],
            probes: [],
            ruleGroups: [{ name: "external-secrets", records: [], alerts: externalSecretsAlerts(namespaceName, job) }],
            dashboards: [],
            overview: externalSecretsOverview(namespaceName),
        };
        this.registerOutputs();
    }

    private createStore(name: string, settings: StoreSettings, dependsOn: pulumi.Resource[]): void {
        const hooks = { onError: [retryWhileWebhookStarts({ domain: "external-secrets.io", owner: name })] };
        const token = settings.pulumi && this.token(settings.pulumi.accessToken);
        const store = new k8s.apiextensions.CustomResource("secret-store", secretStore(settings), {
            parent: this,
            dependsOn: [...dependsOn, ...(token ? [token] : [])],
            hooks,
        });
        const { metadata, ...test } = testSecret(settings);
        const annotations = {
            ...metadata.annotations,
            // A change of an annotation makes the controller read the secret anew, here with the new store or token.
            "k8s-noc/store": pulumi
                .all([JSON.stringify(secretStore(settings).spec), token?.metadata.resourceVersion])
                .apply(([spec, version]) => [spec, version].filter(Boolean).join(" ")),
        };
        new k8s.apiextensions.CustomResource(
            "secret-store-test",
            { ...test, metadata: { ...metadata, annotations } },
            { parent: this, dependsOn: store, hooks },
        );
    }

    private token(accessToken: string): k8s.core.v1.Secret {
        const { name, key } = tokenSecret;
        return new k8s.core.v1.Secret(
            name,
            {
                metadata: { name, namespace: namespaceName, labels: labels("external-secrets") },
                stringData: { [key]: pulumi.secret(accessToken) },
            },
            { parent: this, dependsOn: this.namespace },
        );
    }
}

export const externalSecrets = defineComponent({
    name: "externalSecrets",
    title: "external secrets",
    settings: externalSecretsSettings,
    problems,
    namespaces: () => [namespaceName],
    create: (settings, { site }, opts) => new ExternalSecrets("externalSecrets", { settings, site }, opts),
});

function problems({ store }: ExternalSecretsSettings): Problem[] {
    const key = "noc:externalSecrets.store";
    const chosen = providers.filter((provider) => store?.[provider]);
    if (!store) {
        return [];
    }
    if (chosen.length !== 1) {
        const what = chosen.length === 0 ? "no provider" : chosen.join(" and ");
        return [{ key, remedy: `has ${what}; set exactly one of ${providers.join(", ")}` }];
    }
    const { fake, testKey } = store;
    return [
        ...repeated(
            (fake ?? []).map((secret, i) => ({ key: `${key}.fake[${i}].key`, value: secret.key })),
            "list it once",
        ),
        ...(fake && !fake.some((secret) => secret.key === testKey)
            ? [{ key: `${key}.testKey`, value: testKey, remedy: `is no key of ${key}.fake; choose one of them` }]
            : []),
    ];
}
