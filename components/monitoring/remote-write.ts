/** Where Prometheus sends its samples besides keeping them. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { RemoteWrite } from "../lib/monitoring-spec";
import { labels } from "../lib/pods";
import { namespaceName } from "./crds";

/** Keys of the Secret with a destination's user and password. */
const keys = { user: "user", token: "token" } as const;

/** Makes the Secret of a destination, and returns the destination as the operator has it. */
export function remoteWriteSpec(destination: RemoteWrite, opts: pulumi.CustomResourceOptions): Record<string, unknown> {
    const { name, url, user, token, names } = destination;
    const secret = `remote-write-${name}`;
    const { metadata } = new k8s.core.v1.Secret(
        secret,
        {
            metadata: { name: secret, namespace: namespaceName, labels: labels(secret) },
            stringData: { [keys.user]: user, [keys.token]: token },
        },
        opts,
    );
    const of = (key: string) => ({ name: metadata.name, key });
    return {
        name,
        url,
        basicAuth: { username: of(keys.user), password: of(keys.token) },
        writeRelabelConfigs: [
            ...(names === undefined ? [] : [{ sourceLabels: ["__name__"], regex: names, action: "keep" }]),
            ...Object.entries(destination.labels).map(([targetLabel, replacement]) => ({ targetLabel, replacement })),
        ],
    };
}
