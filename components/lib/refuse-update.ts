import * as pulumi from "@pulumi/pulumi";

import { runError } from "../../config/run-error";

/**
 * Refuses a resource's update, in the preview already, if it would change what cannot be changed.
 * @param name the engine requires a different one for every hook.
 * @param read reads what is deployed.
 * @param problemOf what is wrong with the settings, given what is deployed: key, value and way out.
 */
export function refuseUpdate<Deployed>(
    name: string,
    read: () => Promise<Deployed>,
    problemOf: (deployed: Deployed) => string | undefined,
): pulumi.ResourceHook {
    const refuse = async () => {
        // A preview needs no cluster, and an update without one fails by itself.
        const problem = await read().then(problemOf, () => undefined);
        if (problem !== undefined) {
            throw runError(problem);
        }
    };
    return new pulumi.ResourceHook(name, refuse, { onDryRun: true });
}
