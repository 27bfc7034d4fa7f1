import { imageParts } from "../lib/images";
import type { Site } from "../lib/site";
import type { CertManagerSettings } from "./settings";

export const namespaceName = "cert-manager";
export const metricsPort = 9402;
export const webhookPort = 10250;

const instance = { "app.kubernetes.io/instance": "cert-manager" };
/** Labels of the pods, by their part. */
export const pods = {
    all: instance,
    controller: { ...instance, "app.kubernetes.io/component": "controller" },
    webhook: { ...instance, "app.kubernetes.io/component": "webhook" },
};

/** The values of the chart, for its versions from v1.13 on. */
export function certManagerValues({ version, replicas }: CertManagerSettings, site: Site): Record<string, unknown> {
    const part = (image: string, memory: { request: string; limit: string }) => ({
        ...mirrored(image, site),
        replicaCount: replicas,
        podDisruptionBudget: { enabled: replicas > 1, minAvailable: 1 },
        resources: { requests: { cpu: "10m", memory: memory.request }, limits: { memory: memory.limit } },
        containerSecurityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
        },
    });
    return {
        ...crdValues(version),
        // Its default is kube-system, where it would need a role.
        global: { leaderElection: { namespace: namespaceName } },
        ...part("controller", { request: "64Mi", limit: "256Mi" }),
        webhook: { ...part("webhook", { request: "32Mi", limit: "96Mi" }), securePort: webhookPort },
        cainjector: part("cainjector", { request: "64Mi", limit: "256Mi" }),
        acmesolver: mirrored("acmesolver", site),
        // It waits for the webhook, and fails the whole installation when that takes more than a minute.
        // What needs the webhook is repeated until it answers; see index.ts.
        startupapicheck: { enabled: false },
        // Challenges are checked through the cluster's DNS alone: the network policy lets no other query out.
        dns01RecursiveNameserversOnly: true,
        prometheus: { enabled: true, servicemonitor: { enabled: false } },
    };
}

/** The CRDs outlive the release, and with them the Certificates of others. Before v1.15 the chart cannot do that. */
function crdValues(version: string): Record<string, unknown> {
    const [major = 0, minor = 0] = version.slice(1).split(".").map(Number);
    return major > 1 || minor >= 15 ? { crds: { enabled: true, keep: true } } : { installCRDs: true };
}

const mirrored = (name: string, site: Site) =>
    site.imageMirror
        ? { image: { repository: imageParts(`quay.io/jetstack/cert-manager-${name}`, site).repository } }
        : {};
