export const images = {
    rclone: "docker.io/rclone/rclone:1.71.2",
    // Its etcdctl reads servers of other minor versions, too.
    etcd: "registry.k8s.io/etcd:3.6.5-0",
} as const;
