import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { kubeClients } from "../lib/kube-client";
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
    const { core } = await kubeClients(kubeContext);
    const { data } = await core.readNamespacedSecret({ name: authoritySecret, namespace: namespaceName });
    return Buffer.from(data?.["tls.crt"] ?? "", "base64").toString();
}
