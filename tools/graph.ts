/** The resource graph of a run: which resources depend on which, and which inputs contain a Service's address. */
import { type Registration, requestedAddress, type Run } from "./mock-engine";

/** A custom resource and its dependencies. */
export interface Node {
    readonly id: string;
    readonly kind: string;
    readonly name: string;
    /** Name of its component, if it has one. */
    readonly component?: string;
    /** Ids of its direct dependencies, without those that are also indirect. */
    readonly after: readonly string[];
}

/** A Service's address in the inputs of another resource, as text. */
export interface AddressFlow {
    readonly from: string;
    readonly address: string;
    readonly to: string;
}

/** The custom resources. What a component depends on counts as a dependency of each of its resources. */
export function nodes({ resources }: Run): Node[] {
    const byId = new Map(resources.map((resource) => [resource.id, resource]));
    const all = new Map(resources.map((resource) => [resource.id, ancestors(resource, byId)]));
    return resources
        .filter(({ custom }) => custom)
        .map((resource) => {
            const dependencies = [...(all.get(resource.id) ?? [])];
            const indirect = new Set(dependencies.flatMap((id) => [...reachable(id, all)]));
            return {
                id: resource.id,
                kind: kindOf(resource),
                name: resource.name,
                component: resource.parent && byId.get(resource.parent)?.name,
                after: dependencies.filter((id) => !indirect.has(id)),
            };
        });
}

/** The resources in waves. All dependencies of a resource are in earlier waves. */
export function deploymentWaves(run: Run): Node[][] {
    const waves: Node[][] = [];
    let rest = nodes(run);
    const done = new Set<string>();
    while (rest.length > 0) {
        const wave = rest.filter(({ after }) => after.every((id) => done.has(id)));
        if (wave.length === 0) {
            throw new Error(`the resources depend on each other in a cycle: ${rest.map(({ id }) => id).join(", ")}`);
        }
        wave.forEach(({ id }) => done.add(id));
        rest = rest.filter(({ id }) => !done.has(id));
        waves.push(wave);
    }
    return waves;
}

/** A dependency on a Service's address. */
export interface AddressEdge {
    readonly from: Registration;
    readonly address: string;
    readonly to: Registration;
    /** The input that contains the address. */
    readonly property: string;
}

/** All dependencies on Services' addresses. */
export function addressEdges({ resources }: Run): AddressEdge[] {
    const services = new Map(
        resources.filter(({ type }) => type === "kubernetes:core/v1:Service").map((service) => [service.id, service]),
    );
    return resources
        .filter(({ custom }) => custom)
        .flatMap((to) =>
            Object.entries(to.propertyDependencies).flatMap(([property, ids]) =>
                ids.flatMap((id) => {
                    const from = services.get(id);
                    return from ? [{ from, address: addressOf(from), to, property }] : [];
                }),
            ),
        );
}

/** All dependencies on Services' addresses, as text. */
export function addressFlows(run: Run): AddressFlow[] {
    return addressEdges(run).map(({ from, address, to, property }) => ({
        from: `Service ${from.name}`,
        address,
        to: `${kindOf(to)} ${to.name} (${property})`,
    }));
}

const kindOf = ({ type }: Registration): string => type.split(":").at(-1) ?? "";

function addressOf({ inputs }: Registration): string {
    const { type } = inputs.spec as { type?: string };
    return type === "LoadBalancer" ? (requestedAddress(inputs) ?? "any free address") : "its cluster address";
}

/** The custom resources that a resource and its components depend on. */
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
