import type { V1Pod } from "@kubernetes/client-node";
import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";

import { environment } from "../../config/environment";
import { type Answer, ask, retransmission } from "./dns-client";
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
            expect((await askPod(pod, "health.noc.internal")).rcode).to.equal("NOERROR");
        }
    });

    const askPod = (pod: V1Pod, query: string): Promise<Answer> =>
        stack.cluster.whileForwarded(pod, 1053, (_, port) => ask("127.0.0.1", query, "A", { tcp: true, port }));

    /** How many queries Redis has answered in place of the pod's own cache. */
    async function answeredByRedis(pod: V1Pod): Promise<number> {
        const command = ["/usr/sbin/unbound-control", "-c", "/config/unbound.conf", "stats_noreset"];
        const statistics = await stack.cluster.exec(pod, name, command);
        return Number(/^num\.query\.cachedb=(\d+)$/m.exec(statistics)?.[1] ?? expect.fail("Unbound counts no cachedb"));
    }

    /** The time to live of the first record, in seconds. If the name does not exist, of the SOA record that says so. */
    const ttlOf = ({ answers, authorities }: Answer): number => {
        const [record] = [...(answers ?? []), ...(authorities ?? [])];
        return record && "ttl" in record ? (record.ttl ?? 0) : expect.fail("the answer has no record");
    };

    it("answers from Redis what another pod has looked up, with the lifetime that is left", async function () {
        const [first, second] = await stack.cluster.pods(namespace, `app=${name}`);
        if (!first || !second) {
            unchecked(this, "there is one pod");
        }
        const query = `noc-${Date.now()}.example.com`;
        const lookedUp = await askPod(first, query);
        if (lookedUp.rcode === "SERVFAIL") {
            unchecked(this, "no internet, and nobody to forward example.com to");
        }
        const waited = 3;
        await sleep(waited * 1000);
        const before = await answeredByRedis(second);
        const shared = await askPod(second, query);
        expect(shared.rcode).to.equal(lookedUp.rcode);
        expect(await answeredByRedis(second)).to.be.above(before);
        // Both count in whole seconds.
        expect(ttlOf(shared))
            .to.be.above(0)
            .and.at.most(ttlOf(lookedUp) - waited + 1);
    });
});
