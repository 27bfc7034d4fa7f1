/** The pods of the runners, in both modes. */
import { imageReference } from "../lib/images";
import type { Site } from "../lib/site";
import { cacheClaim, folders, objects } from "./names";
import type { ScaleSet } from "./settings";
import { images } from "./versions";

/** What the runners get besides their settings. */
export interface RunnerOptions {
    /** Host name of the registry that they have an account at, if any. */
    readonly registryHost?: string;
    /** Whether the stack has a certificate authority of its own, which they then trust. */
    readonly authority: boolean;
    readonly site: Site;
}

interface Volume {
    readonly volume: { readonly name: string } & Readonly<Record<string, unknown>>;
    readonly mountPath: string;
    readonly readOnly?: boolean;
}

/** User and group of GitHub's image. */
const user = 1001;
/** Group of the Docker daemon's socket in GitHub's image. */
const dockerGroup = 123;
const home = "/home/runner";

/** The volumes that jobs see, whatever their mode. */
function sharedVolumes({ name, cache }: ScaleSet, { registryHost, authority }: RunnerOptions): Volume[] {
    const items = [{ key: ".dockerconfigjson", path: "config.json" }];
    return [
        ...(cache === undefined
            ? []
            : [
                  {
                      volume: { name: "cache", persistentVolumeClaim: { claimName: cacheClaim(name) } },
                      mountPath: folders.cache,
                  },
              ]),
        ...(registryHost === undefined
            ? []
            : [
                  {
                      volume: { name: "registry", secret: { secretName: objects.registry, items } },
                      mountPath: folders.registry,
                      readOnly: true,
                  },
              ]),
        ...(authority
            ? [
                  {
                      volume: { name: "authority", configMap: { name: objects.authority } },
                      mountPath: folders.authority,
                      readOnly: true,
                  },
              ]
            : []),
    ];
}

const mountsOf = (volumes: readonly Volume[]) =>
    volumes.map(({ volume, mountPath, readOnly }) => ({ name: volume.name, mountPath, ...(readOnly && { readOnly }) }));

/** The environment of jobs: where actions keep tools, and the authority that programs in JavaScript trust. */
const environment = ({ cache }: ScaleSet, { authority }: RunnerOptions) => [
    ...(cache === undefined ? [] : [{ name: "RUNNER_TOOL_CACHE", value: `${folders.cache}/tools` }]),
    ...(authority ? [{ name: "NODE_EXTRA_CA_CERTS", value: `${folders.authority}/ca.crt` }] : []),
];

/** The template of a scale set's runners. */
export const runnerTemplate = (set: ScaleSet, image: string, options: RunnerOptions): Record<string, unknown> =>
    set.mode === "dind" ? dockerTemplate(set, image, options) : kubernetesTemplate(set, image, options);

/**
 * A runner with a Docker daemon, which has to be privileged. The template is our own, because the chart's has images
 * without a fixed version that no value can replace.
 */
