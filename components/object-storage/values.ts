import { splitImage } from "../lib/images";
import { runAs, unprivileged } from "../lib/pods";
import type { Site } from "../lib/site";
import { credentials } from "./names";
import type { ObjectStorageSettings } from "./settings";
import { images } from "./versions";

/** The user of RustFS's own image. */
const user = 10001;

/** The values of the chart. */
export function rustfsValues({ size, consoleHost }: ObjectStorageSettings, site: Site): Record<string, unknown> {
    const image = (reference: string) => {
        const { repository, tagAndDigest } = splitImage(reference, site);
        return { repository, tag: tagAndDigest };
    };
    return {
        fullnameOverride: "rustfs",
        // One pod with one volume; the chart's default is four pods with four volumes each.
        mode: { standalone: { enabled: true, strategy: { type: "Recreate" } }, distributed: { enabled: false } },
        replicaCount: 1,
        image: { rustfs: image(images.rustfs), initImage: image(images.folders) },
        secret: { existingSecret: credentials.name },
        config: {
            rustfs: {
                console_enable: String(consoleHost !== undefined),
                obs_environment: "production",
                // It then logs to its output, and needs no volume for its log.
                obs_log_directory: "",
            },
        },
        // The gateway's routes are the program's own: the chart's lead to the console alone.
        ingress: { enabled: false },
        storageclass: { name: site.storageClass ?? "", dataStorageSize: size },
        serviceAccount: { automount: false },
        podSecurityContext: runAs(user, user),
        containerSecurityContext: { ...unprivileged, runAsNonRoot: true },
        resources: { requests: { cpu: "50m", memory: "256Mi" }, limits: { memory: "1Gi" } },
    };
}
