/**
 * Runs the program without an engine, on the SDK's mock monitor, and records what it registers. The cluster is
 * simulated: every resource is created at once, and the load balancer gives a Service the address that it asks for,
 * or the next free one.
 */
import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
// eslint-disable-next-line @typescript-eslint/no-require-imports -- the module itself is changed below
import debuggable = require("@pulumi/pulumi/runtime/debuggable");

import { addressClaims, parseSettings, type RawConfig, type Settings } from "../components/settings";
import { formatAddress, parseRange } from "../config/addresses";
import { stackConfig } from "./stack-config";

/** A resource as the program registered it. */
export interface Registration {
    /** Its URN without stack and project: the types of its parents and its own, then its name. */
    readonly id: string;
    readonly type: string;
    readonly name: string;
    readonly parent?: string;
    readonly custom: boolean;
    /** The provider's name, for resources that are given one. */
    readonly provider?: string;
    /** Inputs as plain data; a secret is `[secret]`, what only the cluster will tell is `[unknown]`. */
    readonly inputs: Record<string, unknown>;
    /** Hash of the inputs with their secrets, to compare two runs. */
    readonly inputsHash: string;
    /** Names of the hooks that run before it is created or updated. */
    readonly hooks: { readonly beforeCreate: readonly string[]; readonly beforeUpdate: readonly string[] };
    /** Paths of the inputs whose change replaces it, beside those that its provider knows. */
    readonly replaceOnChanges: readonly string[];
    /** Whether it stays in the cluster when the program no longer has it. */
    readonly retainOnDelete: boolean;
    readonly dependencies: readonly string[];
    readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
    /** The place of its start and end in the order of all starts and ends. */
    readonly started: number;
    finished: number;
}

/** What a run of the program registered and returned. */
export interface Run {
    readonly resources: Registration[];
    /** The texts that are registered as secrets, for tests of what they contain. */
    readonly secrets: string[];
    readonly outputs: Record<string, unknown>;
}

export interface RunOptions {
    /** Settings that replace those of the stack's file: `{ "dns.replicas": 3 }`. Undefined removes one. */
    readonly settings?: SettingChanges;
    /** Whether it is a preview, in which nothing is known that only the cluster can tell. Defaults to false. */
    readonly preview?: boolean;
    /** What a load balancer puts into a Service's status. Defaults to the address asked for, or the next free one. */
    readonly ingress?: (service: string, requested?: string) => { ip?: string; hostname?: string }[];
    /** Held until a resource comes to be. Defaults to not at all. */
    readonly creation?: (resource: { type: string; name: string }) => Promise<void>;
}

/** Settings by `COMPONENT.SETTING`. They need not be valid. */
export type SettingChanges = Readonly<Record<string, unknown>>;

export { knownValue as valueOf } from "../components/lib/known-value";

type Program = () => Promise<Record<string, unknown>>;

// The SDK attaches a stack trace to every promise, to report those that never settle, and to every resource. That takes
// two thirds of a run's time, because each trace is mapped back to the TypeScript source.
Object.assign(debuggable, { debuggablePromise: (promise: unknown) => promise });
Object.assign(pulumi.Resource, { stackTrace: () => [] });

const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/**
 * Runs the program as the given stack.
 * @throws whatever the program throws, such as the error that names a bad setting.
 */
