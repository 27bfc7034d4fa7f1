/** The Gateway and its routes, as the API has them. */
import type { Backend, HostRequest } from "../lib/component";
import { labels } from "../lib/pods";
import { className, gatewayName, listenerName, namespaceName } from "./names";

const gatewayApi = "gateway.networking.k8s.io";
const http = "http";

/** The Gateway: one listener for HTTP, which only redirects, and one for each host. */
export const gatewayObject = (hosts: readonly HostRequest[]) => ({
    apiVersion: `${gatewayApi}/v1`,
    kind: "Gateway",
    metadata: {
        name: gatewayName,
        namespace: namespaceName,
        labels: labels(gatewayName),
        annotations: { "pulumi.com/waitFor": "condition=Programmed", "pulumi.com/timeoutSeconds": "300" },
    },
    spec: {
        gatewayClassName: className,
        listeners: [
            { name: http, port: 80, protocol: "HTTP", allowedRoutes: { namespaces: { from: "Same" } } },
            ...hosts.map(({ host, namespaces }) => ({
                name: listenerName(host),
                hostname: host,
                port: 443,
                protocol: "HTTPS",
                tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: listenerName(host) }] },
                allowedRoutes: { namespaces: { from: "Selector", selector: namedNamespaces(namespaces) } },
            })),
        ],
    },
});

const namedNamespaces = (names: readonly string[]) => ({
    // The API server gives every namespace this label.
    matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: [...new Set(names)] }],
});

/** Sends whoever comes by HTTP to HTTPS, on the same host and path. */
export const redirectRoute = () => ({
    apiVersion: `${gatewayApi}/v1`,
    kind: "HTTPRoute",
    metadata: { name: "https-redirect", namespace: namespaceName, labels: labels(gatewayName), annotations: accepted },
    spec: {
        parentRefs: [{ name: gatewayName, sectionName: http }],
        rules: [{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] }],
    },
});

/** Passes the requests for a host on to its backend. */
export const hostRoute = (host: string, { service, namespace, port }: Backend) => ({
    apiVersion: `${gatewayApi}/v1`,
    kind: "HTTPRoute",
    metadata: { name: listenerName(host), namespace, labels: labels(service), annotations: accepted },
    spec: {
        parentRefs: [{ name: gatewayName, namespace: namespaceName, sectionName: listenerName(host) }],
        hostnames: [host],
        rules: [{ backendRefs: [{ name: service, port }] }],
    },
});

// A route has its conditions for each of its parents; all of these have one.
const accepted = {
    "pulumi.com/waitFor": 'jsonpath={.status.parents[0].conditions[?(@.type=="Accepted")].status}=True',
    "pulumi.com/timeoutSeconds": "180",
};

/** The largest body of the requests to a Gateway or an HTTPRoute of the same name and namespace as the policy. */
export const bodyLimit = (kind: "Gateway" | "HTTPRoute", name: string, namespace: string, maxSize: string) => ({
    apiVersion: "gateway.nginx.org/v1alpha1",
    kind: "ClientSettingsPolicy",
    metadata: { name, namespace, labels: labels(name) },
    spec: { targetRef: { group: gatewayApi, kind, name }, body: { maxSize } },
});
