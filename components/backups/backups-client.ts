/** Makes and fetches backups of the deployed stack, for the suites that check them. */
import { BatchV1Api, type V1Job, type V1PodSpec } from "@kubernetes/client-node";
import { expect } from "chai";
import { randomBytes } from "node:crypto";

import { type Deployed, eventually } from "../../tests/deployed";

const finished = ({ status }: V1Job, type: string): boolean =>
    status?.conditions?.some((condition) => condition.type === type && condition.status === "True") ?? false;

/** Runs a CronJob now and waits until it has succeeded. Returns the log of the container that stores. */
export async function backUpNow({ cluster }: Deployed, namespace: string, cronjob: string): Promise<string> {
    const batch = cluster.config.makeApiClient(BatchV1Api);
    const { spec } = await batch.readNamespacedCronJob({ namespace, name: cronjob });
    const name = `${cronjob}-verify-${randomBytes(3).toString("hex")}`;
    const { metadata, spec: jobSpec } = spec?.jobTemplate ?? expect.fail(`${cronjob} has no template`);
    await batch.createNamespacedJob({
        namespace,
        body: { metadata: { name, labels: metadata?.labels }, spec: jobSpec },
    });
    try {
        await eventually(async () => {
            const job = await batch.readNamespacedJob({ namespace, name });
            expect(finished(job, "Complete") || finished(job, "Failed"), `${name} has ended`).to.equal(true);
        }, 180);
        const { items } = await cluster.core.listNamespacedPod({ namespace, labelSelector: `job-name=${name}` });
        const pod = items.at(-1)?.metadata?.name ?? expect.fail(`${name} has made no pod`);
        const log = await cluster.core.readNamespacedPodLog({ namespace, name: pod, container: "store" });
        expect(finished(await batch.readNamespacedJob({ namespace, name }), "Complete"), log).to.equal(true);
        return log;
    } finally {
        await batch.deleteNamespacedJob({ namespace, name, propagationPolicy: "Background" });
    }
}

/**
 * Starts a pod like those of the Deployment `restore`, hands it over, and deletes it.
 * @param change what the pod is to have beside.
 */
export async function inRestorePod<T>(
    { cluster }: Deployed,
    namespace: string,
    change: (spec: V1PodSpec) => V1PodSpec,
    use: (exec: (container: string, command: string[]) => Promise<string>) => Promise<T>,
): Promise<T> {
    const { spec } = await cluster.apps.readNamespacedDeployment({ namespace, name: "restore" });
    const template = spec?.template.spec ?? expect.fail("the Deployment restore has no template");
    const name = `restore-drill-${randomBytes(3).toString("hex")}`;
    // Not the Deployment's labels: it would adopt the pod, and delete it.
    const metadata = { name, labels: { app: "backup", "k8s-noc/backup": "drill" } };
    await cluster.core.createNamespacedPod({
        namespace,
        body: { metadata, spec: change(Object.assign({}, template, { restartPolicy: "Never" })) },
    });
    try {
        const pod = await eventually(async () => {
            const read = await cluster.core.readNamespacedPod({ namespace, name });
            expect(read.status?.phase, `${name}: ${JSON.stringify(read.status?.initContainerStatuses)}`).to.equal(
                "Running",
            );
            return read;
        }, 120);
        return await use((container, command) => cluster.exec(pod, container, command));
    } finally {
        await cluster.core.deleteNamespacedPod({ namespace, name });
    }
}
