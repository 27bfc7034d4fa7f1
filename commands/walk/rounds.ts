/**
 * What `npm run walk` changes. The values are valid for the network of the stack `homelab`, 192.168.122.0/24. Settings
 * are written as `pulumi config set --path` takes them, without `noc:`.
 */

import { parseDocument } from "yaml";

import { pathOf } from "../../config/setting-path";

/** Settings and their values. Undefined removes one. */
export type Changes = Readonly<Record<string, unknown>>;

/** The text of a stack's file with some settings changed. */
export function changedFile(text: string, changes: Changes): string {
    const document = parseDocument(text);
    for (const [setting, value] of Object.entries(changes)) {
        const [component = "", ...path] = pathOf(`noc:${setting}`);
        const at = ["config", `noc:${String(component)}`, ...path];
        if (value === undefined) {
            document.deleteIn(at);
        } else {
            document.setIn(at, document.createNode(value));
        }
    }
    return document.toString();
}

const mailbox = { to: "noc@example.org", from: "alerts@example.org", smarthost: "192.168.122.1:25" };

/** What is set during the whole walk, so that settings within it can be changed one by one. */
export const base: Changes = {
    "clusterDns.enabled": false,
    "logs.enabled": false,
    "dhcp.highAvailability.enabled": false,
    "dns.allowFrom": ["192.168.122.0/23", "10.244.0.0/16"],
    "dns.forwardZones": [{ name: "example.com", addresses: ["192.168.122.1"], insecure: true, tls: "dns.example.com" }],
    "dns.stubZones": [{ name: "example.net", addresses: ["192.168.122.1"], insecure: true }],
    "dns.localRecords": [{ name: "ns.home.arpa", type: "A", value: "192.168.122.101" }],
    "dns.probeNames": ["ns.home.arpa"],
    "dhcp.options": [{ name: "ntp-servers", data: "192.168.122.1" }],
    "dhcp.subnets[0].relays": ["192.168.1.1"],
    "dhcp.subnets[0].options": [{ name: "time-servers", data: "192.168.122.1" }],
    "dhcp.subnets[0].reservations": [
        {
            hwAddress: "02:4e:4f:43:00:0b",
            address: "192.168.122.155",
            hostname: "printer",
            options: [{ name: "log-servers", data: "192.168.122.1" }],
        },
    ],
    "monitoring.controlPlaneEndpoints": {
        etcd: ["192.168.122.2"],
        scheduler: ["192.168.122.2"],
        controllerManager: ["192.168.122.2"],
        proxy: ["192.168.122.10", "192.168.122.11", "192.168.122.12"],
    },
    "monitoring.grafanaHost": undefined,
    "monitoring.grafanaAddress": "192.168.122.103",
    "monitoring.grafanaPlainHttp": true,
    "monitoring.grafanaPassword": "first password of the walk",
    "monitoring.receivers": [
        { name: "mail", email: { ...mailbox, username: "noc", password: "walk" } },
        { name: "slack", slack: { url: "https://hooks.slack.com/services/walk", channel: "#walk" } },
        { name: "webhook", webhook: { url: "http://192.168.122.1:9/walk", bearerToken: "walk" } },
        { name: "pagerduty", pagerduty: { routingKey: "0".repeat(32) } },
    ],
};

/**
 * Settings that are changed together, and then set back. In one round, settings of the same component either change
 * different objects, or have the same effect on the same objects.
 */
