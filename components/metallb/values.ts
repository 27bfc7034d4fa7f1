import { splitImage } from "../site";
import type { MetalLBOptions } from "./metallb";

/** Starts to look at once and looks often: the chart's own 10 seconds are most of the time it takes to install. */
const eagerProbe = { initialDelaySeconds: 1, periodSeconds: 2, failureThreshold: 10 };

/** The chart's values: layer 2 only, so without FRR. */
export function metallbValues({ site, announceFromControlPlane }: MetalLBOptions): Record<string, unknown> {
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

function image(name: string, site: MetalLBOptions["site"]): Record<string, string> {
    return site.imageMirror ? { repository: splitImage(`quay.io/metallb/${name}:-`, site).repository } : {};
}
