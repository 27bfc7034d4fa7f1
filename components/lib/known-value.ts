import type * as pulumi from "@pulumi/pulumi";

/**
 * The value of an output; undefined if it is not known, as in a preview or where the engine was told to leave its
 * resource out (`--target`). The SDK runs no `apply` on such an output, so a promise of it would never resolve.
 */
export async function knownValue<T>(output: pulumi.Output<T> | undefined): Promise<T | undefined> {
    const { isKnown } = (output ?? {}) as { isKnown?: Promise<boolean> };
    return output && (await isKnown) ? new Promise<T>((resolve) => output.apply(resolve)) : undefined;
}
