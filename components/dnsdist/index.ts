import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { encryptedServicePorts, issuedCertificate, type ServerCertificate } from "../dns/encryption";
import type { Front } from "../dns/front";
import { ownQueries } from "../dns/probes";
import { app as resolver } from "../dns/unbound";
import { plainServicePorts } from "../dns/unbound-config";
import { Component, type ComponentArgs, type ComponentOptions, defineComponent } from "../lib/component";
import { configCheck } from "../lib/config-check";
import { imageReference } from "../lib/images";
import { loadBalancerAddress, loadBalancerServices } from "../lib/load-balancer";
import { metricsService } from "../lib/metrics";
import type { MonitoringSpec } from "../lib/monitoring-spec";
import { networkPolicy } from "../lib/network-policy";
import { disruptionBudget, labels, oneAtATime, serviceAccount } from "../lib/pods";
import { configFiles, type ResolverSettings } from "./config";
import { configFile, deployment, dnsdistUser, fileMounts, fileVolumes, program } from "./deployment";
import { dnsdistMonitoring } from "./monitoring";
import { app, backends, ports } from "./names";
import { dnsdistPolicy } from "./policy";
import { dnsdistProblems, ownAddresses } from "./rules";
import { type DnsdistSettings, dnsdistSettings } from "./settings";
import { images } from "./versions";

export interface DnsdistOptions extends ComponentArgs<typeof dnsdistSettings> {
    /** Name of the resolver's namespace. */
    readonly namespace: pulumi.Input<string>;
    /** The settings of the resolver that dnsdist takes over. */
    readonly resolver: ResolverSettings;
}

/** dnsdist in front of the resolver: addresses of its own, QUIC, a rate limit and a response policy. */
export class Dnsdist extends Component {
    /** The addresses that the load balancer gave dnsdist. Known when its pods are ready to answer there. */
    public readonly addresses: readonly pulumi.Output<string>[];
    public override readonly outputs: Readonly<Record<string, pulumi.Output<unknown>>>;
    public readonly monitoring: MonitoringSpec;

    /** @param opts `dependsOn` names the resolver, which the pods need, and the load balancer. */
    constructor(name: string, args: DnsdistOptions, { dependsOn = [], ...opts }: ComponentOptions = {}) {
        super("dnsdist:Dnsdist", name, dnsdistSettings, args, opts);
        const settings = dnsdistSettings.parse(args.settings);
        const { namespace, resolver: resolverSettings, site } = args;
        const { replicas, encryption } = settings;
        const child = { parent: this };

        // Pulumi names it: a change makes a new ConfigMap, the pods roll over to it, then the old one is deleted.
        const config = new k8s.core.v1.ConfigMap(
            "dnsdist-config",
            { metadata: { namespace, labels: labels(app) }, data: configFiles(settings, resolverSettings) },
            child,
        );
        const files = { config: config.metadata.name, certificate: encryption && certificateSecret(encryption) };
        const check = configCheck(
            {
                name: "dnsdist-check",
                namespace,
                image: imageReference(images.dnsdist, site),
                command: [program, "--check-config", "-C", configFile],
                securityContext: dnsdistUser,
                volumes: fileVolumes(files),
                volumeMounts: fileMounts(files),
                certificate: encryption !== undefined,
            },
            child,
        );
        networkPolicy(dnsdistPolicy(namespace, settings), child);
        if (replicas > 1) {
            disruptionBudget({ name: app, namespace, selector: { app }, budget: oneAtATime }, child);
        }
        new k8s.core.v1.Service(
            backends,
            {
                metadata: {
                    name: backends,
                    namespace,
                    labels: labels(app),
                    annotations: { "pulumi.com/skipAwait": "true" },
                },
                spec: { clusterIP: "None", selector: { app: resolver } },
            },
            child,
        );
        const pods = new k8s.apps.v1.Deployment(
            app,
            deployment({
                ...settings,
                namespace,
                serviceAccountName: serviceAccount(app, namespace, child),
                files,
                site,
            }),
            { ...child, dependsOn: [...dependsOn, check] },
        );
        const services = loadBalancerServices(
            [settings.addresses[0], ...settings.addresses.slice(1)],
            {
                name: app,
                namespace,
                selector: { app },
                ports: servicePorts(settings),
                site,
            },
            { ...child, dependsOn },
        );
        metricsService({ app, namespace, selector: { app }, port: ports.web }, child);

        this.addresses = services.map((service) =>
            pulumi.all([loadBalancerAddress(service), pods.id]).apply(([address]) => address),
        );
        this.monitoring = dnsdistMonitoring({
            component: name,
            namespace: site.namespace,
            addresses: this.addresses,
            settings,
        });
        this.outputs = { dnsdistAddresses: pulumi.all([...this.addresses]) };
        this.registerOutputs(this.outputs);
    }
}

/** How the resolver is to treat dnsdist, whose probes are passed on to it. */
export const frontOf = ({ replicas, addresses, encryption }: DnsdistSettings): Front => {
    const options = { names: [], addresses: Math.max(1, addresses.length), encrypted: encryption !== undefined };
    const probes = ownQueries(options);
    return {
        pods: { app },
        // A health check each second by each pod, and two probes of each pod every 15 seconds.
        queries: { perPod: replicas, together: probes.together + (2 * replicas) / 15 },
    };
};

/** Name of the Secret with the certificate: an existing one, or the one that cert-manager is asked for. */
export const certificateSecret = ({ secret = "dnsdist-tls" }: Pick<ServerCertificate, "secret">): string => secret;

function servicePorts({ encryption }: DnsdistSettings): k8s.types.input.core.v1.ServicePort[] {
    return [
        ...plainServicePorts,
        ...(encryption ? encryptedServicePorts : []),
        ...(encryption?.quic
            ? [
                  { name: "dns-quic", port: 853, protocol: "UDP", targetPort: ports.tls },
                  { name: "dns-http3", port: 443, protocol: "UDP", targetPort: ports.https },
              ]
            : []),
    ];
}

export const dnsdist = defineComponent({
    name: "dnsdist",
    title: "dnsdist",
    settings: dnsdistSettings,
    problems: dnsdistProblems,
    needs: ["dns"],
    anyAddress: ({ addresses }) => (addresses.length === 0 ? ["noc:dnsdist.addresses"] : []),
    addresses: ownAddresses,
    namespaces: (_, site) => [site.namespace],
    certificates: ({ encryption, addresses }, { namespace }) =>
        issuedCertificate(encryption, { name: certificateSecret({}), namespace, ipAddresses: addresses }),
});