function dockerTemplate(set: ScaleSet, image: string, options: RunnerOptions): Record<string, unknown> {
    const { registryHost, authority, site } = options;
    const shared = sharedVolumes(set, options);
    const resources = { requests: { cpu: set.cpu, memory: set.memory }, limits: { memory: set.memory } };
    const socket = { name: "dind-sock", mountPath: "/var/run" };
    const work = { name: "work", mountPath: `${home}/_work` };
    const registryAuthority =
        authority && registryHost !== undefined
            ? [
                  {
                      name: "authority",
                      mountPath: `/etc/docker/certs.d/${registryHost}/ca.crt`,
                      subPath: "ca.crt",
                      readOnly: true,
                  },
              ]
            : [];
    return {
        spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: { fsGroup: user, fsGroupChangePolicy: "OnRootMismatch" },
            initContainers: [
                {
                    name: "init-dind-externals",
                    image,
                    command: ["cp", "-r", `${home}/externals/.`, `${home}/tmpDir/`],
                    resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "256Mi" } },
                    volumeMounts: [{ name: "dind-externals", mountPath: `${home}/tmpDir` }],
                },
                {
                    name: "dind",
                    image: imageReference(images.docker, site),
                    args: ["dockerd", "--host=unix:///var/run/docker.sock", `--group=${dockerGroup}`],
                    securityContext: { privileged: true },
                    restartPolicy: "Always",
                    startupProbe: { exec: { command: ["docker", "info"] }, failureThreshold: 24, periodSeconds: 5 },
                    resources,
                    volumeMounts: [
                        work,
                        socket,
                        { name: "dind-externals", mountPath: `${home}/externals` },
                        // Containers of a job mount from the daemon's file system, so that it needs the same folders.
                        ...mountsOf(shared.filter(({ volume }) => volume.name === "cache")),
                        ...registryAuthority,
                    ],
                },
            ],
            containers: [
                {
                    name: "runner",
                    image,
                    // `docker login` in a job has to be able to write the file.
                    command:
                        registryHost === undefined
                            ? [`${home}/run.sh`]
                            : [
                                  "sh",
                                  "-ec",
                                  `mkdir -p ${home}/.docker; cp ${folders.registry}/config.json ${home}/.docker/; exec ${home}/run.sh`,
                              ],
                    env: [
                        { name: "DOCKER_HOST", value: "unix:///var/run/docker.sock" },
                        { name: "RUNNER_WAIT_FOR_DOCKER_IN_SECONDS", value: "120" },
                        ...environment(set, options),
                    ],
                    resources,
                    volumeMounts: [work, socket, ...mountsOf(shared)],
                },
            ],
            volumes: [
                { name: "work", emptyDir: { sizeLimit: set.work } },
                { name: "dind-sock", emptyDir: {} },
                { name: "dind-externals", emptyDir: {} },
                ...shared.map(({ volume }) => volume),
            ],
        },
    };
}

/** A runner that starts a job's containers as pods. The chart adds its hooks, its account and the volume for the work. */
function kubernetesTemplate(set: ScaleSet, image: string, options: RunnerOptions): Record<string, unknown> {
    const shared = sharedVolumes(set, options);
    return {
        spec: {
            enableServiceLinks: false,
            securityContext: {
                runAsNonRoot: true,
                runAsUser: user,
                runAsGroup: user,
                fsGroup: user,
                fsGroupChangePolicy: "OnRootMismatch",
                seccompProfile: { type: "RuntimeDefault" },
            },
            containers: [
                {
                    name: "runner",
                    image,
                    command: [`${home}/run.sh`],
                    env: [
                        { name: "ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE", value: `${folders.jobPod}/${set.name}.yaml` },
                        ...environment(set, options),
                    ],
                    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
                    resources: { requests: { cpu: "50m", memory: "256Mi" }, limits: { memory: "1Gi" } },
                    volumeMounts: [{ name: "job-pod", mountPath: folders.jobPod, readOnly: true }, ...mountsOf(shared)],
                },
            ],
            volumes: [{ name: "job-pod", configMap: { name: objects.jobPod } }, ...shared.map(({ volume }) => volume)],
        },
    };
}

/**
 * What is added to the pods that the runners start for jobs, in the format of
 * https://github.com/actions/runner-container-hooks/blob/main/docs/adrs/0096-hook-extensions.md
 */
export function jobPodTemplate(set: ScaleSet, options: RunnerOptions): Record<string, unknown> {
    const shared = sharedVolumes(set, options);
    return {
        spec: {
            automountServiceAccountToken: false,
            containers: [
                {
                    // The container that the workflow names.
                    name: "$job",
                    env: [
                        ...environment(set, options),
                        ...(options.registryHost === undefined
                            ? []
                            : [{ name: "DOCKER_CONFIG", value: folders.registry }]),
                    ],
                    securityContext: { allowPrivilegeEscalation: false },
                    resources: {
                        requests: { cpu: set.cpu, memory: set.memory },
                        limits: { memory: set.memory },
                    },
                    volumeMounts: mountsOf(shared),
                },
            ],
            volumes: shared.map(({ volume }) => volume),
        },
    };
}
