/** Names, labels and ports that the parts of Harbor share. */

export const namespaceName = "harbor";

/** The chart's parts. Each is a pod with the label `component`. */
export type Part =
    "core" | "database" | "exporter" | "jobservice" | "nginx" | "portal" | "redis" | "registry" | "trivy";

/** Labels of a part's pods. */
export const podsOf = (part: Part) => ({ app: "harbor", component: part });
/** Labels of the pods of the Job that sets Harbor up. */
export const setupPods = { app: "harbor-setup" };

/** Ports that the pods listen on. */
export const ports = {
    http: 8080,
    metrics: 8001,
    postgres: 5432,
    redis: 6379,
    registry: 5000,
} as const;

/** The Service of Harbor's own nginx, which divides the requests between the API and the web pages. */
export const service = { name: "harbor", port: 80 };
/** URL of Harbor's API inside the cluster, of the Service that the chart makes for it. */
export const apiUrl = `http://harbor-core.${namespaceName}.svc`;

/** The database of Harbor's own PostgreSQL, and its Service. */
export const database = { host: `harbor-database.${namespaceName}.svc`, name: "registry", user: "postgres" };

/** The Secrets that the program makes, with their keys as the chart expects them. */
export const secrets = {
    admin: { name: "harbor-admin", password: "HARBOR_ADMIN_PASSWORD" },
    core: {
        name: "harbor-core-keys",
        secret: "secret",
        xsrfKey: "CSRF_KEY",
        secretKey: "secretKey",
        tokenKey: "tls.key",
    },
    jobservice: { name: "harbor-jobservice-key", secret: "JOBSERVICE_SECRET" },
    registry: {
        name: "harbor-registry-keys",
        http: "REGISTRY_HTTP_SECRET",
        password: "REGISTRY_PASSWD",
        htpasswd: "REGISTRY_HTPASSWD",
    },
    robot: { name: "harbor-robot", password: "password" },
} as const;

/** The user that core and jobservice know the registry by. */
export const registryUser = "harbor_registry_user";

/** The robot account of the runners within its project. */
export const robot = "runners";
/** Name that a project's robot account logs in with, with Harbor's default prefix. */
export const robotUser = (project: string): string => `robot$${project}+${robot}`;

/** Jobs of the samples. */
export const jobs = { probe: "harbor", exporter: "harbor-exporter" };
