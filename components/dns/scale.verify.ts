import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";

import { environment } from "../../config/environment";
import { ask, retransmission } from "./dns-client";
import { type Deployed, deployed, eventually, unchecked } from "../../tests/deployed";

const name = "unbound";

describe(`DNS with ${environment.replicas} replicas`, () => {
    let stack: Deployed;
    let server: string;
    let namespace: string;

    before(async function () {
        stack = await deployed();
        server = stack.outputs.dnsAddress ?? unchecked(this, "DNS is switched off");
        namespace = stack.settings.site.namespace;
    });

    // Back to the stack's number, so that the next `up` has nothing to change.
    after(() => scaleTo(stack.settings.dns.replicas));

    async function scaleTo(replicas: number): Promise<void> {
        await stack.cluster.scale("Deployment", { name, namespace }, replicas);
        await eventually(async () => {
            const { status } = await stack.cluster.apps.readNamespacedDeployment({ name, namespace });
            expect([status?.readyReplicas, status?.replicas]).to.deep.equal([replicas, replicas]);
        }, 90);
    }

    it("answers every query while it scales up and down", async () => {
        let scaling = true;
        const lost: string[] = [];
        let answered = 0;
        let retransmitted = 0;
        const asking = (async () => {
            while (scaling) {
                const started = Date.now();
                await ask(server, "health.noc.internal")
                    .then(({ rcode }) => (rcode === "NOERROR" ? answered++ : lost.push(rcode)))
                    .catch((error: unknown) => lost.push(String(error)));
                retransmitted += Number(Date.now() - started >= retransmission);
                await sleep(20);
            }
        })();
        await scaleTo(environment.replicas);
        await scaleTo(1);
        await scaleTo(environment.replicas);
        scaling = false;
        await asking;
        console.log(`      ${answered} queries answered, ${retransmitted} of them only after a retransmission`);
        expect(lost, `of ${answered + lost.length} queries`).to.deep.equal([]);
    });

    it("answers from every pod", async () => {
        const pods = await stack.cluster.pods(namespace, `app=${name}`);
        expect(pods).to.have.length(environment.replicas);
        for (const pod of pods) {
            const forward = await stack.cluster.forward(pod, 1053);
            try {
                expect(
                    (await ask("127.0.0.1", "health.noc.internal", "A", { tcp: true, port: forward.port })).rcode,
                ).to.equal("NOERROR");
            } finally {
                forward.close();
            }
        }
    });

    it("shares the cache: a name that every pod was asked for is in Redis once", async function () {
        const label = `noc-${Date.now()}.example.com`;
        const rcodes: string[] = [];
        for (const pod of await stack.cluster.pods(namespace, `app=${name}`)) {
            const forward = await stack.cluster.forward(pod, 1053);
            rcodes.push(
                (await ask("127.0.0.1", label, "A", { tcp: true, port: forward.port }).finally(forward.close)).rcode,
            );
        }
        if (rcodes.includes("SERVFAIL")) {
            unchecked(this, "no internet, and nobody to forward example.com to");
        }
        const [redis] = await stack.cluster.pods(namespace, "app=redis");
        const script =
            "local n=0 for _,k in ipairs(redis.call('keys','*')) do if string.find(redis.call('get',k),ARGV[1],1,true) then n=n+1 end end return n";
        const found = await stack.cluster.exec(redis ?? expect.fail("no Redis pod runs"), "redis", [
            "redis-cli",
            "--user",
            "operator",
            "eval_ro",
            script,
            "0",
            label.split(".")[0] ?? "",
        ]);
        expect(Number(found)).to.equal(1);
    });
});
