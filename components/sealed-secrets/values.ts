import { splitImage } from "../lib/images";
import { unprivileged } from "../lib/pods";
import type { Site } from "../lib/site";
import type { SealedSecretsSettings } from "./settings";
import { images } from "./versions";

/** Name of the Deployment and of its Service: the one that `kubeseal` looks for if it is given none. */
export const controller = "sealed-secrets-controller";
export const httpPort = 8080;
export const metricsPort = 8081;
/** Labels of the controller's pod. */
export const controllerPods = { "app.kubernetes.io/name": "sealed-secrets" };

/** The values of the chart. */
export function sealedSecretsValues({ keyRenewalDays }: SealedSecretsSettings, site: Site): Record<string, unknown> {
    const { registry, path, tagAndDigest } = splitImage(images.controller, site);
    return {
        fullnameOverride: controller,
        image: { registry, repository: path, tag: tagAndDigest },
        keyrenewperiod: `${24 * keyRenewalDays}h`,
        // By default every authenticated user and service account may call the controller through the API server.
        // Administrators may without this role; bind it to whoever else runs kubeseal against the cluster.
        rbac: { serviceProxier: { create: true, bind: false } },
        podSecurityContext: { enabled: true, fsGroup: 1001, seccompProfile: { type: "RuntimeDefault" } },
        containerSecurityContext: { enabled: true, ...unprivileged, runAsNonRoot: true, runAsUser: 1001 },
        resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "128Mi" } },
    };
}
