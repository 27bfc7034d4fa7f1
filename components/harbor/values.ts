import type * as pulumi from "@pulumi/pulumi";

import { imageParts } from "../lib/images";
import { resources } from "../lib/pods";
import type { Site } from "../lib/site";
import { registryUser, secrets, service } from "./names";
import type { HarborSettings } from "./settings";
import { repositories } from "./versions";

/** The values of the chart. The only secret among them is the database's password, for which it has no other way. */
export function harborValues(
    { host, externalHost = host, trivy, sizes }: HarborSettings,
    databasePassword: pulumi.Input<string>,
    site: Site,
): Record<string, unknown> {
    const image = (repository: string) => ({ image: { repository: imageParts(repository, site).repository } });
    const volume = (size: string) => ({ size, storageClass: site.storageClass ?? "", accessMode: "ReadWriteOnce" });
    const initContainer = { resources: resources("10m", "64Mi", "256Mi") };
    return {
        // The gateway passes everything on to Harbor's own nginx, which divides it by path.
        expose: {
            type: "clusterIP",
            tls: { enabled: false },
            clusterIP: { name: service.name, ports: { httpPort: service.port } },
        },
        externalURL: `https://${externalHost}`,
        // Its nginx does not start on a node without IPv6 if it is to listen on it.
        ipFamily: { ipv6: { enabled: false } },
        // A volume of a single node cannot be mounted by the new pod while the old one runs.
        updateStrategy: { type: "Recreate" },
        persistence: {
            enabled: true,
            // Helm deletes them neither when it undoes a failed installation nor when it uninstalls.
            resourcePolicy: "keep",
            persistentVolumeClaim: {
                registry: volume(sizes.registry),
                jobservice: { jobLog: volume(sizes.jobservice) },
                database: volume(sizes.database),
                redis: volume(sizes.redis),
                trivy: volume(sizes.trivy),
            },
        },
        existingSecretAdminPassword: secrets.admin.name,
        existingSecretAdminPasswordKey: secrets.admin.password,
        existingSecretSecretKey: secrets.core.name,
        metrics: { enabled: true },
        core: {
            ...image(repositories.core),
            resources: resources("100m", "256Mi", "1Gi"),
            existingSecret: secrets.core.name,
            existingXsrfSecret: secrets.core.name,
            existingXsrfSecretKey: secrets.core.xsrfKey,
            secretName: secrets.core.name,
        },
        jobservice: {
            ...image(repositories.jobservice),
            resources: resources("50m", "128Mi", "512Mi"),
            existingSecret: secrets.jobservice.name,
            existingSecretKey: secrets.jobservice.secret,
        },
        registry: {
            registry: { ...image(repositories.registry), resources: resources("50m", "128Mi", "1Gi") },
            controller: { ...image(repositories.registryController), resources: resources("20m", "64Mi", "256Mi") },
            existingSecret: secrets.registry.name,
            existingSecretKey: secrets.registry.http,
            credentials: { username: registryUser, existingSecret: secrets.registry.name },
        },
        database: {
            internal: {
                ...image(repositories.database),
                resources: resources("100m", "256Mi", "1Gi"),
                password: databasePassword,
                initContainer: { migrator: initContainer, permissions: initContainer },
            },
        },
        // The chart cannot give it a password: the network policies admit only the parts that use it.
        redis: { internal: { ...image(repositories.redis), resources: resources("20m", "64Mi", "256Mi") } },
        trivy: { enabled: trivy, ...image(repositories.trivy), resources: resources("100m", "512Mi", "2Gi") },
        portal: { ...image(repositories.portal), resources: resources("10m", "32Mi", "128Mi") },
        nginx: { ...image(repositories.nginx), resources: resources("20m", "32Mi", "256Mi") },
        exporter: { ...image(repositories.exporter), resources: resources("10m", "32Mi", "128Mi") },
    };
}
