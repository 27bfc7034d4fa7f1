/** Names, labels and ports that the parts of the runners' component share. */

/** Namespace of the controller and of the scale sets' listeners. */
export const controllerNamespace = "arc-system";
/** How a job's containers are started: by a Docker daemon of its own, or as pods. */
export type Mode = "dind" | "kubernetes";
/** Namespace of the runners of a mode: what one of them may do, the other need not be given. */
export const runnerNamespace = (mode: Mode): string => `arc-${mode}`;

/** Name of the controller's release, Deployment and service account, by which the scale sets refer to it. */
export const controller = "arc-controller";
export const metricsPort = 8080;

/** Labels of the pods, which the charts and the controller give them. */
export const pods = {
    controller: { "app.kubernetes.io/name": "gha-rs-controller" },
    listeners: { "app.kubernetes.io/component": "runner-scale-set-listener" },
    runners: { "app.kubernetes.io/component": "runner" },
};

/** Jobs of the samples. */
export const jobs = { controller: "arc-controller", listeners: "arc-listeners" };

/** Secrets and ConfigMaps in a namespace of runners. */
export const objects = { github: "github", registry: "registry", authority: "noc-ca", jobPod: "job-pod" };

/** Name of a scale set's volume that survives its runners. */
export const cacheClaim = (scaleSet: string): string => `${scaleSet}-cache`;
/** Folders of the runners' containers. */
export const folders = {
    cache: "/cache",
    registry: "/etc/noc/registry",
    authority: "/etc/noc/ca",
    jobPod: "/etc/noc/job-pod",
};
