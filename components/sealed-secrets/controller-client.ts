import type { V1Secret } from "@kubernetes/client-node";
import { expect } from "chai";

import { fetchForwarded } from "../../tools/cluster";
import { type Deployed, eventually } from "../../tests/deployed";
import { selectorOf } from "../lib/pods";
import { seal } from "./kubeseal-client";
import { controllerPods, httpPort } from "./values";

const namespace = "sealed-secrets";
const objects = { group: "bitnami.com", version: "v1alpha1", namespace, plural: "sealedsecrets" };

/** The deployed controller, its keys, and SealedSecrets in its namespace. */
export function sealedSecretsOf({ cluster }: Deployed) {
    const { core, custom } = cluster;
    const controllers = () => cluster.pods(namespace, selectorOf(controllerPods));

    /** The certificate that kubeseal would encrypt with. */
    async function certificate(): Promise<string> {
        const [pod] = await controllers();
        return cluster.whileForwarded(pod ?? expect.fail("no controller runs"), httpPort, async (url) =>
            (await fetchForwarded(`${url}/v1/cert.pem`)).text(),
        );
    }

    return {
        namespace,

        /** A SealedSecret whose key `value` is encrypted with the current certificate. */
        sealed: async (name: string, value: string) => ({
            apiVersion: "bitnami.com/v1alpha1",
            kind: "SealedSecret",
            metadata: { name, namespace },
            spec: { encryptedData: { value: seal(value, await certificate(), { namespace, name }) } },
        }),

        create: (body: object) => custom.createNamespacedCustomObject({ ...objects, body }),

        /** Deletes a SealedSecret and, as it owns it, its Secret. Succeeds if there is none. */
        remove: (name: string) => custom.deleteNamespacedCustomObject({ ...objects, name }).catch(() => undefined),

        /** The value that was decrypted, after waiting for it. */
        async value(name: string): Promise<string> {
            const { data } = await eventually(() => core.readNamespacedSecret({ namespace, name }), 120);
            return Buffer.from(data?.value ?? "", "base64").toString();
        },

        /** Why a SealedSecret could not be decrypted, after waiting for that. */
        failure: (name: string): Promise<string> =>
            eventually(async () => {
                const { status } = (await custom.getNamespacedCustomObject({ ...objects, name })) as {
                    status?: { conditions?: { status: string; message?: string }[] };
                };
                return (
                    status?.conditions?.find((condition) => condition.status === "False")?.message ??
                    expect.fail(`${name} has no failed condition`)
                );
            }, 120),

        keys: async (): Promise<V1Secret[]> => {
            const labelSelector = "sealedsecrets.bitnami.com/sealed-secrets-key";
            return (await core.listNamespacedSecret({ namespace, labelSelector })).items;
        },

        deleteKeys: async (keys: readonly V1Secret[]): Promise<void> => {
            for (const { metadata } of keys) {
                await core.deleteNamespacedSecret({ namespace, name: metadata?.name ?? "" });
            }
        },

        /** Creates those of the Secrets that do not exist. */
        async putKeys(keys: readonly V1Secret[]): Promise<void> {
            for (const { metadata, type, data } of keys) {
                const body = { metadata: { name: metadata?.name, labels: metadata?.labels }, type, data };
                await core.createNamespacedSecret({ namespace, body }).catch((error: unknown) => {
                    expect(String(error)).to.contain("AlreadyExists");
                });
            }
        },

        /** Replaces the controller's pod, which reads its keys only when it starts, and waits for the new one. */
        async restart(): Promise<void> {
            const old = (await controllers()).map(({ metadata }) => metadata?.name ?? "");
            await Promise.all(old.map((name) => core.deleteNamespacedPod({ namespace, name })));
            await eventually(async () => {
                const ready = (await controllers()).filter(
                    ({ metadata, status }) =>
                        !old.includes(metadata?.name ?? "") &&
                        status?.conditions?.some(
                            (condition) => condition.type === "Ready" && condition.status === "True",
                        ),
                );
                expect(ready, "controllers that are ready").not.to.deep.equal([]);
            }, 120);
        },
    };
}
