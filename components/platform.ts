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
    const byName = new Map(made.map((component) => [component.monitoring.component, component]));
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
