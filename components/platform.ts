import type * as pulumi from "@pulumi/pulumi";

import type { Component, ComponentDefinition, ComponentOptions, Context } from "./lib/component";
import {
    addressClaims,
    deployedNamespaces,
    enabledComponents,
    componentNamespaces,
    requestedHosts,
    type Settings,
    settingsOf,
} from "./settings";

/** What the components of the list are made with: the site, and those made before. */
export interface PlatformContext extends Pick<Context, "site" | "operatorCrds"> {
    readonly made: readonly Component[];
}

/** Makes the enabled components that all others are made after. */
export const createFoundation = (
    settings: Settings,
    { site }: Pick<Context, "site">,
    opts: ComponentOptions,
): Component[] => createAll(settings, { site, made: [] }, opts, ({ foundation = false }) => foundation);

/** Makes every enabled component that `index.ts` does not make by hand, each after those that it needs. */
export const createPlatform = (settings: Settings, context: PlatformContext, opts: ComponentOptions): Component[] =>
    createAll(settings, context, opts, ({ foundation = false }) => !foundation);

function createAll(
    settings: Settings,
    { made, ...context }: PlatformContext,
    { dependsOn = [], ...opts }: ComponentOptions,
    chosen: (definition: ComponentDefinition) => boolean,
): Component[] {
    const byName = new Map(made.map((component) => [nameOf(component), component]));
    const component = (name: string) => byName.get(name);
    const stack: Omit<Context, "site" | "operatorCrds" | "component" | "created"> = {
        read: (definition) => settingsOf(settings, definition),
        addresses: addressClaims(settings),
        namespaces: deployedNamespaces(settings),
        hosts: requestedHosts(settings),
    };
    return enabledComponents(settings)
        .filter(chosen)
        .flatMap((definition) => {
            const { name, needs = [] } = definition;
            if (!definition.create) {
                return [];
            }
            const created = definition.create(
                settingsOf(settings, definition),
                { ...context, ...stack, component, created: [...byName.values()] },
                { ...opts, dependsOn: [...dependsOn, ...needs.flatMap((need) => component(need) ?? [])] },
            );
            byName.set(name, created);
            return [created];
        });
}

/**
 * Hands every component what the others ask of it.
 * @param shared the namespaces that no component makes itself, by their names.
 */
export function fulfilRequests(
    settings: Settings,
    made: readonly Component[],
    shared: Readonly<Record<string, pulumi.Resource>>,
): void {
    const namespaces = new Map<string, pulumi.Resource>(Object.entries(shared));
    const hosts = requestedHosts(settings);
    const requests = enabledComponents(settings).flatMap((definition) => {
        const component = made.find((one) => nameOf(one) === definition.name);
        if (!component) {
            return [];
        }
        const own = settingsOf(settings, definition);
        if (component.namespace) {
            const { namespace } = component;
            componentNamespaces(settings, definition).forEach((name) => namespaces.set(name, namespace));
        }
        return [
            {
                component,
                hosts: definition.hosts?.(own, settings.site) ?? [],
                certificates: definition.certificates?.(own, settings.site, hosts) ?? [],
                namespace: (name: string) => namespaces.get(name),
            },
        ];
    });
    made.forEach((component) => component.fulfil?.(requests));
}

const nameOf = ({ monitoring }: Component): string => monitoring.component;
