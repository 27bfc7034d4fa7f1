import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { authoritySecret } from "./issuers";
import { namespaceName } from "./values";

/**
 * The certificate of the authority, in PEM, once cert-manager has signed it. The Secret is not made a resource of the
 * stack, because its private key would come into the state. Unknown where there is no cluster to ask: in a preview, and
 * in a run without an engine.
 */
export function publicPart(certificate: k8s.apiextensions.CustomResource, kubeContext: string): pulumi.Output<string> {
    return certificate.id.apply(async () =>
        pulumi.runtime.isDryRun() || !pulumi.runtime.hasEngine()
            ? (pulumi.unknown as string)
            : await readCertificate(kubeContext),
    );
}

async function readCertificate(kubeContext: string): Promise<string> {
    const { CoreV1Api, KubeConfig } = await import("@kubernetes/client-node");
    const config = new KubeConfig();
    config.loadFromDefault();
    config.setCurrentContext(kubeContext);
    const secret = { name: authoritySecret, namespace: namespaceName };
    const { data } = await config.makeApiClient(CoreV1Api).readNamespacedSecret(secret);
    return Buffer.from(data?.["tls.crt"] ?? "", "base64").toString();
}
