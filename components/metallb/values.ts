import { splitImage } from "../lib/images";
import type { Site } from "../lib/site";
import type { MetallbSettings } from "./settings";

/** The chart's probes start after 10 seconds, which is most of the time that the installation takes. */
const eagerProbe = { initialDelaySeconds: 1, periodSeconds: 2, failureThreshold: 10 };

/** The chart's values: layer 2 only, so without FRR. */
export function metallbValues({ announceFromControlPlane }: MetallbSettings, site: Site): Record<string, unknown> {
    return {
        loadBalancerClass: site.loadBalancerClass ?? "",
        controller: {
            image: image("controller", site),
            readinessProbe: eagerProbe,
            // The controller opens its port when the kubelet has mounted the webhook's new certificate, which may take
            // the kubelet a minute, or a restart of the container (https://github.com/metallb/metallb/issues/1597).
            livenessProbe: { initialDelaySeconds: 1, periodSeconds: 5, failureThreshold: 3, timeoutSeconds: 5 },
        },
        speaker: {
            image: image("speaker", site),
            readinessProbe: eagerProbe,
            frr: { enabled: false },
            ignoreExcludeLB: announceFromControlPlane,
        },
    };
}

function image(name: string, site: Site): Record<string, string> {
    return site.imageMirror ? { repository: splitImage(`quay.io/metallb/${name}:-`, site).repository } : {};
}
