import { NetworkingV1Api, type V1Pod } from "@kubernetes/client-node";
import { expect } from "chai";
import { randomBytes } from "node:crypto";

import { type Deployed, deployed, eventually, unchecked } from "../../tests/deployed";
import { networkPolicySpec, tcp } from "../lib/network-policy";
import { imageReference } from "../lib/images";
import { runAs, unprivileged } from "../lib/pods";
import { images } from "../dns/versions";

/** The API server's Service: the one address that every cluster has, and that answers every pod. */
const target = ["$KUBERNETES_SERVICE_HOST", "$KUBERNETES_SERVICE_PORT"];

describe("network policies", function () {
    this.timeout(300_000);
    const name = `verify-${randomBytes(4).toString("hex")}`;
    const pods = { app: "policy-probe" };
    let stack: Deployed;
    let policies: NetworkingV1Api;

    before(async function () {
        stack = await deployed();
        if (!stack.settings.networkPolicies.enabled) {
            unchecked(this, "the stack installs no engine; whether the network plugin enforces policies is not known");
        }
        policies = stack.cluster.config.makeApiClient(NetworkingV1Api);
    });

    /** A pod that no policy but the denial selects. Its image is on the nodes already, or pulled for Redis anyway. */
    async function probe(namespace: string): Promise<V1Pod> {
        const container = {
            name: "probe",
            image: imageReference(images.redis, stack.settings.site),
            command: ["sleep", "600"],
            securityContext: unprivileged,
            resources: { limits: { memory: "32Mi" } },
        };
        const spec = {
            automountServiceAccountToken: false,
            restartPolicy: "Never",
            terminationGracePeriodSeconds: 0,
            securityContext: runAs(65534, 65534),
            containers: [container],
        };
        await stack.cluster.core.createNamespacedPod({ namespace, body: { metadata: { name, labels: pods }, spec } });
        return eventually(async () => {
            const pod = await stack.cluster.core.readNamespacedPod({ namespace, name });
            expect(pod.status?.phase, `${namespace}/${name}`).to.equal("Running");
            return pod;
        }, 90);
    }

    /** Whether the pod can open a connection to the API server. */
    const connects = (pod: V1Pod): Promise<boolean> =>
        stack.cluster
            .exec(pod, "probe", ["sh", "-c", `nc -w 2 ${target.join(" ")} </dev/null >/dev/null`])
            .then(() => true)
            .catch(() => false);

    async function check(namespace: string): Promise<void> {
        const pod = await probe(namespace);
        const becomes = (open: boolean, when: string) =>
            eventually(async () => {
                expect(await connects(pod), `${namespace}: ${when}, the connection is open`).to.equal(open);
            }, 60);
        const spec = networkPolicySpec({
            podSelector: pods,
            egress: [{ peers: "anyone", ports: [tcp(443), tcp(6443)] }],
        });
        try {
            await becomes(false, "by default");
            await policies.createNamespacedNetworkPolicy({ namespace, body: { metadata: { name }, spec } });
            await becomes(true, "with a policy that allows it");
            await policies.deleteNamespacedNetworkPolicy({ namespace, name });
            await becomes(false, "without that policy");
        } finally {
            await policies.deleteNamespacedNetworkPolicy({ namespace, name }).catch(() => undefined);
            await stack.cluster.core.deleteNamespacedPod({ namespace, name });
        }
    }

    it("are enforced in every namespace: what is denied does not connect, what is allowed does", async () => {
        const { items } = await policies.listNetworkPolicyForAllNamespaces({ labelSelector: "app=default-deny" });
        const namespaces = items.map(({ metadata }) => metadata?.namespace ?? "");
        expect(namespaces).to.include(stack.settings.site.namespace);
        await Promise.all(namespaces.map(check));
        console.log(`      in ${namespaces.sort().join(", ")}`);
    });
});
