/** What all components know of the place they are deployed to, and the few things they do alike because of it. */
import type * as pulumi from "@pulumi/pulumi";

import type { Settings } from "../config/settings";

/** The settings that belong to no single component, and who hands out load-balancer addresses. */
export type Site = Settings["site"] & {
    /** Whether MetalLB does; the cluster's own load balancer otherwise. */
    readonly metallb: boolean;
};

/** The options of a component; what it depends on is a plain list, so that the component can choose what waits. */
export type ComponentOptions = Omit<pulumi.ComponentResourceOptions, "dependsOn"> & {
    dependsOn?: readonly pulumi.Resource[];
};

/**
 * The reference to pull an image by: its own, or the same path at the site's mirror.
 * @param image reference with registry and tag, as in config/versions.ts.
 */
export function imageReference(image: string, site: Site): string {
    const { repository, tag } = splitImage(image, site);
    return `${repository}:${tag}`;
}

/** The reference in the two parts that charts ask for. */
export function splitImage(
    image: string,
    site: Site,
): { registry: string; path: string; repository: string; tag: string } {
    const [, ownRegistry = "", path = "", tag = ""] = /^([^/]+)\/(.+):([^:]+)$/.exec(image) ?? [];
    const registry = site.imageMirror ?? ownRegistry;
    return { registry, path, repository: `${registry}/${path}`, tag };
}

/** The labels of an object. Select pods by `app` alone: selectors cannot change. */
export function labels(app: string): Record<string, string> {
    return {
        app,
        "app.kubernetes.io/name": app,
        "app.kubernetes.io/part-of": "k8s-noc",
        "app.kubernetes.io/managed-by": "pulumi",
    };
}

/** The security context of a container that needs no privilege at all, as the `restricted` pod security standard asks. */
export const unprivileged = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
};

/** The security context of a pod that runs as the given user, never as root. */
export function runAs(user: number, group: number) {
    return {
        runAsNonRoot: true,
        runAsUser: user,
        runAsGroup: group,
        fsGroup: group,
        seccompProfile: { type: "RuntimeDefault" },
    };
}
