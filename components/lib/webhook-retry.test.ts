import { expect } from "chai";

import { stackRun } from "../../tests/support";
import { isWebhookUnreachable, retryWhileWebhookStarts, webhookAttempts } from "./webhook-retry";

describe("the retry while a webhook starts", () => {
    const domain = "metallb.io";
    const unreachable =
        'Internal error occurred: failed calling webhook "ipaddresspoolvalidationwebhook.metallb.io": failed to call webhook: Post "https://metallb-webhook-service.metallb-system.svc:443/…": connect: connection refused';
    const refused = 'admission webhook "ipaddresspoolvalidationwebhook.metallb.io" denied the request: overlaps';
    const operation = (message: string) => ({ urn: "urn:pool", errors: [message] }) as never;

    before(() => stackRun("poc")); // an ErrorHook registers itself with the engine

    it("recognises only a webhook of its domain that cannot be called", () => {
        expect(isWebhookUnreachable(domain, unreachable)).to.equal(true);
        expect(isWebhookUnreachable("cert-manager.io", 'failed calling webhook "webhook.cert-manager.io"')).to.equal(
            true,
        );
        expect(isWebhookUnreachable(domain, refused)).to.equal(false);
        expect(isWebhookUnreachable(domain, 'failed calling webhook "validate.nginx.ingress.kubernetes.io"')).to.equal(
            false,
        );
        expect(isWebhookUnreachable(domain, 'failed calling webhook "webhook.notmetallb.io"')).to.equal(false);
        expect(isWebhookUnreachable(domain, "configured Kubernetes cluster is unreachable")).to.equal(false);
    });

    it("ends after a bounded number of attempts", async () => {
        let pauses = 0;
        const hook = retryWhileWebhookStarts({ domain, owner: "a" }, () => Promise.resolve(pauses++));
        for (let i = 0; i < webhookAttempts; i++) {
            expect(await hook.callback(operation(unreachable))).to.equal(true);
        }
        expect(await hook.callback(operation(unreachable))).to.equal(false);
        expect(pauses).to.equal(webhookAttempts);
    });

    it("does not repeat an operation that a webhook refused", async () => {
        const hook = retryWhileWebhookStarts({ domain, owner: "b" }, () => expect.fail("it paused"));
        expect(await hook.callback(operation(refused))).to.equal(false);
    });
});
