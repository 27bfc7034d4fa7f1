import { splitImage } from "../lib/images";
import { corePriority } from "../lib/pods";
import type { Site } from "../lib/site";
import type { MetallbSettings } from "./settings";
import { images } from "./versions";

/** Port of the controller's and the speakers' metrics. */
export const metricsPort = 7472;
/** Port of the controller that the API server calls for validation. */
export const webhookPort = 9443;

/** The chart's probes start after 10 seconds, which is most of the time that the installation takes. */
const readinessProbe = { initialDelaySeconds: 1, periodSeconds: 2, failureThreshold: 10 };

/**
 * Memory: several times what both use in a cluster of some hundred Services, all of which they keep in memory. No CPU
 * limit: a speaker that is throttled answers ARP late, and clients lose the address.
 */
const resources = { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "256Mi" } };

const seccompProfile = { type: "RuntimeDefault" };

/** The chart's values: layer 2 only, so without FRR. */
export function metallbValues({ announceFromControlPlane }: MetallbSettings, site: Site): Record<string, unknown> {
    return {
        loadBalancerClass: site.loadBalancerClass ?? "",
        prometheus: { metricsPort },
        controller: {
            image: image("controller", site),
            readinessProbe,
            // The controller opens its port once the kubelet has mounted the webhook's new certificate, which may take
            // a minute or a restart of the container (https://github.com/metallb/metallb/issues/1597).
            livenessProbe: { initialDelaySeconds: 1, periodSeconds: 5, failureThreshold: 3, timeoutSeconds: 5 },
            resources,
            priorityClassName: corePriority,
            securityContext: { runAsNonRoot: true, runAsUser: 65534, fsGroup: 65534, seccompProfile },
        },
        // In the nodes' network. Its metrics are served on the node's own address only (the chart's METALLB_HOST), where
        // Prometheus scrapes them from another node.
        speaker: {
            image: image("speaker", site),
            readinessProbe,
            frr: { enabled: false },
            ignoreExcludeLB: announceFromControlPlane,
            resources,
            priorityClassName: corePriority,
            securityContext: { seccompProfile },
        },
    };
}

function image(name: keyof typeof images, site: Site): Record<string, string> {
    const { repository, tagAndDigest } = splitImage(images[name], site);
    return { repository, tag: tagAndDigest };
}
