import * as pulumi from "@pulumi/pulumi";
import { setTimeout as sleep } from "node:timers/promises";

/** How often a request is repeated if the API server cannot call the webhook. */
export const webhookAttempts = 30;
/** Time between two attempts, in milliseconds. */
const webhookPause = 2000;

/**
 * Whether the API server could not call a webhook of this domain. That a webhook was called and refused the object is a
 * different error.
 * @param domain the last part of the webhook's name, such as `metallb.io`.
 */
export function isWebhookUnreachable(domain: string, message: string): boolean {
    const [, webhook = ""] = /failed calling webhook "([a-z0-9.-]+)"/.exec(message) ?? [];
    return webhook === domain || webhook.endsWith(`.${domain}`);
}

/**
 * Repeats an operation every two seconds, for a minute at most, while the API server cannot call a webhook. It has no
 * route to the webhook for some seconds after the webhook's Deployment has become ready
 * (https://github.com/metallb/metallb/issues/1597).
 * @param owner name of the component. The engine requires a different name for every hook.
 */
export function retryWhileWebhookStarts(
    { domain, owner }: { domain: string; owner: string },
    pause: (ms: number) => Promise<unknown> = sleep,
): pulumi.ErrorHook {
    const attempts = new Map<string, number>();
    return new pulumi.ErrorHook(`webhook-unreachable-${owner}-${domain}`, async ({ urn, errors }) => {
        const attempt = (attempts.get(urn) ?? 0) + 1;
        attempts.set(urn, attempt);
        if (!isWebhookUnreachable(domain, errors[0] ?? "") || attempt > webhookAttempts) {
            return false;
        }
        await pause(webhookPause);
        return true;
    });
}

/** The same for a request that a hook makes itself. */
export async function repeatWhileWebhookStarts(domain: string, request: () => Promise<unknown>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
        try {
            await request();
            return;
        } catch (error) {
            if (!isWebhookUnreachable(domain, String(error)) || attempt > webhookAttempts) {
                throw error;
            }
            await sleep(webhookPause);
        }
    }
}