export const rounds: readonly Changes[] = [
    {
        // Unbound's configuration
        "dns.allowFrom": ["192.168.122.0/23", "10.244.0.0/16", "192.168.1.0/24"],
        "dns.clientQueryLimit": 4000,
        "dns.dnssec": false,
        "dns.trustAnchors": [
            "corp.example. DS 12345 13 2 49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC0000",
        ],
        "dns.rebindingProtection": false,
        "dns.privateDomains": ["corp.example"],
        "dns.forwardZones[0].name": "example.org",
        "dns.forwardZones[0].addresses": ["192.168.122.1@5353"],
        "dns.forwardZones[0].insecure": false,
        "dns.forwardZones[0].tls": "other.example.com",
        "dns.stubZones[0].name": "example.edu",
        "dns.stubZones[0].addresses": ["192.168.122.1@5353"],
        "dns.stubZones[0].insecure": false,
        "dns.localRecords[0].name": "other.home.arpa",
        "dns.localRecords[0].value": "192.168.122.102",
        "dns.localRecords[0].ttl": 60,
        "dns.log": "queries",
        // Kea's configuration
        "dhcp.domain": "other.home.arpa",
        "dhcp.validLifetime": 8000,
        "dhcp.renewTimer": 1200,
        "dhcp.rebindTimer": 2400,
        "dhcp.declineProbation": 300,
        "dhcp.subnets[0].pools": ["192.168.122.160-192.168.122.198"],
        "dhcp.subnets[0].router": "192.168.122.3",
        "dhcp.subnets[0].relays": ["192.168.2.1"],
        "dhcp.subnets[0].options[0].name": "log-servers",
        "dhcp.subnets[0].options[0].data": "192.168.122.2",
        "dhcp.subnets[0].reservations[0].hwAddress": "02:4e:4f:43:00:0c",
        "dhcp.subnets[0].reservations[0].address": "192.168.122.156",
        "dhcp.subnets[0].reservations[0].hostname": "plotter",
        "dhcp.subnets[0].reservations[0].options[0].name": "time-servers",
        "dhcp.subnets[0].reservations[0].options[0].data": "192.168.122.2",
        "dhcp.options[0].name": "nis-servers",
        "dhcp.options[0].data": "192.168.122.2",
        "dhcp.log": "leases",
        // alert thresholds
        "metallb.thresholds.poolRatio": 0.7,
        "monitoring.thresholds.restarts": 4,
        "monitoring.thresholds.volumeRatio": 0.8,
        "monitoring.thresholds.certificateDays": 10,
        // Prometheus
        "monitoring.retention": "14d",
        "monitoring.memory": "1536Mi",
    },
    {
        "dns.cpu": "500m",
        "dns.memory": "640Mi",
        "dns.thresholds.servfailRatio": 0.06,
        "dns.thresholds.unansweredRatio": 0.2,
        "dns.thresholds.bogusRatio": 0.02,
        "dns.thresholds.recursionSeconds": 2,
        "dns.thresholds.answerSeconds": 0.3,
        "dns.thresholds.cacheHitRatio": 0.4,
        "dns.thresholds.replicaShare": 0.3,
        "dns.thresholds.clientQueries": 0.2,
        "dns.thresholds.redisMemoryRatio": 0.9,
        "dns.thresholds.redisEvictions": 20,
        "dns.thresholds.redisUnexpiringRatio": 0.1,
        "dns.objectives.availability": 0.998,
        "dns.objectives.latency": 0.98,
        "dns.objectives.latencySeconds": 0.131072,
        "dhcp.resolvers": ["192.168.122.1"],
        "dhcp.relayFrom": ["192.168.122.0/24", "10.0.0.0/8"],
        "dhcp.thresholds.poolWarning": 0.7,
        "dhcp.thresholds.poolCritical": 0.95,
        "dhcp.thresholds.failedAllocations": 6,
        "dhcp.thresholds.naksPerMinute": 11,
        "dhcp.thresholds.declinedAddresses": 4,
        "dhcp.thresholds.quietMinutes": 90,
        "monitoring.grafanaPassword": "second password of the walk",
        "metallb.announceFromControlPlane": true,
    },
    {
        "dns.redisMemory": "320Mi",
        "dns.probeNames": ["example.com"],
        "dhcp.subnets[0].options[0].name": undefined,
        "dhcp.subnets[0].options[0].code": 224,
        "dhcp.subnets[0].options[0].data": "01",
        "dhcp.subnets[0].reservations[0].options[0].name": undefined,
        "dhcp.subnets[0].reservations[0].options[0].code": 225,
        "dhcp.subnets[0].reservations[0].options[0].data": "01",
        "dhcp.options[0].name": undefined,
        "dhcp.options[0].code": 226,
        "dhcp.options[0].data": "01",
        "monitoring.receivers[0].name": "other",
        "monitoring.receivers[0].severities": ["critical"],
        "monitoring.receivers[0].email.to": "other@example.org",
        "monitoring.receivers[0].email.from": "other@example.org",
        "monitoring.receivers[0].email.smarthost": "192.168.122.1:465",
        "monitoring.receivers[0].email.username": "other",
        "monitoring.receivers[0].email.password": "other",
        "monitoring.receivers[0].email.requireTls": false,
        "monitoring.receivers[1].slack.url": "https://hooks.slack.com/services/other",
        "monitoring.receivers[1].slack.channel": "#other",
        "monitoring.receivers[2].webhook.url": "http://192.168.122.1:9/other",
        "monitoring.receivers[2].webhook.bearerToken": "other",
        "monitoring.receivers[3].pagerduty.routingKey": "1".repeat(32),
        "monitoring.heartbeat": "http://192.168.122.1:9/heartbeat",
        "monitoring.runbooks": "https://git.example.org/noc/components",
        "monitoring.gitSync": true,
        "monitoring.grafanaSourceRanges": ["192.168.122.0/24"],
        "metallb.pools[0].reserved": ["192.168.122.150"],
    },
    {
        "dns.replicas": 3,
        "dns.furtherAddresses": ["192.168.122.120"],
        "dns.localRecords[0].type": "TXT",
        "monitoring.controlPlaneEndpoints.etcd": [],
        "monitoring.controlPlaneEndpoints.scheduler": [],
        "monitoring.controlPlaneEndpoints.controllerManager": [],
        "monitoring.controlPlaneEndpoints.proxy": [],
        "metallb.pools[0].addresses": ["192.168.122.100-192.168.122.149"],
    },
    { "dns.upstreamIpv6": true, "monitoring.controlPlane": false },
    { "dns.address": "192.168.122.111", "monitoring.metricsServer": "off" },
    { "dhcp.address": "192.168.122.112" },
    { "monitoring.grafanaAddress": "192.168.122.113" },
    {
        "monitoring.grafanaPlainHttp": false,
        "monitoring.grafanaAddress": undefined,
    },
    { "metallb.pools[0].name": "other-pool" },
    {
        "dhcp.subnets[0].subnet": "192.168.122.0/23",
    },
    { "monitoring.storage": "30Gi" },
    { "site.storageClass": "local-path" },
    { "dhcp.leaseStorage": "200Mi" },
    { "dhcp.subnets[0].id": 2 },
    { "monitoring.keepCrds": true },
    { "site.chartMirror": "http://localhost:8879" },
    { "site.loadBalancerClass": "metallb.io/metallb" },
    {
        "site.nodeAddresses": ["192.168.122.10-192.168.122.13"],
        "site.foreignRanges": ["192.168.122.20-192.168.122.99"],
    },
    { "dhcp.enabled": false },
    { "dns.enabled": false, "dhcp.resolvers": ["192.168.122.1"] },
    { "monitoring.enabled": false },
];

