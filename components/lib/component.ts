/** The contract of a component. Code that handles all components uses only this and names none of them. */
import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";

import type { Problem } from "../../config/problems";
import { mapSecrets } from "../../config/schema";
import type { ClusterFacts } from "./cluster-facts";
import type { MonitoringSpec } from "./monitoring-spec";
import type { Site } from "./site";

/** The schema of a component's settings. Every component can be disabled. */
export type SettingsSchema = z.ZodObject<{ readonly enabled: z.ZodType<boolean> }>;

/** Returns the validated settings of a component. */
export type ReadSettings = <Schema extends SettingsSchema>(
    component: Pick<ComponentDefinition<string, Schema>, "name" | "settings">,
) => z.output<Schema>;

/** Addresses that a component uses on the network. `components/address-rules.ts` says which uses exclude each other. */
export interface AddressClaim {
    /** The setting that contains them, as `pulumi config set --path` takes it. */
    readonly key: string;
    /** An address, a range `a-b` or a subnet. */
    readonly text: string;
    readonly use: AddressUse;
}

/**
 * `pool`: MetalLB's. `reserved`: of a pool, only for a Service that asks for it. `service`: a Service of ours asks for
 * it. `lease`: a DHCP pool. `reservation`: of one DHCP client. `router`: the clients' gateway. `edge`: the network or
 * broadcast address of a DHCP subnet. `node`, `foreign`: of the cluster's nodes, and of anything else on the network.
 */
export type AddressUse =
    "pool" | "reserved" | "service" | "lease" | "reservation" | "router" | "edge" | "node" | "foreign";

/** A TLS certificate that a component needs. It is put into a Secret of its name: `tls.crt`, `tls.key`, `ca.crt`. */
export interface CertificateRequest {
    /** Name of the Certificate and of the Secret. */
    readonly name: string;
    readonly namespace: string;
    /** Names that clients use, at least one. `*.example.org` stands for any one label. */
    readonly dnsNames: readonly string[];
    /** Addresses that clients use as well. A public authority does not sign them and is asked for the names alone. */
    readonly ipAddresses?: readonly string[];
}

/** A host name that is served over HTTPS through the gateway, and the namespaces whose routes may use it. */
export interface HostRequest {
    /** The setting that names the host. */
    readonly key: string;
    /** `*.example.org` stands for any one label. */
    readonly host: string;
    readonly namespaces: readonly string[];
    /** What the gateway passes the requests on to. Left out if somebody else makes the HTTPRoute. */
    readonly backend?: Backend;
}

/** A Service that the gateway passes requests on to, over HTTP without TLS. */
export interface Backend {
    /** Name of the Service. */
    readonly service: string;
    readonly namespace: string;
    /** Port of the Service. */
    readonly port: number;
    /** The Service's pods: their labels, and the port that they listen on. A network policy lets the gateway connect. */
    readonly pods: { readonly labels: Readonly<Record<string, string>>; readonly port: number };
    /** Size of the largest request body in nginx's format, such as `50m`; `0` for any. Defaults to the gateway's own. */
    readonly maxBody?: string;
}

/** A PostgreSQL database of a component, which the component `backups` saves. */
export interface Database {
    /** Name of its Service, as pods of any namespace resolve it. */
    readonly host: string;
    readonly name: string;
    readonly user: string;
    readonly password: pulumi.Output<string>;
    /** Its pods. A network policy lets the backups connect. */
    readonly pods: {
        readonly namespace: string;
        readonly labels: Readonly<Record<string, string>>;
        readonly port: number;
    };
    /** Image with a pg_dump of the server's major version. */
    readonly client: string;
}

/** An account at a registry of container images, which CI runners push with. */
export interface RegistryAccount {
    /** Host name of the registry, without a scheme. */
    readonly host: string;
    /** The first part of the images' paths that it may push to. */
    readonly project: string;
    readonly user: string;
    readonly password: pulumi.Output<string>;
}

/** What a component asks of the others. */
export interface Requests {
    readonly component: Component;
    readonly hosts: readonly HostRequest[];
    readonly certificates: readonly CertificateRequest[];
    /** The namespace of that name, if this program makes it: what is made in it has to wait for it. */
    readonly namespace: (name: string) => pulumi.Resource | undefined;
}

/** What `create` gets in addition to the settings. */
export interface Context {
    readonly site: Site;
    /** The host names that all enabled components ask for. */
    readonly hosts: readonly HostRequest[];
    /** A component that was created before, by its name. */
    readonly component: (name: string) => Component | undefined;
    /** All components that were created before: those of `index.ts`, and those listed earlier in the registry. */
    readonly created: readonly Component[];
    /** The Prometheus operator's CRDs, which monitors need. Undefined if monitoring is disabled. */
    readonly operatorCrds?: pulumi.Resource;
    /** The settings of another component. */
    readonly read: ReadSettings;
    /** The addresses that the whole stack uses. */
    readonly addresses: readonly AddressClaim[];
    /** The namespaces that the whole stack deploys to. */
    readonly namespaces: readonly string[];
}