export async function runProgram(stack: string, options: RunOptions = {}): Promise<Run> {
    const { preview = false, creation } = options;
    const config = withSettings(stackConfig(stack), options.settings);
    const resources: Registration[] = [];
    const secrets = new Set<string>();
    let clock = 0;

    const mocks: pulumi.runtime.Mocks = {
        newResource: async ({ type, name, inputs, custom }) => {
            const given = inputs as Record<string, never>;
            await creation?.({ type, name });
            return { id: custom ? `${name}-id` : "", state: { ...given, ...madeUp(type, name, given) } };
        },
        call: ({ inputs }) => inputs as Record<string, unknown>,
    };
    let freeAddresses: Iterator<string, string> | undefined;
    const nextAddress = () => (freeAddresses ??= autoAssigned(parseSettings(config))).next().value;
    const madeUp = (type: string, name: string, inputs: Record<string, never>): Record<string, unknown> => {
        switch (type) {
            case "pulumi:index:Stash":
                return { output: inputs.input };
            case "random:index/randomPassword:RandomPassword":
                return preview
                    ? { result: unknownValue, bcryptHash: unknownValue }
                    : { result: `password-of-${name}`, bcryptHash: `hash-of-${name}` };
            case "kubernetes:core/v1:Service": {
                const { spec } = inputs as unknown as ServiceInputs;
                const requested = requestedAddress(inputs);
                const ingress = options.ingress?.(name, requested) ?? [{ ip: requested ?? nextAddress() }];
                const status = spec.type === "LoadBalancer" ? { loadBalancer: { ingress } } : { loadBalancer: {} };
                return preview
                    ? { status: unknownValue, spec: { ...spec, clusterIP: spec.clusterIP ?? unknownValue } }
                    : { status, spec: { ...spec, clusterIP: spec.clusterIP ?? "10.96.0.99" } };
            }
            default: {
                const { metadata } = inputs as { metadata?: { name?: string } };
                return metadata && !metadata.name ? { metadata: { ...metadata, name: `${name}-1a2b3c` } } : {};
            }
        }
    };

    await pulumi.runtime.setMocks(mocks, "noc", stack, preview);
    pulumi.runtime.setAllConfig(config);
    const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
    monitor.registerErrorHook = monitor.registerResourceHook = (_request, callback) => callback(null, {});
    // The mock monitor's own URNs leave out grandparents, so that children of different components would clash.
    monitor.newUrn = (parent, type, name) => {
        const parents = parent ? `${parent.split("::")[2] ?? ""}$` : "";
        return `urn:pulumi:${stack}::noc::${parents}${type}::${name}`;
    };
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request, callback) => {
        const inputs = request.getObject().toJavaScript();
        const resource = registration(request, inputs, clock++);
        secretsIn(inputs).forEach((secret) => secrets.add(secret));
        resources.push(resource);
        return register(request, (error, response) => {
            resource.finished = clock++;
            callback(error, response);
        });
    };

    const failures: unknown[] = [];
    const onFailure = (error: unknown) => failures.push(error);
    process.on("unhandledRejection", onFailure);
    try {
        // eslint-disable-next-line @typescript-eslint/no-require-imports -- it needs the mocks to be there first
        const program = require("../index") as Program;
        const outputs = await program();
        await pulumi.runtime.disconnect();
        if (failures.length > 0) {
            throw failures[0];
        }
        return { resources, secrets: [...secrets], outputs };
    } finally {
        process.off("unhandledRejection", onFailure);
    }
}

/** The address that a Service asks its load balancer for, in either of the two ways there are. */
export function requestedAddress(service: Record<string, unknown>): string | undefined {
    const { metadata, spec } = service as unknown as ServiceInputs;
    return metadata.annotations?.["metallb.io/loadBalancerIPs"] ?? spec.loadBalancerIP;
}

interface ServiceInputs {
    metadata: { annotations?: Record<string, string> };
    spec: { type?: string; loadBalancerIP?: string; clusterIP?: string };
}

type Callback = (error: unknown, response: unknown) => void;

interface Monitor {
    newUrn: (parent: string, type: string, name: string) => string;
    registerErrorHook: (request: unknown, callback: Callback) => void;
    registerResourceHook: (request: unknown, callback: Callback) => void;
    registerResource: (request: RegisterRequest, callback: Callback) => unknown;
}

