import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import type { Problem } from "../../config/problems";
import { dhcp } from "../dhcp";
import { databaseOf } from "../dhcp/lease-database";
import { volumeRequirement } from "../lib/cluster-facts";
import { Component, type ComponentArgs, type ComponentOptions, defineComponent } from "../lib/component";
import type { MonitoringSpec } from "../lib/monitoring-spec";
import { podNamespace } from "../lib/namespace";
import { denyByDefault } from "../lib/network-policy";
import { backupAlerts, type BackupJob } from "./alerts";
import { harborJob } from "./database-job";
import { controlPlane, cronJobOf, etcdJob, type Kind, leasesJob, sealedSecretsJob, storePolicy } from "./jobs";
import { backupsOverview } from "./overview";
import { type BackupsSettings, backupsSettings } from "./settings";
import { backupStore, namespaceName, targets } from "./store";

export interface BackupsOptions extends ComponentArgs<typeof backupsSettings> {
    /** sealed-secrets, if the stack has it. */
    readonly sealedSecrets?: pulumi.Resource;
    /** Kea, if the stack has it and keeps the leases on a volume. */
    readonly dhcp?: pulumi.Resource;
    /** Harbor, if the stack has it. */
    readonly harbor?: Component;
}

/** Encrypted backups of what cannot be deployed again: etcd, the keys of sealed-secrets, Kea's leases, Harbor's database. */
export class Backups extends Component {
    public readonly monitoring: MonitoringSpec;
    public override readonly namespace: k8s.core.v1.Namespace;
    public override readonly outputs: Readonly<Record<string, pulumi.Output<unknown>>>;

    constructor(name: string, args: BackupsOptions, opts: ComponentOptions) {
        super("backups:Backups", name, backupsSettings, args, opts);
        const settings = backupsSettings.parse(args.settings);
        const { site, sealedSecrets, dhcp: kea, harbor } = args;
        const password = settings.password
            ? pulumi.secret(settings.password)
            : new random.RandomPassword("backup-password", { length: 32, special: false }, { parent: this }).result;
        this.outputs = { backupPassword: password };

        this.namespace = podNamespace(
            // The snapshots are taken in the node's network, with a key from the node's disk.
            { name: namespaceName, podSecurity: settings.etcd ? "privileged" : "restricted" },
            { parent: this },
        );
        const namespace = this.namespace.metadata.name;
        denyByDefault("backups-default-deny", namespace, { parent: this });
        storePolicy("backup", { namespace, settings }, { parent: this });
        const store = backupStore(
            { name: "backup", namespace, password, placement: settings.etcd ? controlPlane : {}, settings, site },
            { parent: this },
        );
        const made: [Kind, string][] = [];
        if (settings.etcd) {
            etcdJob({ namespace, store, settings, site }, { parent: this });
            made.push(["etcd", namespaceName]);
        }
        if (sealedSecrets) {
            sealedSecretsJob({ namespace, store, settings, site }, { parent: this, dependsOn: sealedSecrets });
            made.push(["sealed-secrets", namespaceName]);
        }
        if (harbor?.database) {
            harborJob(harbor.database, { namespace, store, settings, site }, { parent: this, dependsOn: harbor });
            made.push(["harbor", namespaceName]);
        }
        if (kea) {
            this.backUpLeases(password, settings, args, kea);
            made.push(["leases", site.namespace]);
        }

        const jobs = made.map(([kind, of]): BackupJob => ({ namespace: of, cronjob: cronJobOf(kind) }));
        const { thresholds } = settings;
        this.monitoring = {
            component: name,
            namespace: namespaceName,
            monitors: [],
            probes: [],
            ruleGroups:
                jobs.length > 0 ? [{ name: "backups", records: [], alerts: backupAlerts(jobs, thresholds) }] : [],
            dashboards: [],
            overview: jobs.length > 0 ? backupsOverview(jobs, thresholds.ageHours) : undefined,
        };
        this.registerOutputs(this.outputs);
    }

    /** A pod mounts only volumes of its own namespace, so that the leases are read and stored in Kea's. */
    private backUpLeases(
        password: pulumi.Output<string>,
        settings: BackupsSettings,
        { site }: BackupsOptions,
        kea: pulumi.Resource,
    ): void {
        const opts = { parent: this, dependsOn: kea };
        const { namespace } = site;
        // Kea's volume can be mounted by pods of one node.
        const beside = {
            labelSelector: {
                matchLabels: { "app.kubernetes.io/name": "kea-dhcp", "app.kubernetes.io/instance": "kea-dhcp" },
            },
            topologyKey: "kubernetes.io/hostname",
        };
        const placement = { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [beside] } } };
        storePolicy("lease-backup", { namespace, settings }, opts);
        const store = backupStore({ name: "lease-backup", namespace, password, placement, settings, site }, opts);
        leasesJob({ namespace, store, settings, site }, opts);
    }
}

export const backups = defineComponent({
    name: "backups",
    title: "backups",
    settings: backupsSettings,
    problems,
    requirements: ({ volume }, cluster, site) => (volume ? volumeRequirement("the backups", cluster, site) : []),
    namespaces: () => [namespaceName],
    create: (settings, { site, component, read }, opts) =>
        new Backups(
            "backups",
            {
                settings,
                site,
                sealedSecrets: component("sealedSecrets"),
                // The owner of a lease database backs it up.
                dhcp: databaseOf(read(dhcp)) ? undefined : component("dhcp"),
                harbor: component("harbor"),
            },
            opts,
        ),
});

function problems(settings: BackupsSettings): Problem[] {
    return targets(settings).length > 0
        ? []
        : [
              {
                  key: "noc:backups.volume",
                  value: false,
                  remedy: "leaves no target; set it to true, or set noc:backups.s3",
              },
          ];
}
