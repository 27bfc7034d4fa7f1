import type * as pulumi from "@pulumi/pulumi";

import { refuseClaimChange } from "../lib/claim";
import { refuseVolumeChange } from "../lib/claim-template";
import type { Site } from "../lib/site";
import { namespaceName } from "./names";
import type { HarborSettings } from "./settings";

/** Hooks of the release that refuse a change of a volume which Kubernetes would refuse. */
export function volumeHooks({ sizes, trivy }: HarborSettings, site: Site): pulumi.ResourceHook[] {
    const wanted = (part: keyof HarborSettings["sizes"]) => ({
        key: `noc:harbor.sizes.${part}`,
        size: sizes[part],
        storageClass: site.storageClass,
        wayOut: 'see "Data" in components/harbor/runbook.md',
    });
    const named = (part: keyof HarborSettings["sizes"]) => ({
        name: `harbor-${part}`,
        namespace: namespaceName,
        kubeContext: site.kubeContext,
    });
    const claims = ["registry", "jobservice"] as const;
    const statefulSets = ["database", "redis", ...(trivy ? (["trivy"] as const) : [])] as const;
    return [
        ...claims.map((part) => refuseClaimChange(wanted(part), named(part))),
        ...statefulSets.map((part) => refuseVolumeChange(wanted(part), named(part))),
    ];
}