interface RegisterRequest {
    getType(): string;
    getName(): string;
    getParent(): string;
    getCustom(): boolean;
    getProvider(): string;
    getObject(): { toJavaScript(): Record<string, unknown> };
    getDependenciesList(): string[];
    getReplaceonchangesList(): string[];
    getRetainondelete(): boolean | undefined;
    getHooks(): { getBeforeCreateList(): string[]; getBeforeUpdateList(): string[] } | undefined;
    getPropertydependenciesMap(): { forEach(visit: (value: { getUrnsList(): string[] }, key: string) => void): void };
}

function registration(request: RegisterRequest, inputs: Record<string, unknown>, started: number): Registration {
    const propertyDependencies: Record<string, string[]> = {};
    request.getPropertydependenciesMap().forEach((value, key) => {
        const urns = value.getUrnsList();
        if (urns.length > 0) {
            propertyDependencies[key] = urns.map(resourceId).sort();
        }
    });
    const type = request.getType();
    const name = request.getName();
    const parent = request.getParent() ? resourceId(request.getParent()) : undefined;
    return {
        id: [parent?.split("::")[0], type].filter(Boolean).join("$") + `::${name}`,
        type,
        name,
        parent,
        custom: request.getCustom(),
        provider: request.getProvider() ? request.getProvider().split("::")[3] : undefined,
        inputs: plain(inputs) as Record<string, unknown>,
        inputsHash: createHash("sha256").update(JSON.stringify(inputs)).digest("hex"),
        hooks: {
            beforeCreate: request.getHooks()?.getBeforeCreateList() ?? [],
            beforeUpdate: request.getHooks()?.getBeforeUpdateList() ?? [],
        },
        replaceOnChanges: request.getReplaceonchangesList(),
        retainOnDelete: request.getRetainondelete() ?? false,
        dependencies: request.getDependenciesList().map(resourceId).sort(),
        propertyDependencies,
        started,
        finished: Number.POSITIVE_INFINITY,
    };
}

/** A resource's id: its URN without stack and project. */
export const resourceId = (urn: string): string => urn.split("::").slice(2).join("::");

/** Inputs as the wire has them, made plain. */
export function plain(value: unknown): unknown {
    if (value === unknownValue) {
        return "[unknown]";
    }
    if (Array.isArray(value)) {
        return value.map(plain);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    if ((value as Record<string, unknown>)[signature] === secretSignature) {
        return "[secret]";
    }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** The addresses of the stack's pools that no Service asks for. */
function* autoAssigned(settings: Settings): Generator<string, string> {
    const claimed = (...uses: string[]) =>
        addressClaims(settings).flatMap(({ text, use }) => (uses.includes(use) ? [text] : []));
    const taken = new Set(claimed("service", "reserved"));
    for (const { first, last } of claimed("pool").map(parseRange)) {
        for (let number = first; number <= last; number++) {
            if (!taken.has(formatAddress(number))) {
                yield formatAddress(number);
            }
        }
    }
    return "198.51.100.1";
}

/** The configuration with some settings changed. */
export function withSettings(config: RawConfig, changes: SettingChanges = {}): Record<string, string> {
    const changed: Record<string, string> = { ...config };
    for (const [path, value] of Object.entries(changes)) {
        const [component = "", setting] = path.split(".");
        const key = `noc:${component}`;
        const own = JSON.parse(changed[key] ?? "{}") as object;
        changed[key] = JSON.stringify(setting === undefined ? value : { ...own, [setting]: value });
    }
    return changed;
}

/** The texts within the secrets of inputs, as the wire has them. */
function secretsIn(value: unknown, inSecret = false): string[] {
    if (typeof value === "string") {
        return inSecret ? [value] : [];
    }
    if (typeof value !== "object" || value === null) {
        return [];
    }
    const secret = inSecret || (value as Record<string, unknown>)[signature] === secretSignature;
    return Object.entries(value).flatMap(([key, inner]) => (key === signature ? [] : secretsIn(inner, secret)));
}
