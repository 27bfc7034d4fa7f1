import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { labels } from "./pods";
import type { Site } from "./site";

/** A Service with a load-balancer address. */
export interface LoadBalancerServiceOptions {
    /** Name of the Service and value of its `app` label. */
    name: string;
    namespace: pulumi.Input<string>;
    /** Labels of the pods behind it. */
    selector: Record<string, string>;
    ports: k8s.types.input.core.v1.ServicePort[];
    /** IPv4 address to ask for. Defaults to any that the load balancer has. */
    address?: string;
    /** Further labels. Defaults to none. */
    labels?: Record<string, string>;
    /** Whether clients' addresses are kept (Local) or may be hidden behind a node's (Cluster). Defaults to Local. */
    trafficPolicy?: "Local" | "Cluster";
    /** Networks (CIDR) whose packets are accepted. Defaults to all. */
    sourceRanges?: string[];
    /** Whether a pod gets packets even while one of its containers is not ready. Defaults to false. */
    publishNotReadyAddresses?: boolean;
    site: Site;
}

/**
 * Makes the Service. It counts as created as soon as it has its address, even if no pod behind it is ready: resources
 * that need only the address do not wait for the pods.
 */
export function loadBalancerService(
    options: LoadBalancerServiceOptions,
    opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Service {
    const { name, namespace, selector, ports, trafficPolicy = "Local", site } = options;
    const { sourceRanges, publishNotReadyAddresses } = options;
    const request = addressRequest(options);
    return new k8s.core.v1.Service(
        name,
        {
            metadata: {
                name,
                namespace,
                labels: { ...labels(name), ...options.labels },
                annotations: {
                    ...request.annotations,
                    "pulumi.com/waitFor": awaitedAddress(options),
                    // A load balancer assigns an address within seconds, or has none left.
                    "pulumi.com/timeoutSeconds": "180",
                },
            },
            spec: {
                type: "LoadBalancer",
                loadBalancerClass: site.loadBalancerClass,
                loadBalancerIP: request.loadBalancerIP,
                loadBalancerSourceRanges: sourceRanges,
                externalTrafficPolicy: trafficPolicy,
                publishNotReadyAddresses,
                selector,
                ports,
            },
        },
        // The class cannot be changed in a Service. The address is free only when the old Service is deleted.
        { ...opts, replaceOnChanges: ["spec.loadBalancerClass"], deleteBeforeReplace: true },
    );
}

/**
 * Makes a Service for each address, at least one, all with the same pods and ports. The first is called `name`, every other
 * one also after its address, so that a change of the list replaces no Service whose address stays.
 */
export const loadBalancerServices = (
    addresses: readonly [string | undefined, ...string[]],
    options: Omit<LoadBalancerServiceOptions, "address">,
    opts: pulumi.CustomResourceOptions,
): [k8s.core.v1.Service, ...k8s.core.v1.Service[]] => {
    const [first, ...further] = addresses;
    return [
        loadBalancerService({ ...options, address: first }, opts),
        ...further.map((address) =>
            loadBalancerService({ ...options, name: `${options.name}-${address.replaceAll(".", "-")}`, address }, opts),
        ),
    ];
};

/**
 * What the engine waits for. MetalLB gives exactly the address that is asked for. A Service whose address is changed has
 * the old one for some seconds more: without the wait, the engine would take it for the new one, and clients of DHCP
 * would be told to use a resolver and a server that are gone.
 */
const awaitedAddress = ({ address, site }: Pick<LoadBalancerServiceOptions, "address" | "site">): string =>
    site.metallb && address !== undefined
        ? `jsonpath={.status.loadBalancer.ingress[0].ip}=${address}`
        : "jsonpath={.status.loadBalancer.ingress[0]}";

/** The request for an address: to MetalLB by its annotation, to any other load balancer by the field of the API. */
function addressRequest({ address, site }: Pick<LoadBalancerServiceOptions, "address" | "site">): {
    annotations: Record<string, string>;
    loadBalancerIP?: string;
} {
    if (address === undefined) {
        return { annotations: {} };
    }
    return site.metallb
        ? { annotations: { "metallb.io/loadBalancerIPs": address } }
        : { annotations: {}, loadBalancerIP: address };
}

/**
 * The address that the load balancer assigned: an IP address, or a host name where it gives only that.
 * Unknown in a preview, and where the engine was told to leave the Service out (`--target`).
 */
export function loadBalancerAddress(service: k8s.core.v1.Service): pulumi.Output<string> {
    const { ingress } = service.status.loadBalancer;
    return ingress.apply((given) => given?.[0]?.ip ?? given?.[0]?.hostname ?? (pulumi.unknown as string));
}
