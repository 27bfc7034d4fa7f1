/**
 * Checks pods against the Pod Security Standards without a cluster:
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
import type { PodSecurity } from "../components/lib/namespace";

/** The part of a pod's specification that the standards are about. */
export interface PodSpec {
    readonly hostNetwork?: boolean;
    readonly hostPID?: boolean;
    readonly hostIPC?: boolean;
    readonly securityContext?: SecurityContext;
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly volumes?: readonly Readonly<Record<string, unknown>>[];
}

interface Container {
    readonly name: string;
    readonly securityContext?: SecurityContext;
    readonly ports?: readonly { readonly hostPort?: number }[];
}

interface SecurityContext {
    readonly privileged?: boolean;
    readonly allowPrivilegeEscalation?: boolean;
    readonly runAsNonRoot?: boolean;
    readonly runAsUser?: number;
    readonly seccompProfile?: { readonly type?: string };
    readonly appArmorProfile?: { readonly type?: string };
    readonly procMount?: string;
    readonly seLinuxOptions?: Readonly<Record<string, string>>;
    readonly sysctls?: readonly { readonly name: string }[];
    readonly windowsOptions?: { readonly hostProcess?: boolean };
    readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
}

/** Capabilities that the level `baseline` lets a container add: those that container engines give by default. */
const baselineCapabilities = new Set(
    "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT".split(
        " ",
    ),
);
const baselineSysctls = new Set([
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
]);
const restrictedVolumes =
    "configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret".split(" ");
const safeProfiles = ["RuntimeDefault", "Localhost"];

/** What a pod has that the level does not allow, one line each; empty if the API server would admit it. */
export function violations(pod: PodSpec, level: PodSecurity): string[] {
    switch (level) {
        case "privileged":
            return [];
        case "baseline":
            return baselineViolations(pod);
        case "restricted":
            return [...baselineViolations(pod), ...restrictedViolations(pod)];
    }
}

const containersOf = ({ containers, initContainers = [] }: PodSpec): Container[] => [...initContainers, ...containers];

function baselineViolations(pod: PodSpec): string[] {
    const forPod = contextViolations("the pod", pod.securityContext ?? {});
    const shared = (["hostNetwork", "hostPID", "hostIPC"] as const).filter((field) => pod[field]);
    const paths = (pod.volumes ?? []).filter((volume) => volume.hostPath !== undefined);
    return [
        ...forPod,
        ...shared.map((field) => `the pod has ${field}`),
        ...paths.map((volume) => `volume ${String(volume.name)} is a hostPath`),
        ...containersOf(pod).flatMap(({ name, securityContext = {}, ports = [] }) => [
            ...contextViolations(name, securityContext),
            ...ports.flatMap(({ hostPort }) => (hostPort ? [`${name} has the hostPort ${hostPort}`] : [])),
        ]),
    ];
}

function contextViolations(owner: string, context: SecurityContext): string[] {
    const { type = "", user, role } = context.seLinuxOptions ?? {};
    const added = context.capabilities?.add ?? [];
    const found: [string, boolean][] = [
        ["is privileged", context.privileged === true],
        ["is a Windows host process", context.windowsOptions?.hostProcess === true],
        ["has the seccomp profile Unconfined", context.seccompProfile?.type === "Unconfined"],
        ["has the AppArmor profile Unconfined", context.appArmorProfile?.type === "Unconfined"],
        ["has a procMount of its own", (context.procMount ?? "Default") !== "Default"],
        ["sets SELinux options", Boolean(user || role || !/^(container(_init|_kvm|_engine)?_t)?$/.test(type))],
        ["sets unsafe sysctls", context.sysctls?.some(({ name }) => !baselineSysctls.has(name)) ?? false],
        ["adds capabilities", added.some((capability) => !baselineCapabilities.has(capability))],
    ];
    return found.flatMap(([what, holds]) => (holds ? [`${owner} ${what}`] : []));
}

function restrictedViolations(pod: PodSpec): string[] {
    const volumes = (pod.volumes ?? []).flatMap(({ name, ...source }) =>
        Object.keys(source)
            .filter((type) => type !== "hostPath" && !restrictedVolumes.includes(type))
            .map((type) => `volume ${String(name)} is of the type ${type}`),
    );
    const forAll = pod.securityContext ?? {};
    const containers = containersOf(pod).flatMap(({ name, securityContext: own = {} }) => {
        const { add = [], drop = [] } = own.capabilities ?? {};
        const found: [string, boolean][] = [
            ["may gain privileges (allowPrivilegeEscalation)", own.allowPrivilegeEscalation !== false],
            ["may run as root (runAsNonRoot)", (own.runAsNonRoot ?? forAll.runAsNonRoot) !== true],
            ["runs as user 0", (own.runAsUser ?? forAll.runAsUser) === 0],
            [
                "has no seccomp profile",
                !safeProfiles.includes(own.seccompProfile?.type ?? forAll.seccompProfile?.type ?? ""),
            ],
            ["does not drop all capabilities", !drop.includes("ALL")],
            ["adds capabilities that restricted refuses", add.some((capability) => capability !== "NET_BIND_SERVICE")],
        ];
        return found.flatMap(([what, holds]) => (holds ? [`${name} ${what}`] : []));
    });
    return [...volumes, ...containers];
}
