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
