/** metrics-server, for `kubectl top` and autoscaling in clusters that have none. */
import { splitImage } from "../lib/images";
import type { Site } from "../lib/site";
import { images } from "./versions";

/** The values of its chart; `insecure` takes the kubelets' certificates unchecked, as kubeadm's sign their own. */
export function metricsServerValues(choice: "on" | "insecure", site: Site): Record<string, unknown> {
    const { repository, tagAndDigest } = splitImage(images.metricsServer, site);
    return {
        image: { repository, tag: tagAndDigest },
        args: choice === "insecure" ? ["--kubelet-insecure-tls"] : [],
        metrics: { enabled: true },
        serviceMonitor: { enabled: true },
        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
    };
}
