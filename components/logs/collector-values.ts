import { splitImage } from "../lib/images";
import { unprivileged } from "../lib/pods";
import type { Site } from "../lib/site";
import { ports } from "./names";
import { repositories } from "./versions";

/** Name of the release, of the DaemonSet, and of its directory on the nodes. */
export const collector = "log-collector";
/** Where the collector keeps how far it has read each file. */
const stateFolder = "/var/lib/alloy";

export interface CollectorValuesOptions {
    /** The configuration, in Alloy's syntax. */
    readonly config: string;
    /** Name of the Secret whose keys become environment variables. Left out, there is none. */
    readonly environment?: string;
    readonly site: Site;
}

/** The values of Alloy's chart: a pod on every node that reads the log files of the node's pods. */
export function collectorValues({ config, environment, site }: CollectorValuesOptions): Record<string, unknown> {
    const { registry, path } = splitImage(`${repositories.alloy}:-`, site);
    const mayRead = (...verbs: string[]) => [{ apiGroups: [""], resources: ["pods"], verbs }];
    return {
        fullnameOverride: collector,
        image: { registry, repository: path },
        crds: { create: false },
        alloy: {
            configMap: { content: config },
            enableReporting: false,
            listenPort: ports.collector,
            storagePath: stateFolder,
            mounts: { varlog: true, extra: [{ name: "state", mountPath: stateFolder }] },
            ...(environment !== undefined && { envFrom: [{ secretRef: { name: environment } }] }),
            // The files belong to root, and nobody else may read them.
            securityContext: { ...unprivileged, runAsUser: 0, seccompProfile: { type: "RuntimeDefault" } },
            resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "512Mi" } },
        },
        configReloader: { enabled: false },
        controller: {
            // A new pod continues where the one before it stopped.
            volumes: {
                extra: [{ name: "state", hostPath: { path: `/var/lib/${collector}`, type: "DirectoryOrCreate" } }],
            },
            // The nodes of the control plane, too.
            tolerations: [{ operator: "Exists" }],
        },
        // Its pods' labels become those of the lines. The chart takes two lists of rules, neither of which may be empty.
        rbac: { rules: mayRead("get"), clusterRules: mayRead("list", "watch") },
        service: { enabled: false },
    };
}
