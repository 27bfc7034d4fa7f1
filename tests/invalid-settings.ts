/** Settings that cannot be deployed, each with what its user is told. */
import type { RawConfig } from "../commands/stack-config";

export const pool = { name: "noc-poc-pool", addresses: ["192.168.139.50-192.168.139.70"] };
const subnet = { id: 1, subnet: "192.168.1.0/24", pools: ["192.168.1.100-192.168.1.200"], router: "192.168.1.1" };
const client = { hwAddress: "02:00:00:00:00:01", address: "192.168.1.10" };
const json = JSON.stringify;

/** What is changed in the poc stack, and all that the error says about it. */
export const invalidSettings: [title: string, change: RawConfig, message: string][] = [
    // single values
    ["a misspelt key", { "noc:dnsAdress": "1.2.3.4" }, "noc:dnsAdress is not a setting; did you mean noc:dnsAddress?"],
    [
        "a key of something else",
        { "noc:wireguard": "yes" },
        "noc:wireguard is not a setting; Pulumi.yaml lists the settings",
    ],
    [
        "an unknown key inside",
        { "noc:metallbPools": json([{ ...pool, color: "red" }]) },
        "noc:metallbPools[0].color is not a setting; Pulumi.yaml lists the settings",
    ],
    [
        "a context that is not set",
        { "noc:kubeContext": "" },
        'noc:kubeContext = "" is empty; name a context of your kubeconfig',
    ],
    [
        "a namespace that is no label",
        { "noc:namespace": "NOC_poc" },
        'noc:namespace = "NOC_poc" is not a DNS label; use at most 63 lower-case letters, digits and inner hyphens',
    ],
    [
        "an address with too many parts",
        { "noc:dnsAddress": "192.168.139.50.1" },
        'noc:dnsAddress = "192.168.139.50.1" is not an IPv4 address; write four numbers from 0 to 255, like 192.168.1.1',
    ],
    ["no replicas", { "noc:dnsReplicas": "0" }, "noc:dnsReplicas = 0 is too few; set it to 1 or more"],
    ["half a replica", { "noc:dnsReplicas": "1.5" }, "noc:dnsReplicas = 1.5 is not a whole number"],
    [
        "a memory size without sense",
        { "noc:dnsMemory": "512 MB" },
        'noc:dnsMemory = "512 MB" is not a Kubernetes quantity above zero; write it like 500m, 2, 256Mi or 10Gi',
    ],
    [
        "no CPU at all",
        { "noc:dnsCpu": "0" },
        "noc:dnsCpu = 0 is not a Kubernetes quantity above zero; write it like 500m, 2, 256Mi or 10Gi",
    ],
    [
        "an open resolver",
        { "noc:dnsAllowFrom": json(["0.0.0.0/0"]) },
        'noc:dnsAllowFrom[0] = "0.0.0.0/0" would open the resolver to the world, which makes it an amplifier; list your own networks, like 10.0.0.0/8',
    ],
    [
        "a network with host bits",
        { "noc:dnsAllowFrom": json(["192.168.1.7/24"]) },
        'noc:dnsAllowFrom[0] = "192.168.1.7/24" has bits set behind its prefix; write 192.168.1.0/24',
    ],
    [
        "nobody allowed to ask",
        { "noc:dnsAllowFrom": "[]" },
        "noc:dnsAllowFrom = [] allows nobody to ask; list the networks of the clients",
    ],
    [
        "a forwarder that is no address",
        { "noc:dnsForwardZones": json([{ name: "corp.example", addresses: ["ns1"] }]) },
        'noc:dnsForwardZones[0].addresses[0] = "ns1" is not an IPv4 address; write four numbers from 0 to 255, like 192.168.1.1',
    ],
    [
        "a forwarder's port out of range",
        { "noc:dnsForwardZones": json([{ name: "corp.example", addresses: ["10.0.0.1@99999"] }]) },
        'noc:dnsForwardZones[0].addresses[0] = "10.0.0.1@99999" has no such port; write address@port, like 192.168.1.1@5353',
    ],
    [
        "a zone both forwarded and stub",
        {
            "noc:dnsForwardZones": json([{ name: "corp.example", addresses: ["10.0.0.1"] }]),
            "noc:dnsStubZones": json([{ name: "Corp.example.", addresses: ["10.0.0.2"] }]),
        },
        'noc:dnsStubZones[0].name = "corp.example." is also noc:dnsForwardZones[0].name; send each zone to one set of servers',
    ],
    [
        "a zone name with a space",
        { "noc:dnsStubZones": json([{ name: "my zone", addresses: ["10.0.0.1"] }]) },
        'noc:dnsStubZones[0].name = "my zone" is not a domain name; use labels of letters, digits and inner hyphens, joined by dots',
    ],
    [
        "a record type nobody knows",
        { "noc:dnsLocalRecords": json([{ name: "a.example", type: "AA", value: "10.0.0.1" }]) },
        'noc:dnsLocalRecords[0].type = "AA" is not a record type; use one of A, AAAA, CNAME, PTR, TXT, SRV, MX',
    ],
    [
        "a record whose value does not suit its type",
        { "noc:dnsLocalRecords": json([{ name: "a.example", type: "A", value: "ten" }]) },
        'noc:dnsLocalRecords[0].value = "ten" is not an IPv4 address; write four numbers from 0 to 255, like 192.168.1.1',
    ],
    [
        "a record that breaks out of its quotes",
        {
            "noc:dnsLocalRecords": json([
                { name: "a.example", type: "TXT", value: "x'\n  access-control: 0.0.0.0/0 allow" },
            ]),
        },
        'noc:dnsLocalRecords[0].value = "x\'\\n  access-control: 0.0.0.0/0 allow" has a quote, backslash or line break in it, or is empty',
    ],
    [
        "a trust anchor that is none",
        { "noc:dnsTrustAnchors": json(["corp.example"]) },
        'noc:dnsTrustAnchors[0] = "corp.example" is not a DS or DNSKEY record; write it like "corp.example. DS 12345 13 2 49FD46…"',
    ],
    [
        "a retention without a unit",
        { "noc:monitoringRetention": "7" },
        "noc:monitoringRetention = 7 is not a Prometheus duration; write it like 36h, 7d or 1y",
    ],
    [
        "a receiver that is told nowhere",
        { "noc:monitoringReceivers": json([{ name: "noc", severities: ["critical"] }]) },
        "noc:monitoringReceivers[0] is told nowhere; add one of email, slack, webhook, pagerduty",
    ],
    [
        "a webhook that is no URL, without repeating it",
        { "noc:monitoringReceivers": json([{ name: "noc", webhook: { url: "hooks.example.org/secret" } }]) },
        "noc:monitoringReceivers[0].webhook.url is not a URL; write it like https://alerts.example.org/hook",
    ],
    [
        "a heartbeat that is no URL, without repeating it",
        { "noc:monitoringHeartbeat": "secret" },
        "noc:monitoringHeartbeat is not a URL; write it like https://alerts.example.org/hook",
    ],
    [
        "an unknown threshold",
        { "noc:dnsThresholds": json({ servfail: 0.1 }) },
        "noc:dnsThresholds.servfail is not a setting; Pulumi.yaml lists the settings",
    ],
    [
        "a share in percent",
        { "noc:dnsThresholds": json({ servfailRatio: 5 }) },
        "noc:dnsThresholds.servfailRatio = 5 is not a share; set it above 0 and below 1",
    ],
    [
        "a latency that Unbound does not count by",
        { "noc:dnsObjectives": json({ latencySeconds: 0.2 }) },
        "noc:dnsObjectives.latencySeconds = 0.2 is not a bucket of Unbound's histogram; use one of 0.016384, 0.032768, 0.065536, 0.131072, 0.262144, 0.524288",
    ],
    [
        "a warning after the critical alert",
        { "noc:dhcpThresholds": json({ poolWarning: 0.95 }) },
        "noc:dhcpThresholds.poolWarning = 0.95 is not below poolCritical; the warning comes first",
    ],
    [
        "an unknown level of logging",
        { "noc:dnsLog": "debug" },
        'noc:dnsLog = "debug" is not a level; use errors or queries',
    ],
    [
        "runbooks that are no URL",
        { "noc:monitoringRunbooks": "docs/runbooks" },
        'noc:monitoringRunbooks = "docs/runbooks" is not a URL; write it like https://git.example.org/noc/docs/runbooks',
    ],
    [
        "an unknown choice of metrics-server",
        { "noc:monitoringMetricsServer": "yes" },
        'noc:monitoringMetricsServer = "yes" is not a choice; use off, on, or insecure where the kubelets\' certificates are their own',
    ],
    [
        "a short password",
        { "noc:monitoringGrafanaPassword": "admin" },
        "noc:monitoringGrafanaPassword is too short; use at least 12 characters, or leave it out for a generated one",
    ],
    [
        "a mirror that is no URL",
        { "noc:chartMirror": "charts.lan" },
        'noc:chartMirror = "charts.lan" is not a URL; write it like https://charts.example.org',
    ],
    [
        "a registry with a scheme",
        { "noc:imageMirror": "https://registry.lan" },
        'noc:imageMirror = "https://registry.lan" is not a registry; write host[:port][/path] without https://',
    ],
    [
        "a load-balancer class without a domain",
        { "noc:loadBalancerClass": "metallb" },
        'noc:loadBalancerClass = "metallb" is not a load-balancer class; write it like metallb.io/metallb',
    ],
    [
        "a list that is no JSON",
        { "noc:metallbPools": "192.168.139.50" },
        'noc:metallbPools = "192.168.139.50" is not JSON; set it in the stack\'s file as YAML',
    ],
    [
        "a subnet without an id",
        { "noc:dhcpSubnets": json([{ ...subnet, id: undefined }]) },
        "noc:dhcpSubnets[0].id is missing or not a whole number; give each subnet its own id, which its leases are kept under",
    ],
    [
        "a hardware address that is none",
        { "noc:dhcpSubnets": json([{ ...subnet, reservations: [{ ...client, hwAddress: "02-00" }] }]) },
        'noc:dhcpSubnets[0].reservations[0].hwAddress = "02-00" is not a hardware address; write it like 02:00:5e:10:00:01',
    ],
    [
        "a host name that is no label",
        { "noc:dhcpSubnets": json([{ ...subnet, reservations: [{ ...client, hostname: "big printer" }] }]) },
        'noc:dhcpSubnets[0].reservations[0].hostname = "big printer" is not a DNS label; use at most 63 lower-case letters, digits and inner hyphens',
    ],
    [
        "an option with neither name nor code",
        { "noc:dhcpOptions": json([{ data: "x" }]) },
        'noc:dhcpOptions[0] = {"data":"x"} needs either a name or a code; Kea\'s manual lists the names of the standard options',
    ],

    // rules between values
    [
        "no pool",
        { "noc:metallbPools": "[]", "noc:dnsAddress": "", "noc:dhcpAddress": "" },
        "noc:metallbPools = [] has no pool for MetalLB; add one, or set noc:metallbEnabled to false",
    ],
    [
        "a pool in reverse",
        { "noc:metallbPools": json([{ name: "a", addresses: ["192.168.139.70-192.168.139.50"] }]) },
        'noc:metallbPools[0].addresses[0] = "192.168.139.70-192.168.139.50" ends before it begins; write 192.168.139.50-192.168.139.70',
    ],
    [
        "pools that overlap",
        { "noc:metallbPools": json([pool, { name: "b", addresses: ["192.168.139.70-192.168.139.80"] }]) },
        'noc:metallbPools[1].addresses[0] = "192.168.139.70-192.168.139.80" overlaps noc:metallbPools[0].addresses[0] (192.168.139.50-192.168.139.70); give each address to one pool',
    ],
    [
        "pools of one name",
        { "noc:metallbPools": json([pool, { ...pool, addresses: ["192.168.139.80/32"] }]) },
        'noc:metallbPools[1].name = "noc-poc-pool" is also noc:metallbPools[0].name; give each pool its own name',
    ],
    [
        "an address outside the pools",
        { "noc:dnsAddress": "192.168.139.71" },
        'noc:dnsAddress = "192.168.139.71" is in none of the pools (192.168.139.50-192.168.139.70); choose one of their addresses or extend noc:metallbPools',
    ],
    [
        "two Services on one address",
        { "noc:dhcpAddress": "192.168.139.50" },
        'noc:dhcpAddress = "192.168.139.50" is also noc:dnsAddress; give each Service its own address',
    ],
    [
        "a Service on a reserved address",
        { "noc:metallbPools": json([{ ...pool, reserved: ["192.168.139.51"] }]) },
        'noc:dhcpAddress = "192.168.139.51" overlaps noc:metallbPools[0].reserved[0] (192.168.139.51); choose one that is not reserved',
    ],
    [
        "a reserved address outside its pool",
        { "noc:metallbPools": json([{ ...pool, reserved: ["192.168.139.9"] }]) },
        'noc:metallbPools[0].reserved[0] = "192.168.139.9" is not in the pool noc-poc-pool; reserve one of its addresses',
    ],
    [
        "a node in a pool",
        { "noc:nodeAddresses": json(["192.168.139.60"]) },
        'noc:metallbPools[0].addresses[0] = "192.168.139.50-192.168.139.70" overlaps noc:nodeAddresses[0] (192.168.139.60); leave the nodes\' addresses out of it',
    ],
    [
        "a node among the leases",
        { "noc:nodeAddresses": json(["192.168.1.150"]) },
        'noc:dhcpSubnets[0].pools[0] = "192.168.1.100-192.168.1.200" overlaps noc:nodeAddresses[0] (192.168.1.150); leave the nodes\' addresses out of it',
    ],
    [
        "another DHCP server's range among the leases",
        { "noc:foreignRanges": json(["192.168.1.2-192.168.1.254"]) },
        'noc:dhcpSubnets[0].pools[0] = "192.168.1.100-192.168.1.200" overlaps noc:foreignRanges[0] (192.168.1.2-192.168.1.254); leave out what something else hands out',
    ],
    [
        "a pool among the leases",
        { "noc:metallbPools": json([pool, { name: "b", addresses: ["192.168.1.200-192.168.1.210"] }]) },
        'noc:metallbPools[1].addresses[0] = "192.168.1.200-192.168.1.210" overlaps noc:dhcpSubnets[0].pools[0] (192.168.1.100-192.168.1.200); hand out each address either as a lease or to a Service',
    ],
    [
        "a router among the leases",
        { "noc:dhcpSubnets": json([{ ...subnet, router: "192.168.1.100" }]) },
        'noc:dhcpSubnets[0].pools[0] = "192.168.1.100-192.168.1.200" overlaps noc:dhcpSubnets[0].router (192.168.1.100); leave the router\'s address out of it',
    ],
    [
        "leases outside their subnet",
        { "noc:dhcpSubnets": json([{ ...subnet, pools: ["192.168.1.200-192.168.2.10"] }]) },
        'noc:dhcpSubnets[0].pools[0] = "192.168.1.200-192.168.2.10" is not in the subnet 192.168.1.0/24; choose addresses of that subnet',
    ],
    [
        "a router outside its subnet",
        { "noc:dhcpSubnets": json([{ ...subnet, router: "192.168.2.1" }]) },
        'noc:dhcpSubnets[0].router = "192.168.2.1" is not in the subnet 192.168.1.0/24; choose addresses of that subnet',
    ],
    [
        "a reservation outside its subnet",
        { "noc:dhcpSubnets": json([{ ...subnet, reservations: [{ ...client, address: "192.168.9.9" }] }]) },
        'noc:dhcpSubnets[0].reservations[0].address = "192.168.9.9" is not in the subnet 192.168.1.0/24; choose addresses of that subnet',
    ],
    [
        "one address reserved twice",
        {
            "noc:dhcpSubnets": json([
                { ...subnet, reservations: [client, { ...client, hwAddress: "02:00:00:00:00:02" }] },
            ]),
        },
        'noc:dhcpSubnets[0].reservations[1].address = "192.168.1.10" is also noc:dhcpSubnets[0].reservations[0].address; reserve each address once',
    ],
    [
        "one client with two addresses",
        { "noc:dhcpSubnets": json([{ ...subnet, reservations: [client, { ...client, address: "192.168.1.11" }] }]) },
        'noc:dhcpSubnets[0].reservations[1].hwAddress = "02:00:00:00:00:01" is also noc:dhcpSubnets[0].reservations[0].hwAddress; reserve one address for a client',
    ],
    [
        "subnets that overlap",
        {
            "noc:dhcpSubnets": json([
                subnet,
                {
                    ...subnet,
                    id: 2,
                    subnet: "192.168.0.0/16",
                    pools: ["192.168.5.1-192.168.5.9"],
                    router: "192.168.5.10",
                },
            ]),
        },
        'noc:dhcpSubnets[1].subnet = "192.168.0.0/16" overlaps noc:dhcpSubnets[0].subnet (192.168.1.0/24); give each network one subnet',
    ],
    [
        "subnets of one id",
        {
            "noc:dhcpSubnets": json([
                subnet,
                { id: 1, subnet: "192.168.2.0/24", pools: ["192.168.2.10-192.168.2.20"], router: "192.168.2.1" },
            ]),
        },
        "noc:dhcpSubnets[1].id = 1 is also noc:dhcpSubnets[0].id; give each subnet its own id",
    ],
    [
        "no subnet",
        { "noc:dhcpSubnets": "[]" },
        "noc:dhcpSubnets = [] has no subnet to serve; add one, or set noc:dhcpEnabled to false",
    ],
    [
        "a lease renewed after it is rebound",
        { "noc:dhcpRenewTimer": "2000" },
        "noc:dhcpRenewTimer = 2000 is not before noc:dhcpRebindTimer (2000); set renew < rebind < valid",
    ],
    [
        "a lease rebound after it has ended",
        { "noc:dhcpRebindTimer": "5000" },
        "noc:dhcpRebindTimer = 5000 is not before noc:dhcpValidLifetime (4000); set renew < rebind < valid",
    ],
    [
        "no resolver for the clients",
        { "noc:dnsEnabled": "false" },
        "noc:dhcpResolvers = [] names no resolver while noc:dnsEnabled is false; list those that clients shall ask",
    ],
];