/** A component as the registry (`components/index.ts`) lists it. */
export interface ComponentDefinition<Name extends string = string, Schema extends SettingsSchema = SettingsSchema> {
    /** Name of its folder in camel case, of its settings (`noc:NAME`) and of its resource. */
    readonly name: Name;
    /** Its name in tables and headings. */
    readonly title: string;
    /** The only declaration of its settings: types, defaults, descriptions, and which are secret. */
    readonly settings: Schema;
    /**
     * Errors in its settings that the schema cannot express, and warnings about settings that have no effect because of
     * others or of the site. Only called if it is enabled.
     */
    problems?(settings: z.output<Schema>, read: ReadSettings, site: Site): Problem[];
    /** What it needs of the cluster and the cluster lacks, each as one line with the remedy. Only called if it is enabled. */
    requirements?(settings: z.output<Schema>, cluster: ClusterFacts, site: Pick<Site, "storageClass">): string[];
    /** The StorageClass that it brings, for the volumes of other components. */
    storageClass?(settings: z.output<Schema>): { readonly name: string; readonly isDefault: boolean };
    /** The addresses that it uses. Only called if it is enabled. */
    addresses?(settings: z.output<Schema>): AddressClaim[];
    /** The settings that leave a Service's address to the load balancer, each of them one. Only asked if it is enabled. */
    anyAddress?(settings: z.output<Schema>): string[];
    /** The namespaces that it deploys to. */
    namespaces(settings: z.output<Schema>, site: Pick<Site, "namespace">, read: ReadSettings): string[];
    /** The host names that it is to be reached by. They are only served where the component `gateway` is enabled. */
    hosts?(settings: z.output<Schema>, site: Pick<Site, "namespace">): HostRequest[];
    /**
     * The certificates that it needs. They are only made where the component `certManager` is enabled.
     * @param hosts the host names that all enabled components ask for.
     */
    certificates?(
        settings: z.output<Schema>,
        site: Pick<Site, "namespace">,
        hosts: readonly HostRequest[],
    ): CertificateRequest[];
    /** Whether all others are created after it and removed before it, such as what keeps their volumes. Defaults to false. */
    readonly foundation?: boolean;
    /** Names of the components that it requires. They must be enabled, and it is created after them. */
    readonly needs?: readonly string[];
    /** Creates it. A component without this function is created by `index.ts`. */
    create?(settings: z.output<Schema>, context: Context, opts: ComponentOptions): Component;
}

/** Returns the definition with its exact type. */
export const defineComponent = <Name extends string, Schema extends SettingsSchema>(
    definition: ComponentDefinition<Name, Schema>,
): ComponentDefinition<Name, Schema> => definition;

/** The options of a component. `dependsOn` is a plain array: the component decides which of its children wait for it. */
export type ComponentOptions = Omit<pulumi.ComponentResourceOptions, "dependsOn"> & {
    dependsOn?: pulumi.Resource[];
};

/** The arguments of a component's class. Settings with a default may be left out. */
export interface ComponentArgs<Schema extends SettingsSchema> {
    readonly settings: z.input<Schema>;
    readonly site: Site;
}

/** A group of resources, with the specification of their monitoring. */
export abstract class Component extends pulumi.ComponentResource {
    /** Its monitors, probes, rules and dashboards. */
    public abstract readonly monitoring: MonitoringSpec;
    /** The outputs that the stack exports, by name. */
    public readonly outputs: Readonly<Record<string, pulumi.Output<unknown>>> = {};
    /** The namespace that it makes, if any. */
    public readonly namespace?: k8s.core.v1.Namespace;
    /** Its database, if it has one that is worth a backup. */
    public readonly database?: Database;
    /** The account at the registry that it brings, if it is one. */
    public readonly registry?: RegistryAccount;
    /** The certificate (PEM) of the authority that signs the hosts' certificates, if it is one. */
    public readonly authority?: pulumi.Output<string>;

    /** @param type the type without `noc:`, such as `dns:Dns`. Secret settings stay secret in the state. */
    protected constructor(
        type: string,
        name: string,
        schema: SettingsSchema,
        args: { readonly settings: unknown },
        opts?: pulumi.ComponentResourceOptions,
    ) {
        const settings = mapSecrets(schema, args.settings, (secret) => pulumi.secret(secret));
        super(`noc:${type}`, name, { ...args, settings }, opts);
    }

    /**
     * Makes what the components ask of this one. Called once, when all components are made. What it makes is a child of
     * the component that asks, and must not wait for all of that component, which may itself wait for it.
     */
    public fulfil?(requests: readonly Requests[]): void;
}
