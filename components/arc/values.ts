/** The values of both charts. */
import { imageParts, imageReference } from "../lib/images";
import { runAs, unprivileged } from "../lib/pods";
import type { Site } from "../lib/site";
import { controller, controllerNamespace, metricsPort, objects } from "./names";
import { runnerTemplate, type RunnerOptions } from "./runners";
import type { ArcSettings, ScaleSet } from "./settings";
import { controllerRepository } from "./versions";

/** User of the controller's image, which is also the listeners'. */
const user = 65532;

/**
 * The values of the controller.
 * @param runnerNamespaces if there is but one, the controller has no rights in any other.
 */
export const controllerValues = (runnerNamespaces: readonly string[], site: Site): Record<string, unknown> => ({
    fullnameOverride: controller,
    serviceAccount: { create: true, name: controller },
    image: { repository: imageParts(controllerRepository, site).repository },
    flags: {
        logLevel: "info",
        // From 0.14 on; without it, the pod has no probes.
        healthProbeBindAddress: ":8081",
        ...(runnerNamespaces.length === 1 && { watchSingleNamespace: runnerNamespaces[0] }),
    },
    metrics: {
        controllerManagerAddr: `:${metricsPort}`,
        listenerAddr: `:${metricsPort}`,
        listenerEndpoint: "/metrics",
    },
    podSecurityContext: runAs(user, user),
    securityContext: unprivileged,
    resources: { requests: { cpu: "20m", memory: "64Mi" }, limits: { memory: "256Mi" } },
});

/** The values of a scale set. */
export function scaleSetValues(set: ScaleSet, settings: ArcSettings, options: RunnerOptions): Record<string, unknown> {
    const { site } = options;
    return {
        githubConfigUrl: set.url,
        githubConfigSecret: objects.github,
        runnerScaleSetName: set.name,
        ...(set.labels.length > 0 && { scaleSetLabels: set.labels }),
        minRunners: set.min,
        maxRunners: set.max,
        // Without it, the chart looks for the controller in the cluster, and fails where there is none yet.
        controllerServiceAccount: { namespace: controllerNamespace, name: controller },
        ...(set.mode === "kubernetes" && {
            containerMode: {
                type: "kubernetes",
                kubernetesModeWorkVolumeClaim: {
                    accessModes: ["ReadWriteOnce"],
                    ...(site.storageClass !== undefined && { storageClassName: site.storageClass }),
                    resources: { requests: { storage: set.work } },
                },
            },
        }),
        listenerTemplate: {
            spec: {
                securityContext: runAs(user, user),
                containers: [
                    {
                        name: "listener",
                        securityContext: unprivileged,
                        resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
                    },
                ],
            },
        },
        template: runnerTemplate(set, imageReference(settings.runnerImage, site), options),
    };
}
