/** Names and ports that the parts of the object storage share. */

export const namespaceName = "object-storage";
/** The Service that the chart makes. */
export const service = "rustfs-svc";
/** The volume claim that the chart makes. */
export const claimName = "rustfs-data";
export const ports = { s3: 9000, console: 9001 };
/** The Secret with the administrator's keys, as RustFS reads them. */
export const credentials = {
    name: "rustfs-credentials",
    accessKey: "RUSTFS_ACCESS_KEY",
    secretKey: "RUSTFS_SECRET_KEY",
};
/** Labels of the pods. */
export const pods = {
    rustfs: { "app.kubernetes.io/name": "rustfs", "app.kubernetes.io/instance": "rustfs" },
    buckets: { app: "rustfs-buckets" },
};
/** URL of S3 inside the cluster. */
export const s3Url = `http://${service}.${namespaceName}.svc:${ports.s3}`;
