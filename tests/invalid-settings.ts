/** Settings that cannot be deployed, each with what its user is told. */
import { settingsSchema } from "../components/settings";
import type { SettingChanges } from "../tools/mock-engine";

export const pool = { name: "noc-poc-pool", addresses: ["192.168.139.50-192.168.139.70"] };

/** What is changed in the poc stack, and all that the error says about it. */
export const invalidSettings: [title: string, change: SettingChanges, message: string][] = [
    // single values
    ["a misspelt key", { "dns.adress": "1.2.3.4" }, "noc:dns.adress is not a setting; did you mean noc:dns.address?"],
    [
        "a key of something else",
        { wireguard: "yes" },
        `noc:wireguard is not a setting; there are: ${Object.keys(settingsSchema.shape).join(", ")}`,
    ],
    [
        "a key that is far from all others",
        { "dhcp.options": [{ name: "ntp-servers", data: "192.0.2.1", value: "x" }] },
        "noc:dhcp.options[0].value is not a setting; there are: name, code, data",
    ],
    [
        "text where a whole number belongs",
        { "dns.replicas": "1-3" },
        'noc:dns.replicas = "1-3" is not a whole number; write it in digits, like 3',
    ],
    [
        "an unknown key inside",
        { "metallb.pools": [{ ...pool, color: "red" }] },
        "noc:metallb.pools[0].color is not a setting; there are: name, addresses, reserved",
    ],
    [
        "a context that is not set",
        { "site.kubeContext": "" },
        'noc:site.kubeContext = "" is empty or has a line break; name a context of your kubeconfig on one line',
    ],
    [
        "a namespace that is no label",
        { "site.namespace": "NOC_poc" },
        'noc:site.namespace = "NOC_poc" is not a DNS label; use at most 63 lower-case letters, digits and inner hyphens',
    ],
    [
        "a retention without a unit",
        { "monitoring.retention": 7 },
        "noc:monitoring.retention = 7 is not a Prometheus duration; write whole numbers with the units y, w, d, h, m, s and ms, each at most once and in this order, like 36h, 7d or 1d12h",
    ],
    [
        "a receiver without a channel",
        { "monitoring.receivers": [{ name: "noc", severities: ["critical"] }] },
        "noc:monitoring.receivers[0] has no channel; add one of email, slack, webhook, pagerduty",
    ],
    [
        "a webhook that is no URL, without repeating it",
        { "monitoring.receivers": [{ name: "noc", webhook: { url: "hooks.example.org/secret" } }] },
        "noc:monitoring.receivers[0].webhook.url is not a URL; write it like https://alerts.example.org/hook",
    ],
    [
        "a heartbeat that is no URL, without repeating it",
        { "monitoring.heartbeat": "secret" },
        "noc:monitoring.heartbeat is not a URL; write it like https://alerts.example.org/hook",
    ],
    [
        "runbooks that are no URL",
        { "monitoring.runbooks": "docs/runbooks" },
        'noc:monitoring.runbooks = "docs/runbooks" is not a URL; write it like https://git.example.org/noc/components',
    ],
    [
        "an unknown choice of metrics-server",
        { "monitoring.metricsServer": "yes" },
        'noc:monitoring.metricsServer = "yes" is not a choice; use off, on or insecure',
    ],
    [
        "a short password",
        { "monitoring.grafanaPassword": "admin" },
        "noc:monitoring.grafanaPassword is too short; use at least 12 characters, or leave it out for a generated one",
    ],
    [
        "a mirror that is no URL",
        { "site.chartMirror": "charts.lan" },
        'noc:site.chartMirror = "charts.lan" is not a URL; write it like https://charts.example.org or oci://registry.example.org/charts',
    ],
    [
        "a registry with a scheme",
        { "site.imageMirror": "https://registry.lan" },
        'noc:site.imageMirror = "https://registry.lan" is not a registry; write host[:port][/path], without https:// and without a final slash',
    ],
    [
        "a load-balancer class that Kubernetes refuses",
        { "site.loadBalancerClass": "metallb.io/" },
        'noc:site.loadBalancerClass = "metallb.io/" is not a load-balancer class; write it like metallb.io/metallb',
    ],
    [
        "MetalLB's load-balancer class without MetalLB",
        { "metallb.enabled": false },
        'noc:site.loadBalancerClass = "metallb.io/metallb" is served by MetalLB, and noc:metallb.enabled is false; remove it, or name the class of the cluster\'s own load balancer',
    ],
    [
        "a StorageClass that Kubernetes refuses",
        { "site.storageClass": "fast\nsize: 1Ti" },
        'noc:site.storageClass = "fast\\nsize: 1Ti" is not the name of a StorageClass; use lower-case letters, digits, inner hyphens and dots, like local-path',
    ],
    [
        "a mirror that means a user of Docker Hub",
        { "site.imageMirror": "mirror" },
        'noc:site.imageMirror = "mirror" would be read as a path on Docker Hub; write a host with a domain or a port, like registry.example.org',
    ],
    [
        "a mirror with a final slash",
        { "site.imageMirror": "registry.lan:5000/" },
        'noc:site.imageMirror = "registry.lan:5000/" is not a registry; write host[:port][/path], without https:// and without a final slash',
    ],
    [
        "a mirror's port out of range",
        { "site.imageMirror": "registry.lan:70000" },
        'noc:site.imageMirror = "registry.lan:70000" has no such port; write host[:port][/path] with a port below 65536',
    ],
    [
        "a namespace of Kubernetes",
        { "site.namespace": "kube-system" },
        'noc:site.namespace = "kube-system" belongs to Kubernetes; choose a new name, like noc',
    ],
    [
        "a namespace of another component",
        { "site.namespace": "metallb-system" },
        'noc:site.namespace = "metallb-system" is the namespace of load balancer; choose another name, like noc',
    ],
    [
        "a setting without a value",
        { "dns.address": null },
        "noc:dns.address has no value; write one, or remove the line",
    ],
    [
        "a field whose name needs quotes",
        { "dns.thresholds": { "a.b": 1 } },
        'noc:dns.thresholds["a.b"] is not a setting; there are: servfailRatio, unansweredRatio, bogusRatio, recursionSeconds, answerSeconds, cacheHitRatio, replicaShare, clientQueries, redisMemoryRatio, redisEvictions, redisUnexpiringRatio',
    ],
    [
        "a list that is no JSON",
        { "metallb.pools": "192.168.139.50" },
        'noc:metallb.pools = "192.168.139.50" is not a list; write [a, b]',
    ],

    // rules between values
    [
        "no pool",
        { "metallb.pools": [], "dns.address": undefined, "dhcp.address": undefined },
        "noc:metallb.pools = [] has no pool for MetalLB; add one, or set noc:metallb.enabled to false",
    ],
    [
        "a pool in reverse",
        { "metallb.pools": [{ name: "a", addresses: ["192.168.139.70-192.168.139.50"] }] },
        'noc:metallb.pools[0].addresses[0] = "192.168.139.70-192.168.139.50" ends before it begins; write 192.168.139.50-192.168.139.70',
    ],
    [
        "pools that overlap",
        { "metallb.pools": [pool, { name: "b", addresses: ["192.168.139.70-192.168.139.80"] }] },
        'noc:metallb.pools[1].addresses[0] = "192.168.139.70-192.168.139.80" overlaps noc:metallb.pools[0].addresses[0] (192.168.139.50-192.168.139.70); give each address to one pool',
    ],
    [
        "pools of one name",
        { "metallb.pools": [pool, { ...pool, addresses: ["192.168.139.80/32"] }] },
        'noc:metallb.pools[1].name = "noc-poc-pool" is also noc:metallb.pools[0].name; give each pool its own name',
    ],
    [
        "an address outside the pools",
        { "dns.address": "192.168.139.71" },
        'noc:dns.address = "192.168.139.71" is in none of the pools (192.168.139.50-192.168.139.70); choose one of their addresses or extend noc:metallb.pools',
    ],
    [
        "two Services on one address",
        { "dhcp.address": "192.168.139.50" },
        'noc:dhcp.address = "192.168.139.50" is also noc:dns.address; give each Service its own address',
    ],
    [
        "a Service on a reserved address",
        { "metallb.pools": [{ ...pool, reserved: ["192.168.139.51"] }] },
        'noc:dhcp.address = "192.168.139.51" is also noc:metallb.pools[0].reserved[0]; choose one that is not reserved',
    ],
    [
        "a reserved address outside its pool",
        { "metallb.pools": [{ ...pool, reserved: ["192.168.139.9"] }] },
        'noc:metallb.pools[0].reserved[0] = "192.168.139.9" is not in the pool noc-poc-pool; reserve one of its addresses',
    ],
    [
        "a node in a pool",
        { "site.nodeAddresses": ["192.168.139.60"] },
        'noc:metallb.pools[0].addresses[0] = "192.168.139.50-192.168.139.70" overlaps noc:site.nodeAddresses[0] (192.168.139.60); leave the nodes\' addresses out of it',
    ],
    [
        "a pool among the leases",
        { "metallb.pools": [pool, { name: "b", addresses: ["192.168.1.200-192.168.1.210"] }] },
        'noc:metallb.pools[1].addresses[0] = "192.168.1.200-192.168.1.210" overlaps noc:dhcp.subnets[0].pools[0] (192.168.1.100-192.168.1.200); hand out each address either as a lease or to a Service',
    ],
];
