/** The AppProjects and the root Application: what may be deployed from Git, and where. */
import { labels } from "../lib/pods";
import { inCluster, namespaceName, projects, rootName } from "./names";
import type { ArgoCdSettings } from "./settings";

const argoproj = { apiVersion: "argoproj.io/v1alpha1" };
const metadata = (name: string, more: object = {}) => ({
    metadata: { name, namespace: namespaceName, labels: labels(name), ...more },
});

/** Namespaces of Kubernetes itself, which no application has anything to do in. */
export const kubernetesNamespaces = ["kube-system", "kube-public", "kube-node-lease"];

/**
 * The project of all Applications but the root: everywhere, save in the platform's namespaces.
 * @param platform namespaces that this program deploys to.
 */
export function applicationsProject(
    { root, applications: { repositories, namespaces, clusterKinds } }: ArgoCdSettings,
    platform: readonly string[],
) {
    const closed = [...new Set([...platform, namespaceName, ...kubernetesNamespaces])].sort();
    const open = [...new Set(namespaces)].filter((name) => !closed.includes(name));
    return {
        ...argoproj,
        kind: "AppProject",
        ...metadata(projects.applications),
        spec: {
            description: "Applications: everywhere but in the namespaces of the platform, which k8s-noc deploys",
            sourceRepos: [...new Set([...(root ? [root.repository] : []), ...repositories])],
            destinations: [...open, ...closed.map((name) => `!${name}`)].map((namespace) => ({
                server: inCluster,
                namespace,
            })),
            clusterResourceWhitelist: clusterKinds.map((text) => {
                const [kind = "", group = ""] = text.split("/").reverse();
                return { group, kind };
            }),
        },
    };
}

/** The project of the root Application, which may make Applications and nothing else. */
export const rootProject = (repository: string) => ({
    ...argoproj,
    kind: "AppProject",
    ...metadata(projects.root),
    spec: {
        description: "The root Application: Applications and ApplicationSets in its own namespace",
        sourceRepos: [repository],
        destinations: [{ server: inCluster, namespace: namespaceName }],
        clusterResourceWhitelist: [],
        namespaceResourceWhitelist: ["Application", "ApplicationSet"].map((kind) => ({ group: "argoproj.io", kind })),
    },
});

/** Argo CD makes this project itself, and lets its Applications deploy anything anywhere. Here they may not. */
export const closedDefaultProject = () => ({
    ...argoproj,
    kind: "AppProject",
    ...metadata(projects.unused, { annotations: { "pulumi.com/patchForce": "true" } }),
    spec: {
        description: `Closed: use the project ${projects.applications}`,
        sourceRepos: [],
        destinations: [],
        clusterResourceWhitelist: [],
    },
});

/** The root Application. When it is deleted, Argo CD deletes its Applications first. */
export const rootApplication = ({ repository, path, revision }: NonNullable<ArgoCdSettings["root"]>) => ({
    ...argoproj,
    kind: "Application",
    ...metadata(rootName, { finalizers: ["resources-finalizer.argocd.argoproj.io"] }),
    spec: {
        project: projects.root,
        source: { repoURL: repository, path, targetRevision: revision },
        destination: { server: inCluster, namespace: namespaceName },
        syncPolicy: { automated: { prune: true, selfHeal: true } },
    },
});
