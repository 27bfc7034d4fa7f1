/** The resource graph of a run: who waits for whom, and which addresses flow where. */
import { parseAddress } from "../config/addresses";
import type { Registration, Run } from "./mock-engine";

/** A custom resource and what it waits for. */
export interface Node {
    readonly id: string;
    readonly kind: string;
    readonly name: string;
    /** Name of the component that it belongs to, if any. */
    readonly component?: string;
    /** The resources that it waits for itself, without those that these wait for anyway. */
    readonly after: readonly string[];
}

/** An address that one resource yields and another is configured with. */
export interface AddressFlow {
    readonly from: string;
    readonly address: string;
    readonly to: string;
}

/** The custom resources, with the waits of their components as their own. */
export function nodes({ resources }: Run): Node[] {
    const byId = new Map(resources.map((resource) => [resource.id, resource]));
    const all = new Map(resources.map((resource) => [resource.id, ancestors(resource, byId)]));
    return resources
        .filter(({ custom }) => custom)
        .map((resource) => {
            const waits = [...(all.get(resource.id) ?? [])];
            const indirect = new Set(waits.flatMap((id) => [...reachable(id, all)]));
            return {
                id: resource.id,
                kind: resource.type.split(":").at(-1) ?? "",
                name: resource.name,
                component: resource.parent && byId.get(resource.parent)?.name,
                after: waits.filter((id) => !indirect.has(id)),
            };
        });
}

/** The resources in waves: each needs only what earlier waves hold. */
export function deploymentWaves(run: Run): Node[][] {
    const waves: Node[][] = [];
    let rest = nodes(run);
    const done = new Set<string>();
    while (rest.length > 0) {
        const wave = rest.filter(({ after }) => after.every((id) => done.has(id)));
        if (wave.length === 0) {
            throw new Error(`a cycle: ${rest.map(({ id }) => id).join(", ")}`);
        }
        wave.forEach(({ id }) => done.add(id));
        rest = rest.filter(({ id }) => !done.has(id));
        waves.push(wave);
    }
    return waves;
}

/** Where a Service's address is an input of another resource. */
export function addressFlows({ resources }: Run): AddressFlow[] {
    return resources
        .filter(({ custom }) => custom)
        .flatMap((resource) =>
            Object.entries(resource.propertyDependencies).flatMap(([property, ids]) =>
                ids
                    .filter((id) => id.startsWith("kubernetes:core/v1:Service::"))
                    .flatMap((id) => {
                        const service = resources.find((r) => r.id === id);
                        return service
                            ? [
                                  {
                                      from: `Service ${service.name}`,
                                      address: addressOf(service),
                                      to: `${resource.type.split(":").at(-1) ?? ""} ${resource.name} (${property})`,
                                  },
                              ]
                            : [];
                    }),
            ),
        );
}

function addressOf({ inputs }: Registration): string {
    const { spec, metadata } = inputs as {
        spec: { type?: string; loadBalancerIP?: string };
        metadata: { annotations?: Record<string, string> };
    };
    const asked = metadata.annotations?.["metallb.io/loadBalancerIPs"] ?? spec.loadBalancerIP;
    return spec.type === "LoadBalancer" ? (asked ? formatAsked(asked) : "any free address") : "its cluster address";
}

const formatAsked = (text: string): string => String(parseAddress(text).getFirst());

/** The custom resources that a resource and its components wait for. */
function ancestors(resource: Registration, byId: Map<string, Registration>): Set<string> {
    const own = [...resource.dependencies, ...Object.values(resource.propertyDependencies).flat()];
    const parent = resource.parent && byId.get(resource.parent);
    return new Set([...own.filter((id) => byId.get(id)?.custom), ...(parent ? ancestors(parent, byId) : [])]);
}

function reachable(id: string, all: Map<string, Set<string>>): Set<string> {
    const seen = new Set<string>();
    const visit = (next: string) => {
        for (const before of all.get(next) ?? []) {
            if (!seen.has(before)) {
                seen.add(before);
                visit(before);
            }
        }
    };
    visit(id);
    return seen;
}
