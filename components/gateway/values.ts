import { imageParts } from "../lib/images";
import type { Site } from "../lib/site";
import { className, pods } from "./names";
import type { GatewaySettings } from "./settings";
import { repositories } from "./versions";

/** The values of the chart. */
export function gatewayValues(settings: GatewaySettings, site: Site): Record<string, unknown> {
    const { address, replicas, sourceRanges, trafficPolicy } = settings;
    const image = (repository: string) => ({
        image: { repository: imageParts(repository, site).repository, pullPolicy: "IfNotPresent" },
    });
    return {
        nginxGateway: {
            ...image(repositories.controlPlane),
            replicas,
            gatewayClassName: className,
            productTelemetry: { enable: false },
            topologySpreadConstraints: spread(pods.controller),
            resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
        },
        nginx: {
            ...image(repositories.dataPlane),
            replicas,
            config: { ipFamily: "ipv4" },
            pod: { topologySpreadConstraints: spread(pods.nginx) },
            container: { resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } } },
            service: {
                type: "LoadBalancer",
                externalTrafficPolicy: trafficPolicy,
                // MetalLB too reads this field. An annotation would be copied to nginx's pods as well.
                ...(address !== undefined && { loadBalancerIP: address }),
                ...(site.loadBalancerClass !== undefined && { loadBalancerClass: site.loadBalancerClass }),
                ...(sourceRanges.length > 0 && { loadBalancerSourceRanges: [...sourceRanges] }),
            },
        },
    };
}

/** Different nodes for the pods where there are enough. */
const spread = (matchLabels: Record<string, string>) => [
    {
        topologyKey: "kubernetes.io/hostname",
        maxSkew: 1,
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels },
    },
];
