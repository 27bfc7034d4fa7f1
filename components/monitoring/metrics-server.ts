/** metrics-server, which `kubectl top` and autoscaling need. */
import { splitImage } from "../lib/images";
import type { Site } from "../lib/site";
import { resources } from "./resources";
import { images } from "./versions";

/** The values of its chart. With `insecure`, the kubelets' certificates are not verified: kubeadm's are self-signed. */
export function metricsServerValues(choice: "on" | "insecure", site: Site): Record<string, unknown> {
    const { repository, tagAndDigest } = splitImage(images.metricsServer, site);
    return {
        image: { repository, tag: tagAndDigest },
        args: choice === "insecure" ? ["--kubelet-insecure-tls"] : [],
        metrics: { enabled: true },
        serviceMonitor: { enabled: true },
        resources: resources.metricsServer,
    };
}
