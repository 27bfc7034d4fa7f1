import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import { installChart } from "../lib/chart-component";
import { refuseClaimChange } from "../lib/claim";
import {
    type Backend,
    Component,
    type ComponentArgs,
    type ComponentOptions,
    defineComponent,
    type HostRequest,
} from "../lib/component";
import type { BlackboxModule, MonitoringSpec } from "../lib/monitoring-spec";
import { fromBlackboxExporter, type NetworkPolicyOptions, tcp, toClusterDns } from "../lib/network-policy";
import { labels } from "../lib/pods";
import { job, objectStorageAlerts } from "./alerts";
import { bucketsJob } from "./buckets";
import { claimName, credentials, namespaceName, pods, ports, s3Url, service } from "./names";
import { objectStorageOverview } from "./overview";
import { type ObjectStorageSettings, objectStorageSettings } from "./settings";
import { rustfsValues } from "./values";
import { charts } from "./versions";

const health: BlackboxModule = {
    name: "object-storage",
    prober: "http",
    timeout: "5s",
    http: { preferred_ip_protocol: "ip4", valid_status_codes: [200] },
};

/** RustFS with one volume, its buckets, and an administrator whose keys are secrets. */
export class ObjectStorage extends Component {
    public readonly monitoring: MonitoringSpec;
    public override readonly namespace: k8s.core.v1.Namespace;
    public override readonly outputs: Readonly<Record<string, pulumi.Output<unknown>>>;

    constructor(name: string, args: ComponentArgs<typeof objectStorageSettings>, opts: ComponentOptions) {
        super("objectStorage:ObjectStorage", name, objectStorageSettings, args, opts);
        const settings = objectStorageSettings.parse(args.settings);
        const { site } = args;
        const child = { parent: this };
        const secretKey = pulumi.secret(
            settings.secretKey ??
                new random.RandomPassword("object-storage-secret-key", { length: 40, special: false }, child).result,
        );
        const volume = {
            key: "noc:objectStorage.size",
            size: settings.size,
            storageClass: site.storageClass,
            wayOut: 'see "Change the volume" in components/object-storage/runbook.md',
        };
        const claim = { name: claimName, namespace: namespaceName, kubeContext: site.kubeContext };
        const { namespace, release } = installChart(
            {
                namespace: namespaceName,
                podSecurity: "restricted",
                chart: charts.rustfs,
                values: rustfsValues(settings, site),
                policies,
                metrics: [],
                hooks: { beforeUpdate: [refuseClaimChange(volume, claim)] },
                site,
            },
            child,
        );
        this.namespace = namespace;
        // RustFS's pod waits for this Secret. The release cannot: Helm would wait for the pod before it is made.
        const keys = new k8s.core.v1.Secret(
            credentials.name,
            {
                metadata: { name: credentials.name, namespace: namespaceName, labels: labels("rustfs") },
                stringData: { [credentials.accessKey]: settings.accessKey, [credentials.secretKey]: secretKey },
            },
            { ...child, dependsOn: namespace },
        );
        if (settings.buckets.length > 0) {
            new k8s.batch.v1.Job("rustfs-buckets", bucketsJob(settings.buckets, site), {
                ...child,
                dependsOn: [release, keys],
            });
        }
        this.outputs = { objectStorageSecretKey: secretKey };
        this.monitoring = {
            component: name,
            namespace: namespaceName,
            monitors: [],
            probes: [
                {
                    name: "object-storage",
                    job,
                    module: health,
                    interval: 60,
                    target: { address: `${s3Url}/health/ready` },
                    labels: {},
                },
            ],
            ruleGroups: [{ name: "object-storage", records: [], alerts: objectStorageAlerts() }],
            dashboards: [],
            overview: objectStorageOverview(),
        };
        this.registerOutputs(this.outputs);
    }
}

/** The connections inside the namespace. The gateway adds its own. */
const policies: Omit<NetworkPolicyOptions, "namespace">[] = [
    {
        name: "rustfs",
        podSelector: pods.rustfs,
        ingress: [{ peers: [{ pods: pods.buckets }], ports: [tcp(ports.s3)] }, fromBlackboxExporter(tcp(ports.s3))],
        egress: [],
    },
    {
        name: "rustfs-buckets",
        podSelector: pods.buckets,
        ingress: [],
        egress: [toClusterDns, { peers: [{ pods: pods.rustfs }], ports: [tcp(ports.s3)] }],
    },
];

export const objectStorage = defineComponent({
    name: "objectStorage",
    title: "object storage",
    settings: objectStorageSettings,
    namespaces: () => [namespaceName],
    hosts,
    create: (settings, { site }, opts) => new ObjectStorage("objectStorage", { settings, site }, opts),
});

function hosts({ host, consoleHost }: ObjectStorageSettings): HostRequest[] {
    const request = (setting: string, name: string | undefined, port: number, limit: Pick<Backend, "maxBody">) =>
        name === undefined
            ? []
            : [
                  {
                      key: `noc:objectStorage.${setting}`,
                      host: name,
                      namespaces: [namespaceName],
                      backend: {
                          service,
                          namespace: namespaceName,
                          port,
                          pods: { labels: pods.rustfs, port },
                          ...limit,
                      },
                  },
              ];
    return [
        // An object is uploaded in one request, or in parts of up to 5 GiB.
        ...request("host", host, ports.s3, { maxBody: "0" }),
        ...request("consoleHost", consoleHost, ports.console, { maxBody: "0" }),
    ];
}
