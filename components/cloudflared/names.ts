/** Names and ports that the parts of cloudflared share. */

/** Name of the Deployment and of everything beside it, job of the samples and `app` label of the pods. */
export const app = "cloudflared";
export const namespaceName = "cloudflared";
/** Port of the metrics and of `/ready`. */
export const metricsPort = 2000;
/** Port of Cloudflare's servers: QUIC over UDP, or HTTP/2 over TCP. */
export const tunnelPort = 7844;
/** The Secret with the tunnel's token. */
export const token = { secret: "cloudflared-token", key: "token", folder: "/etc/cloudflared/token" };
/** The ConfigMap with the certificate of the stack's own authority. */
export const authority = { configMap: "cloudflared-ca", key: "ca.crt", folder: "/etc/cloudflared/ca" };
