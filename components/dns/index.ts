import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import { Component, type ComponentArgs, type ComponentOptions, defineComponent } from "../lib/component";
import { loadBalancerAddress, loadBalancerServices } from "../lib/load-balancer";
import { metricsService } from "../lib/metrics";
import type { MonitoringSpec } from "../lib/monitoring-spec";
import { labels } from "../lib/pods";
import { certificateRequests, certificateSecret, encryptedServicePorts } from "./encryption";
import type { Front } from "./front";
import { type LeaseZones, leaseServerAddress } from "./lease-zones";
import { dnsMonitoring } from "./monitoring";
import { nodeNamespace, nodePath, resolverPeers } from "./node-path";
import { redis, redisPods } from "./redis";
import { dnsProblems, ownAddresses } from "./rules";
import { dnsSettings } from "./settings";
import { app, exporterPort, unbound } from "./unbound";
import { cachedbConf, configFiles, plainServicePorts, upstreamPorts } from "./unbound-config";
import { unboundCheck } from "./unbound-files";

export interface DnsOptions extends ComponentArgs<typeof dnsSettings> {
    /** Name of an existing namespace. */
    readonly namespace: pulumi.Input<string>;
    /** Zones that the DHCP server answers from its leases. Left out, Unbound does not ask it. */
    readonly leases?: LeaseZones;
    /** A proxy that passes queries on to the resolver's pods. Undefined if there is none. */
    readonly front?: Front;
}

/** The DNS resolver: Unbound, the Redis cache that its pods share, and a Service for each address, over UDP and TCP. */
export class Dns extends Component {
    /**
     * The addresses that the load balancer gave the resolver, that of `settings.address` first: IP addresses, or host
     * names if it gives only those.
     */
    public readonly addresses: readonly pulumi.Output<string>[];
    public override readonly outputs: Readonly<Record<string, pulumi.Output<unknown>>>;
    /** The address inside the cluster, which pods reach on every node. */
    public readonly clusterAddress: pulumi.Output<string>;
    public readonly monitoring: MonitoringSpec;

    /** @param opts `dependsOn` delays only the Service, which needs a load balancer, and not the pods. */
    constructor(name: string, args: DnsOptions, { dependsOn = [], ...opts }: ComponentOptions = {}) {
        super("dns:Dns", name, dnsSettings, args, opts);
        const settings = dnsSettings.parse(args.settings);
        const { namespace, front, leases, site } = args;
        const child = { parent: this };
        const pods = { app };

        const seed = new random.RandomPassword("cachedb-seed", { length: 32, special: false }, child);
        const cache = redis(
            { namespace, memory: settings.redisMemory, clients: resolverPeers(settings, site), site },
            child,
        );

        // Without leases, a preview shows the files: they are known before anything is made.
        const fronted = front !== undefined;
        const leaseAddress = leases && leaseServerAddress(leases, namespace, child);
        const filesOf = (more: { readonly fronted?: boolean; readonly onNode?: boolean }) =>
            leases && leaseAddress
                ? leaseAddress.apply((address) => configFiles({ ...settings, ...more, leases: { ...leases, address } }))
                : configFiles({ ...settings, ...more });
        // Pulumi names it: a change makes a new ConfigMap, the pods roll over to it, then the old one is deleted.
        const config = new k8s.core.v1.ConfigMap(
            "unbound-config",
            { metadata: { namespace, labels: labels(app) }, data: filesOf({ fronted }) },
            child,
        );
        const cachedb = pulumi
            .all([cache.address, cache.password, seed.result])
            .apply(([host, password, seed]) => cachedbConf({ host, password, seed }));
        const secret = new k8s.core.v1.Secret(
            "unbound-cachedb",
            {
                metadata: { namespace, labels: labels(app) },
                stringData: { "cachedb.conf": cachedb },
            },
            child,
        );
        const { encryption } = settings;
        const files = {
            config: config.metadata.name,
            secret: secret.metadata.name,
            certificate: encryption && certificateSecret(encryption),
        };
        const check = unboundCheck({ namespace, files, site }, child);
        unbound(
            {
                ...settings,
                namespace,
                files,
                check,
                redis: cache.address,
                redisPods,
                upstreamPorts: upstreamPorts(settings),
                leases,
                front,
                site,
            },
            child,
        );

        if (settings.path === "node") {
            nodePath(
                {
                    settings,
                    files: filesOf({ onNode: true }),
                    cachedbConf: cachedb,
                    redis: cache.address,
                    check,
                    site,
                },
                child,
            );
        }

        const [service, ...further] = loadBalancerServices(
            [settings.address, ...settings.furtherAddresses],
            {
                name: app,
                namespace,
                selector: pods,
                ports: [...plainServicePorts, ...(encryption ? encryptedServicePorts : [])],
                site,
            },
            { ...child, dependsOn },
        );
        this.addresses = [service, ...further].map(loadBalancerAddress);
        this.clusterAddress = service.spec.clusterIP;
        metricsService({ app, namespace, selector: pods, port: exporterPort }, child);

        this.monitoring = dnsMonitoring({
            component: name,
            namespace: site.namespace,
            service: app,
            addresses: this.addresses,
            pods,
            settings,
            front,
        });
        this.outputs = { dnsAddress: loadBalancerAddress(service), dnsAddresses: pulumi.all([...this.addresses]) };
        this.registerOutputs(this.outputs);
    }
}

export const dns = defineComponent({
    name: "dns",
    title: "DNS",
    settings: dnsSettings,
    problems: dnsProblems,
    anyAddress: ({ address }) => (address === undefined ? ["noc:dns.address"] : []),
    addresses: ownAddresses,
    namespaces: ({ path }, site) => [site.namespace, ...(path === "node" ? [nodeNamespace] : [])],
    certificates: (settings, site) => certificateRequests(settings, site.namespace),
});
