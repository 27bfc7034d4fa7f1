import { imageReference, splitImage } from "../lib/images";
import { runAs, unprivileged } from "../lib/pods";
import type { Site } from "../lib/site";
import { controlSocket, type keaConfig, runFolder } from "./kea-config";
import { images } from "./versions";

export const app = "kea-dhcp";
/** Where Kea listens: above 1024, so that it needs no privilege. The Service maps port 67 to it. */
export const dhcpPort = 6067;
export const exporterPort = 9547;

/** The chart's values, with the two annotations that kea-post-render.mjs puts in their places. */
export function keaValues(
    config: ReturnType<typeof keaConfig>,
    leaseStorage: string,
    site: Site,
): Record<string, unknown> {
    const { repository, tag } = splitImage(images.kea, site);
    return {
        fullnameOverride: app,
        image: { repository, tag, pullPolicy: "IfNotPresent" },
        persistence: { enabled: true, size: leaseStorage, storageClass: site.storageClass ?? "" },
        // One user for Kea and its exporter: the control socket is for its owner alone.
        podSecurityContext: runAs(1000, 1000),
        securityContext: unprivileged,
        service: { dhcp: { type: "ClusterIP" } },
        podAnnotations: {
            "k8s-noc/kea-dhcp4.conf": JSON.stringify(config, null, 2),
            "k8s-noc/containers": JSON.stringify(containers(site)),
        },
    };
}

/** What the containers have beside or in place of what the chart gives them. */
function containers(site: Site) {
    const answers = {
        exec: {
            command: [
                "/bin/sh",
                "-c",
                `echo '{"command":"status-get"}' | socat -t 2 - UNIX-CONNECT:${controlSocket} | grep -q '"result": 0'`,
            ],
        },
    };
    return {
        kea: {
            // Kea becomes process 1. A PID file left by a crash names process 1 too, and Kea would take itself for running.
            command: ["/bin/sh", "-c"],
            args: [
                `rm -f ${runFolder}/*.pid && exec /usr/local/sbin/kea-dhcp4 -c /config/kea/kea-dhcp4.conf -p ${dhcpPort}`,
            ],
            env: [
                { name: "KEA_PIDFILE_DIR", value: runFolder },
                { name: "KEA_LOCKFILE_DIR", value: runFolder },
            ],
            ports: [{ name: "dhcp", containerPort: dhcpPort, protocol: "UDP" }],
            // The exporter, which starts after this hook, ends where it finds no socket. Ten seconds at most.
            lifecycle: {
                postStart: {
                    exec: {
                        command: [
                            "/bin/sh",
                            "-c",
                            `for i in $(seq 50); do [ -S ${controlSocket} ] && exit 0; sleep 0.2; done; exit 0`,
                        ],
                    },
                },
            },
            startupProbe: { ...answers, periodSeconds: 1, failureThreshold: 60, timeoutSeconds: 3 },
            readinessProbe: { ...answers, periodSeconds: 5, timeoutSeconds: 3 },
            livenessProbe: { ...answers, periodSeconds: 20, failureThreshold: 3, timeoutSeconds: 5 },
            volumeMounts: [
                { name: "data", mountPath: "/data" },
                { name: "kea-config", mountPath: "/config/kea", readOnly: true },
                { name: "run", mountPath: runFolder },
            ],
        },
        exporter: {
            name: "kea-exporter",
            image: imageReference(images.keaExporter, site),
            args: [controlSocket],
            ports: [{ name: "metrics", containerPort: exporterPort }],
            resources: { requests: { cpu: "10m", memory: "48Mi" }, limits: { memory: "128Mi" } },
            securityContext: unprivileged,
            volumeMounts: [{ name: "run", mountPath: runFolder }],
        },
    };
}
