import * as pulumi from "@pulumi/pulumi";
import { setTimeout as sleep } from "node:timers/promises";

/** How often a call that MetalLB's webhook did not answer is made again. */
export const webhookAttempts = 30;

/**
 * Whether the error says that MetalLB's validating webhook could not be reached, which no other failure does.
 * For some seconds after its Deployment is ready, the API server has no route to it yet
 * (https://github.com/metallb/metallb/issues/1597).
 */
export function isWebhookNotReady(message: string): boolean {
    return /failed calling webhook "[a-z0-9]+\.metallb\.io"/.test(message);
}

/** Tries an operation again, every two seconds and for a minute at most, while the webhook cannot be reached. */
export function retryWhileWebhookStarts(pause: (ms: number) => Promise<unknown> = sleep): pulumi.ErrorHook {
    const attempts = new Map<string, number>();
    return new pulumi.ErrorHook("metallb-webhook-not-ready", async ({ urn, errors }) => {
        const attempt = (attempts.get(urn) ?? 0) + 1;
        attempts.set(urn, attempt);
        if (!isWebhookNotReady(errors[0] ?? "") || attempt > webhookAttempts) {
            return false;
        }
        await pause(2000);
        return true;
    });
}
