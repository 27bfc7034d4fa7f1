import * as pulumi from "@pulumi/pulumi";

/**
 * An error whose message is all that the person at the terminal needs: the engine prints it alone.
 * It has no stack: the engine's host colours an error's stack even where it does not show it, and Node 20.20 takes
 * half a minute and gigabytes over the SDK's frames (https://github.com/nodejs/node/issues/64011).
 */
export function runError(message: string): pulumi.RunError {
    const error = new pulumi.RunError(message);
    error.stack = undefined;
    return error;
}
