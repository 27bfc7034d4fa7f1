import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import { loadBalancerAddress, loadBalancerService } from "../load-balancer";
import { metricsService } from "../metrics";
import { type ComponentOptions, labels, type Site } from "../site";
import type { Watch, Watched } from "../watch";
import { redis } from "./redis";
import type { DnsObjectives, DnsThresholds } from "./settings";
import { app, exporterPort, unbound } from "./unbound";
import { cachedbConf, dnsPort, forwardZonesConf, unboundConf, type UnboundConfigOptions } from "./unbound-config";
import { dnsWatch } from "./watch";

/** The resolver's settings. */
export interface DnsOptions extends UnboundConfigOptions {
    /** Name of an existing namespace. */
    readonly namespace: pulumi.Input<string>;
    /** IPv4 address to ask the load balancer for. Defaults to any. */
    readonly address?: string;
    /** Number of Unbound pods. Defaults to 1. */
    readonly replicas: number;
    /** Memory limit of Redis, a Kubernetes quantity. Defaults to 256Mi. */
    readonly redisMemory: string;
    /** Names with an A record that monitoring asks for, beside one that the resolver answers itself. Defaults to none. */
    readonly probeNames: readonly string[];
    /** From where on the alerts fire. */
    readonly thresholds: DnsThresholds;
    /** What the resolver is meant to achieve. */
    readonly objectives: DnsObjectives;
    readonly site: Site;
}

/** The DNS resolver: Unbound, the Redis cache that its pods share, and one address for both UDP and TCP. */
export class Dns extends pulumi.ComponentResource implements Watched {
    /** The address that the load balancer handed out: an IP address, or a host name where it gives only that. */
    public readonly address: pulumi.Output<string>;
    public readonly watch: Watch;

    /**
     * @param opts `dependsOn` is for the Service alone, which needs a load balancer; the pods start meanwhile.
     */
    constructor(name: string, args: DnsOptions, { dependsOn = [], ...opts }: ComponentOptions = {}) {
        super("noc:dns:Dns", name, args, opts);
        const { namespace, site } = args;
        const child = { parent: this };

        const password = new random.RandomPassword("redis-password", { length: 32, special: false }, child);
        const seed = new random.RandomPassword("cachedb-seed", { length: 32, special: false }, child);
        const cache = redis(
            { namespace, memory: args.redisMemory, password: password.result, client: app, site },
            child,
        );

        // Named by the engine: a change makes a new one, the pods roll over to it, and only then the old one goes.
        const config = new k8s.core.v1.ConfigMap(
            "unbound-config",
            {
                metadata: { namespace, labels: labels(app) },
                data: { "unbound.conf": unboundConf(args), "forward-zones.conf": forwardZonesConf(args) },
            },
            child,
        );
        const secret = new k8s.core.v1.Secret(
            "unbound-cachedb",
            {
                metadata: { namespace, labels: labels(app) },
                stringData: {
                    "cachedb.conf": pulumi
                        .all([cache.spec.clusterIP, password.result, seed.result])
                        .apply(([host, password, seed]) => cachedbConf({ host, password, seed })),
                },
            },
            child,
        );
        unbound(
            { ...args, config: config.metadata.name, secret: secret.metadata.name, redis: cache.spec.clusterIP },
            child,
        );

        const service = loadBalancerService(
            {
                name: app,
                namespace,
                selector: { app },
                address: args.address,
                ports: [
                    { name: "dns", port: 53, protocol: "UDP", targetPort: dnsPort },
                    { name: "dns-tcp", port: 53, protocol: "TCP", targetPort: dnsPort },
                ],
                site,
            },
            { ...child, dependsOn: [...dependsOn] },
        );
        metricsService({ app, namespace, selector: { app }, port: exporterPort }, child);

        this.address = loadBalancerAddress(service);
        this.watch = dnsWatch({
            ...args,
            namespace: site.namespace,
            service: app,
            address: this.address,
            pods: { app },
            names: args.probeNames,
        });
        this.registerOutputs({ address: this.address });
    }
}
