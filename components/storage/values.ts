import { imageParts, splitImage } from "../lib/images";
import { runAs, unprivileged } from "../lib/pods";
import type { Site } from "../lib/site";
import type { StorageSettings } from "./settings";
import { images } from "./versions";

/** Name of the Deployment. */
export const provisioner = "local-path-provisioner";
/** The nobody of most systems: the provisioner itself touches no file. Its helper pods, which do, run as root. */
const nobody = 65534;

/** The values of the chart. */
export function storageValues({ className, defaultClass, path }: StorageSettings, site: Site): Record<string, unknown> {
    const helper = splitImage(images.helper, site);
    return {
        fullnameOverride: provisioner,
        image: { repository: imageParts("docker.io/rancher/local-path-provisioner", site).repository },
        helperImage: { repository: helper.repository, tag: helper.tagAndDigest },
        storageClass: {
            name: className,
            defaultClass,
            // The name that the project's own manifest uses.
            provisionerName: "rancher.io/local-path",
            reclaimPolicy: "Delete",
            // The volume is made on the node that the pod is scheduled to.
            volumeBindingMode: "WaitForFirstConsumer",
        },
        nodePathMap: [{ node: "DEFAULT_PATH_FOR_NON_LISTED_NODES", paths: [path] }],
        podSecurityContext: runAs(nobody, nobody),
        securityContext: unprivileged,
        resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "64Mi" } },
        helperPod: { resources: { requests: { cpu: "10m", memory: "8Mi" }, limits: { memory: "32Mi" } } },
    };
}
