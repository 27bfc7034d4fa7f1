/** Checks of the control plane's security, metrics and certificates. */
import type { V1Pod } from "@kubernetes/client-node";

import { defineCheck, type Finding, found, skipped } from "../check";
import { documentIn, flagOf } from "./read";

const staticPods = (pods: readonly V1Pod[], component: string): V1Pod[] =>
    pods.filter(({ metadata }) => metadata?.namespace === "kube-system" && metadata.labels?.component === component);

/** The sum of a metric's samples. */
const sumOf = (exposition: string, metric: string, label = ""): number =>
    exposition
        .split("\n")
        .filter((line) => (line.startsWith(`${metric}{`) || line.startsWith(`${metric} `)) && line.includes(label))
        .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);

export const auditLog = defineCheck({
    name: "audit-log",
    looksAt: "whether the API server has written audit events (apiserver_audit_event_total)",
    needs: ["apiServerMetrics"],
    run: ({ apiServerMetrics }) => {
        const events = sumOf(apiServerMetrics, "apiserver_audit_event_total");
        return events > 0
            ? found(`${events} events so far`)
            : found("no event", {
                  severity: "warning",
                  what: "the API server keeps no audit log",
                  why: "after an incident nobody can tell who changed or read what",
                  mend: "npm run kubeadm writes the audit policy and the arguments (docs/control-plane.md)",
              });
    },
});

export const encryption = defineCheck({
    name: "encryption",
    looksAt: "whether Secrets are encrypted in etcd (apiserver_storage_transformation_operations_total)",
    needs: ["apiServerMetrics"],
    run: ({ apiServerMetrics }) => {
        const providers = [
            ...new Set(
                [...apiServerMetrics.matchAll(/transformer_prefix="(k8s:enc:[^"]+)"/g)].map(([, prefix]) => prefix),
            ),
        ];
        return providers.length > 0
            ? found(providers.join(", "))
            : found("not encrypted", {
                  severity: "warning",
                  what: "Secrets are stored in etcd as plain text",
                  why: "a copy of etcd or of its disk holds every password and token",
                  mend: "npm run kubeadm writes the key and the arguments (docs/control-plane.md); then kubectl get secrets -A -o json | kubectl replace -f -",
              });
    },
});

export const podSecurity = defineCheck({
    name: "pod-security",
    looksAt: "whether the API server refuses a privileged pod in a namespace that enforces `restricted` (dry run)",
    needs: ["admission"],
    run: ({ admission }) =>
        admission.refusesPrivileged
            ? found(`refused in ${admission.namespace}`)
            : found(`accepted in ${admission.namespace}`, {
                  severity: "error",
                  what: `a privileged pod would be accepted in ${admission.namespace}, which enforces restricted`,
                  why: "the admission plugin PodSecurity is off: a namespace's level has no effect",
                  mend: "remove PodSecurity from the API server's --disable-admission-plugins",
              }),
});

/** Where each component of the control plane serves metrics, and the flag that decides for whom. */
const metricFlags = [
    { component: "kube-scheduler", flag: "bind-address", file: "kube-scheduler.yaml" },
    { component: "kube-controller-manager", flag: "bind-address", file: "kube-controller-manager.yaml" },
    { component: "etcd", flag: "listen-metrics-urls", file: "etcd.yaml" },
] as const;

export const controlPlaneMetrics = defineCheck({
    name: "control-plane-metrics",
    looksAt: "whether etcd, scheduler, controller manager and kube-proxy serve metrics beyond loopback",
    needs: ["pods", "kubeProxy"],
    run: ({ pods, kubeProxy }, { monitoring }) => {
        const listening = metricFlags.flatMap(({ component, flag, file }) =>
            staticPods(pods, component).map((pod) => ({ component, flag, file, value: flagOf(pod, flag) ?? "" })),
        );
        if (listening.length === 0) {
            return skipped("the control plane does not run as static pods, so its flags cannot be read");
        }
        const { metricsBindAddress = "" } = documentIn(kubeProxy, "config.conf") as { metricsBindAddress?: string };
        const closed = listening.filter(({ value }) => value === "" || /127\.0\.0\.1|localhost/.test(value));
        const proxyClosed = metricsBindAddress === "" || metricsBindAddress.startsWith("127.");
        const names = [...new Set(closed.map(({ component }) => component)), ...(proxyClosed ? ["kube-proxy"] : [])];
        const seen = names.length > 0 ? `only on loopback: ${names.join(", ")}` : "all beyond loopback";
        if (!monitoring.enabled || !monitoring.controlPlane) {
            return found(`${seen}; noc:monitoring.controlPlane is false, so nobody asks`);
        }
        const why = "Prometheus cannot scrape it: TargetDown fires, and its failures go unnoticed";
        return found(
            seen,
            ...closed.map(({ component, flag, file }): Finding => ({
                severity: "warning",
                what: `${component} serves metrics on loopback only`,
                why,
                mend: `set --${flag} in /etc/kubernetes/manifests/${file} on the control plane (docs/kubeadm.md), or noc:monitoring.controlPlane to false`,
            })),
            ...(proxyClosed
                ? [
                      {
                          severity: "warning" as const,
                          what: "kube-proxy serves metrics on loopback only",
                          why,
                          mend: "kubectl -n kube-system edit configmap kube-proxy: set metricsBindAddress to 0.0.0.0:10249 (docs/kubeadm.md)",
                      },
                  ]
                : []),
        );
    },
});

const day = 86_400_000;
const daysUntil = (date: string): number => Math.floor((Date.parse(date) - Date.now()) / day);

export const certificates = defineCheck({
    name: "certificates",
    looksAt: "the days that the API server's, kubelets' and Secrets' certificates have left",
    needs: ["certificates"],
    run: ({ certificates }, { monitoring }) => {
        const least = monitoring.thresholds.certificateDays;
        const soon = certificates.filter(({ expires }) => daysUntil(expires) < least);
        const next = [...certificates].sort((a, b) => (a.expires < b.expires ? -1 : 1))[0];
        return found(
            next ? `${certificates.length}; next: ${next.of}, in ${daysUntil(next.expires)} days` : "none",
            ...soon.map(({ of, expires }): Finding => ({
                severity: daysUntil(expires) < 0 ? "error" : "warning",
                what: `the certificate of ${of} ${daysUntil(expires) < 0 ? "expired" : "expires"} on ${expires.slice(0, 10)}`,
                why: "from then on its clients refuse to talk to it",
                mend: of.startsWith("Secret ")
                    ? `kubectl describe certificate -A, or replace the ${of}`
                    : "on the control plane: kubeadm certs renew all, then restart its static pods",
            })),
        );
    },
});

export const credentials = defineCheck({
    name: "credentials",
    looksAt: "whether the kubeconfig's credentials are accepted, and until when",
    needs: ["server"],
    run: ({ server }) => {
        const { kind, expires } = server.credentials;
        if (expires === undefined) {
            return found(`${kind}, accepted`);
        }
        const days = daysUntil(expires);
        return found(
            `${kind}, accepted; ${days} days left`,
            ...(days < 14
                ? [
                      {
                          severity: "warning" as const,
                          what: `the kubeconfig's ${kind} expires on ${expires.slice(0, 10)}`,
                          why: "`up` and `destroy` fail from then on",
                          mend: "on the control plane: kubeadm certs renew admin.conf, and copy /etc/kubernetes/admin.conf again",
                      },
                  ]
                : []),
        );
    },
});
