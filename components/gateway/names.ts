/** Names that the gateway's objects share. */

/** Namespace of the controller, of the Gateway and of nginx's pods, which the controller makes beside the Gateway. */
export const namespaceName = "gateway";
export const gatewayName = "noc";
export const className = "nginx";
/** Port of the metrics, of the controller and of nginx. */
export const metricsPort = 9113;
/** Port of the controller that nginx's agents connect to. */
export const agentPort = 8443;

/** Labels of the pods. */
export const pods = {
    controller: { "app.kubernetes.io/name": "nginx-gateway-fabric" },
    nginx: { "gateway.networking.k8s.io/gateway-name": gatewayName },
    /** Of the Job that makes the certificates that the agents and the controller know each other by. */
    certificates: { "batch.kubernetes.io/job-name": "nginx-gateway-fabric-cert-generator" },
};

/** Jobs of the samples. */
export const jobs = { controller: "gateway-controller", nginx: "gateway", hosts: "gateway-hosts" };

/** Name of a host's listener, of its certificate and of the Secret with it. */
export const listenerName = (host: string): string => host.replace(/^\*/, "wildcard");
