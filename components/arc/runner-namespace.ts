/** The namespace of a mode, with what its runners and scale sets need. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import type { RegistryAccount } from "../lib/component";
import { podNamespace } from "../lib/namespace";
import { denyByDefault, networkPolicy } from "../lib/network-policy";
import { labels } from "../lib/pods";
import { cacheClaim, type Mode, objects, runnerNamespace } from "./names";
import { runnerPolicies } from "./policies";
import { jobPodTemplate, type RunnerOptions } from "./runners";
import type { ArcSettings, GithubCredentials, ScaleSet } from "./settings";

export interface RunnerNamespaceOptions {
    readonly mode: Mode;
    readonly settings: ArcSettings;
    readonly runners: RunnerOptions;
    /** The registry that the runners push to, if the stack has one. */
    readonly registry?: RegistryAccount;
    /** Certificate of the stack's own authority in PEM, if it has one. */
    readonly authority?: pulumi.Input<string>;
}

/** Makes the namespace and its objects. Returns what the scale sets wait for. */
export function makeRunnerNamespace(
    { mode, settings, runners, registry, authority }: RunnerNamespaceOptions,
    parent: pulumi.Resource,
): pulumi.Resource[] {
    const name = runnerNamespace(mode);
    // A Docker daemon needs a privileged container. The pods of jobs are of other people's images, and run as their user.
    const podSecurity = mode === "dind" ? "privileged" : "baseline";
    const namespace = podNamespace({ name, podSecurity }, { parent });
    const opts = { parent, dependsOn: namespace };
    const metadata = (object: string) => ({ name: object, namespace: name, labels: labels(object) });
    const secret = (object: string, type: string, stringData: Record<string, pulumi.Input<string>>) =>
        new k8s.core.v1.Secret(`${name}-${object}`, { metadata: metadata(object), type, stringData }, opts);
    const configMap = (object: string, data: Record<string, pulumi.Input<string>>) =>
        new k8s.core.v1.ConfigMap(`${name}-${object}`, { metadata: metadata(object), data }, opts);
    denyByDefault(`${name}-default-deny`, name, opts);
    runnerPolicies(mode, { allowTo: settings.allowTo, registry: registry !== undefined }).forEach((policy) =>
        networkPolicy({ ...policy, namespace: name }, opts),
    );
    const sets = settings.scaleSets.filter((set) => set.mode === mode);
    const made: pulumi.Resource[] = [
        namespace,
        secret(objects.github, "Opaque", githubSecret(settings.github)),
        ...sets.flatMap((set) => (set.cache === undefined ? [] : [cacheVolume(set, set.cache, runners, opts)])),
    ];
    if (registry) {
        const type = "kubernetes.io/dockerconfigjson";
        made.push(secret(objects.registry, type, { ".dockerconfigjson": dockerConfig(registry) }));
    }
    if (authority !== undefined) {
        made.push(configMap(objects.authority, { "ca.crt": authority }));
    }
    if (mode === "kubernetes") {
        const files = sets.map((set) => [`${set.name}.yaml`, JSON.stringify(jobPodTemplate(set, runners))]);
        made.push(configMap(objects.jobPod, Object.fromEntries(files) as Record<string, string>));
    }
    return made;
}

/** The keys that the controller reads the credentials from. */
function githubSecret({ app, token }: GithubCredentials = {}): Record<string, pulumi.Input<string>> {
    return app
        ? {
              github_app_id: app.id,
              github_app_installation_id: app.installationId,
              github_app_private_key: pulumi.secret(app.privateKey),
          }
        : { github_token: pulumi.secret(token ?? "") };
}

/** The configuration of Docker's client with the account. */
const dockerConfig = ({ host, user, password }: RegistryAccount): pulumi.Output<string> =>
    pulumi
        .secret(password)
        .apply((plain) =>
            JSON.stringify({ auths: { [host]: { auth: Buffer.from(`${user}:${plain}`).toString("base64") } } }),
        );

function cacheVolume(
    { name, mode }: ScaleSet,
    storage: string,
    { site }: RunnerOptions,
    opts: pulumi.CustomResourceOptions,
): k8s.core.v1.PersistentVolumeClaim {
    return new k8s.core.v1.PersistentVolumeClaim(
        `arc-${cacheClaim(name)}`,
        {
            metadata: {
                name: cacheClaim(name),
                namespace: runnerNamespace(mode),
                labels: labels(cacheClaim(name)),
                // It is bound when the first runner starts.
                annotations: { "pulumi.com/skipAwait": "true" },
            },
            spec: {
                accessModes: ["ReadWriteOnce"],
                storageClassName: site.storageClass,
                resources: { requests: { storage } },
            },
        },
        opts,
    );
}
