import { stateFolder } from "../lib/alloy";
import { imageParts } from "../lib/images";
import { unprivileged } from "../lib/pods";
import type { Site } from "../lib/site";
import { ports } from "./names";
import { repositories } from "./versions";

/** Name of the release, of the DaemonSet, and of its directory on the nodes. */
export const collector = "log-collector";

/** The Secret with the token for a destination outside the cluster, and the file that the collector reads it from. */
export const tokenSecret = { name: "log-collector-cloud", key: "token" } as const;
const tokenFolder = "/etc/log-collector";
export const tokenFile = `${tokenFolder}/${tokenSecret.key}`;

export interface CollectorValuesOptions {
    /** The configuration, in Alloy's syntax. */
    readonly config: string;
    /** Whether there is `tokenSecret`. */
    readonly hasToken: boolean;
    readonly site: Site;
}

/** The values of Alloy's chart: a pod on every node that reads the log files of the node's pods. */
export function collectorValues({ config, hasToken, site }: CollectorValuesOptions): Record<string, unknown> {
    const { registry, path } = imageParts(repositories.alloy, site);
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
            mounts: {
                varlog: true,
                extra: [
                    { name: "state", mountPath: stateFolder },
                    ...(hasToken ? [{ name: "token", mountPath: tokenFolder, readOnly: true }] : []),
                ],
            },
            // The files belong to root, and nobody else may read them.
            securityContext: { ...unprivileged, runAsUser: 0, seccompProfile: { type: "RuntimeDefault" } },
            resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "512Mi" } },
        },
        configReloader: { enabled: false },
        controller: {
            volumes: {
                extra: [
                    // A new pod continues where the one before it stopped.
                    { name: "state", hostPath: { path: `/var/lib/${collector}`, type: "DirectoryOrCreate" } },
                    ...(hasToken ? [{ name: "token", secret: { secretName: tokenSecret.name } }] : []),
                ],
            },
            // The nodes of the control plane, too.
            tolerations: [{ operator: "Exists" }],
        },
        // Its pods' labels become those of the lines. The chart takes two lists of rules, neither of which may be empty.
        rbac: { rules: mayRead("get"), clusterRules: mayRead("list", "watch") },
        service: { enabled: false },
    };
}