const platform = "not walked: the component is off in the stack of the walk";
const leaseDatabase = "not walked: needs a PostgreSQL server (docs/dhcp-lease-database.md)";

/** What a change of the other settings does, or of all settings of a component. The walk does not make them. */
export const notWalked: Readonly<Record<string, string>> = {
    "site.kubeContext": "is refused while the stack is deployed to another cluster",
    "site.namespace":
        "not walked: replaces the namespace with DNS and DHCP, which give up their addresses and leases; destroy the stack first",
    "site.imageMirror": "not walked: restarts all pods, with images from there",
    "metallb.enabled":
        "not walked: the Services keep their addresses only if the cluster's other load balancer gives them",
    "dns.path":
        "not walked: adds or removes the resolvers in the nodes' network; the Service's pods answer meanwhile (docs/dns-path.md)",
    dnsdist: platform,
    storage: platform,
    sealedSecrets: platform,
    certManager: platform,
    externalSecrets: platform,
    backups: platform,
    gateway: platform,
    clusterDns: platform,
    networkPolicies: platform,
    admission: platform,
    objectStorage: platform,
    argoCd: platform,
    cloudflared: platform,
    harbor: platform,
    arc: platform,
    logs: platform,
    grafanaCloud: "not walked: needs an account",
    "dhcp.leaseNames.enabled": "not walked: restarts Kea, and the resolver's pods one by one (docs/lease-names.md)",
    "dhcp.leaseNames.takenNames": "not walked: restarts Kea",
    "dhcp.highAvailability.enabled":
        "not walked: adds or removes the second server, and restarts the first (docs/dhcp-high-availability.md)",
    "dhcp.highAvailability.address": "not walked: needs the second server, which is off in the stack of the walk",
    "dhcp.leaseDatabase.enabled": leaseDatabase,
    "dhcp.leaseDatabase.host": leaseDatabase,
    "dhcp.leaseDatabase.port": leaseDatabase,
    "dhcp.leaseDatabase.name": leaseDatabase,
    "dhcp.leaseDatabase.user": leaseDatabase,
    "dhcp.leaseDatabase.password": leaseDatabase,
    "dhcp.leaseDatabase.tls": leaseDatabase,
    "dhcp.leaseDatabase.ca": leaseDatabase,
    "dhcp.leaseDatabase.servers": leaseDatabase,
    "dns.encryption.name": "not walked: needs a certificate for the resolver",
    "dns.encryption.secret": "not walked: needs a certificate for the resolver",
    "monitoring.grafanaHost": "not walked: needs the gateway, which is off in the stack of the walk",
    "monitoring.grafanaTlsSecret": "not walked: restarts monitoring/kube-prometheus-stack-grafana",
};
