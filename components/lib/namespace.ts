import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { labels } from "./pods";

/** A level of https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
export type PodSecurity = "privileged" | "baseline" | "restricted";

/**
 * The version of the Pod Security Standards, so that an upgrade of the cluster does not begin to refuse pods. A cluster
 * that is older applies its own newest version.
 */
const podSecurityVersion = "v1.34";

/** A namespace for pods of this stack. */
export interface PodNamespaceOptions {
    readonly name: string;
    /** Name of the resource and value of the `app` label. Defaults to the namespace's own name. */
    readonly resourceName?: string;
    readonly podSecurity: PodSecurity;
}

/** Makes a namespace that admits only pods of the given level, and warns whoever applies any other. */
export function podNamespace(
    { name, resourceName = name, podSecurity }: PodNamespaceOptions,
    opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Namespace {
    const levels = ["enforce", "audit", "warn"].flatMap((mode): [string, string][] => [
        [`pod-security.kubernetes.io/${mode}`, podSecurity],
        [`pod-security.kubernetes.io/${mode}-version`, podSecurityVersion],
    ]);
    const metadata = { name, labels: { ...labels(resourceName), ...Object.fromEntries(levels) } };
    return new k8s.core.v1.Namespace(resourceName, { metadata }, opts);
}
