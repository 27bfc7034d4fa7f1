/** The resource graph of a run: who waits for whom, and which addresses flow where. */
import { type Registration, requestedAddress, type Run } from "./mock-engine";

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
                kind: kindOf(resource),
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

/** An edge of the graph along which a Service's address flows. */
export interface AddressEdge {
    readonly from: Registration;
    readonly address: string;
    readonly to: Registration;
    /** The input that it flows into. */
    readonly property: string;
}

/** Where a Service's address is an input of another resource. */
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

/** The same in words. */
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
