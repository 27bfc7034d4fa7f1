import type * as pulumi from "@pulumi/pulumi";

import type { Component, ComponentOptions, Context } from "./lib/component";
import { enabledComponents, type Settings, settingsOf } from "./settings";

/** What the components of the list are made with: the site, and those made by hand before. */
export interface PlatformContext extends Omit<Context, "component"> {
    readonly made: readonly Component[];
}

/** Makes every enabled component that `index.ts` does not make by hand, each after those that it needs. */
export function createPlatform(
    settings: Settings,
    { made, ...context }: PlatformContext,
    opts: Omit<ComponentOptions, "dependsOn">,
): Component[] {
    const byName = new Map(made.map((component) => [nameOf(component), component]));
    const component = (name: string) => byName.get(name);
    return enabledComponents(settings).flatMap((definition) => {
        const { name, needs = [] } = definition;
        if (!definition.create) {
            return [];
        }
        const dependsOn = needs.flatMap((need) => component(need) ?? []);
        const created = definition.create(
            settingsOf(settings, definition),
            { ...context, component },
            { ...opts, dependsOn },
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
    const requests = enabledComponents(settings).flatMap((definition) => {
        const component = made.find((one) => nameOf(one) === definition.name);
        if (!component) {
            return [];
        }
        const own = settingsOf(settings, definition);
        if (component.namespace) {
            const { namespace } = component;
            definition.namespaces(own, settings.site).forEach((name) => namespaces.set(name, namespace));
        }
        return [
            {
                component,
                certificates: definition.certificates?.(own, settings.site) ?? [],
                namespace: (name: string) => namespaces.get(name),
            },
        ];
    });
    made.forEach((component) => component.fulfil?.(requests));
}

const nameOf = ({ monitoring }: Component): string => monitoring.component;
