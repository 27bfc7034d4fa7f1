/** Names and ports that the parts of Argo CD share. */

export const namespaceName = "argocd";
/** The Service of the API and of the web pages. */
export const serverService = "argocd-server";
/** The cluster that Argo CD runs in, as it calls it. */
export const inCluster = "https://kubernetes.default.svc";

/** The AppProjects. The root Application has one of its own; all other Applications belong to `applications`. */
export const projects = { root: "root", applications: "applications", unused: "default" };
export const rootName = "root";

/** Secrets of the program's. */
export const secrets = { argoCd: "argocd-secret", redis: "argocd-redis", github: "argocd-github" };

export const ports = { server: 8080, repoServer: 8081, redis: 6379, dexHttp: 5556, dexGrpc: 5557 };

/** A part of Argo CD whose metrics are scraped. */
export interface Part {
    /** Job of its samples. */
    readonly job: string;
    readonly pods: Readonly<Record<string, string>>;
    readonly metricsPort: number;
}

const part = (name: string, metricsPort: number): Part => ({
    job: `argocd-${name}`,
    pods: { "app.kubernetes.io/name": `argocd-${name}` },
    metricsPort,
});

export const parts = {
    controller: part("application-controller", 8082),
    server: part("server", 8083),
    repoServer: part("repo-server", 8084),
    applicationSet: part("applicationset-controller", 8080),
    notifications: part("notifications-controller", 9001),
    dex: part("dex-server", 5558),
};

/** Labels of Redis' pod, which has no metrics. */
export const redisPods = { "app.kubernetes.io/name": "argocd-redis" };
