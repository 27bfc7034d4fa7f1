import { imageParts } from "../lib/images";
import { resources } from "../lib/pods";
import type { Site } from "../lib/site";
import { dexConfig, rbacConfig } from "./access";
import { serverService } from "./names";
import { type Alertmanager, notificationValues } from "./notifications";
import type { ArgoCdSettings } from "./settings";
import { repositories } from "./versions";

export interface ValuesContext {
    readonly site: Pick<Site, "imageMirror">;
    /** Where notifications go to. Undefined if there is no Alertmanager, or if none are wanted. */
    readonly alertmanager?: Alertmanager;
}

/** The health of an Application within an Application, so that sync waves wait for it: Argo CD has none of its own. */
const applicationHealth = `local health = obj.status and obj.status.health
if health and health.status then
  return { status = health.status, message = health.message or "" }
end
return { status = "Progressing", message = "" }
`;

/** The values of the chart, for its versions from 9.2 on. They have no secrets. */
export function argoCdValues(settings: ArgoCdSettings, { site, alertmanager }: ValuesContext): Record<string, unknown> {
    const { host, syncMinutes, github, knownHosts, highAvailability } = settings;
    const image = (repository: string) => ({
        image: { repository: imageParts(repository, site).repository, imagePullPolicy: "IfNotPresent" },
    });
    const replicated = highAvailability
        ? { replicas: 2, pdb: { enabled: true, minAvailable: 1 } }
        : { replicas: 1, pdb: { enabled: false } };
    return {
        fullnameOverride: "argocd",
        createClusterRoles: false,
        global: {
            ...image(repositories.argoCd),
            domain: host ?? serverService,
            // They would admit every pod of the cluster; the program's own name those that have to connect.
            networkPolicy: { create: false, defaultDenyIngress: false },
        },
        crds: { install: true, keep: true },
        configs: {
            secret: { createSecret: false },
            ssh: { extraHosts: knownHosts.map((line) => `${line}\n`).join("") },
            params: {
                // The gateway ends TLS.
                "server.insecure": "true",
            },
            cm: {
                url: host === undefined ? "" : `https://${host}`,
                "admin.enabled": String(github === undefined),
                "users.anonymous.enabled": "false",
                "exec.enabled": "false",
                "timeout.reconciliation": `${60 * syncMinutes}s`,
                "timeout.reconciliation.jitter": "0s",
                "resource.customizations.health.argoproj.io_Application": applicationHealth,
                ...(github && { "dex.config": dexConfig(github) }),
            },
            rbac: rbacConfig(github),
        },
        controller: { replicas: 1, resources: resources("100m", "256Mi", "1Gi") },
        server: { ...replicated, resources: resources("20m", "64Mi", "256Mi") },
        repoServer: { ...replicated, automountServiceAccountToken: false, resources: resources("50m", "128Mi", "1Gi") },
        applicationSet: { ...replicated, ...probed, resources: resources("10m", "64Mi", "256Mi") },
        notifications: { ...notificationValues(alertmanager), ...probed, resources: resources("10m", "64Mi", "256Mi") },
        dex: {
            enabled: github !== undefined,
            ...image(repositories.dex),
            ...probed,
            resources: resources("10m", "32Mi", "128Mi"),
        },
        redis: {
            ...image(repositories.redis),
            serviceAccount: { create: true },
            automountServiceAccountToken: false,
            readinessProbe: { enabled: true, initialDelaySeconds: 5 },
            resources: resources("10m", "32Mi", "256Mi"),
        },
        "redis-ha": { enabled: false },
        // The program makes the Secret: a Job that may write Secrets is not needed.
        redisSecretInit: { enabled: false },
    };
}

const probed = { readinessProbe: { enabled: true } };
