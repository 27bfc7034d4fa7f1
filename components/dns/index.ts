import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import type { Problem } from "../../config/problems";
import { Component, type ComponentArgs, type ComponentOptions, defineComponent } from "../lib/component";
import { repeated } from "../lib/distinct";
import { loadBalancerAddress, loadBalancerService } from "../lib/load-balancer";
import { metricsService } from "../lib/metrics";
import type { MonitoringSpec } from "../lib/monitoring-spec";
import { labels } from "../lib/pods";
import { dnsMonitoring } from "./monitoring";
import { redis } from "./redis";
import { type DnsSettings, dnsSettings } from "./settings";
import { app, exporterPort, unbound } from "./unbound";
import { cachedbConf, dnsPort, forwardZonesConf, unboundConf } from "./unbound-config";

export interface DnsOptions extends ComponentArgs<typeof dnsSettings> {
    /** Name of an existing namespace. */
    readonly namespace: pulumi.Input<string>;
}

/** The DNS resolver: Unbound, the Redis cache that its pods share, and one address for both UDP and TCP. */
export class Dns extends Component {
    /** The address that the load balancer gave the resolver: an IP address, or a host name if it gives only that. */
    public readonly address: pulumi.Output<string>;
    public readonly monitoring: MonitoringSpec;

    /** @param opts `dependsOn` holds back only the Service, which needs a load balancer; the pods start meanwhile. */
    constructor(name: string, args: DnsOptions, { dependsOn = [], ...opts }: ComponentOptions = {}) {
        super("dns:Dns", name, dnsSettings, args, opts);
        const settings = dnsSettings.parse(args.settings);
        const { namespace, site } = args;
        const child = { parent: this };

        const password = new random.RandomPassword("redis-password", { length: 32, special: false }, child);
        const seed = new random.RandomPassword("cachedb-seed", { length: 32, special: false }, child);
        const cache = redis(
            { namespace, memory: settings.redisMemory, password: password.result, client: app, site },
            child,
        );

        // Without a name of its own: a change makes a new ConfigMap, the pods roll over to it, then the old one goes.
        const config = new k8s.core.v1.ConfigMap(
            "unbound-config",
            {
                metadata: { namespace, labels: labels(app) },
                data: { "unbound.conf": unboundConf(settings), "forward-zones.conf": forwardZonesConf(settings) },
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
            {
                ...settings,
                namespace,
                config: config.metadata.name,
                secret: secret.metadata.name,
                redis: cache.spec.clusterIP,
                site,
            },
            child,
        );

        const service = loadBalancerService(
            {
                name: app,
                namespace,
                selector: { app },
                address: settings.address,
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
        this.monitoring = dnsMonitoring({
            component: name,
            namespace: site.namespace,
            service: app,
            address: this.address,
            pods: { app },
            settings,
        });
        this.registerOutputs({ address: this.address });
    }
}

export const dns = defineComponent({
    name: "dns",
    title: "DNS",
    settings: dnsSettings,
    problems,
    addresses: ({ address }) =>
        address === undefined ? [] : [{ key: "noc:dns.address", text: address, use: "service" }],
    namespaces: (_, site) => [site.namespace],
});

function problems({ allowFrom, forwardZones, stubZones }: DnsSettings): Problem[] {
    const canonical = (name: string) => name.toLowerCase().replace(/\.?$/, ".");
    const zones = [
        ...forwardZones.map(({ name }, i) => ({ key: `noc:dns.forwardZones[${i}].name`, value: canonical(name) })),
        ...stubZones.map(({ name }, i) => ({ key: `noc:dns.stubZones[${i}].name`, value: canonical(name) })),
    ];
    const remedy = "allows nobody to ask; list the networks of the clients";
    return [
        ...(allowFrom.length === 0 ? [{ key: "noc:dns.allowFrom", value: [], remedy }] : []),
        ...repeated(zones, "send each zone to one set of servers"),
    ];
}
