import {
    client,
    inSubnet,
    key,
    networkOf,
    type Refused,
    reserved,
    subnet,
    testRefused,
} from "../../tests/dhcp-settings";

const pool = { name: "noc-poc-pool", addresses: ["192.168.139.50-192.168.139.70"] };

const refused: Refused[] = [
    // An address that ends in .0 or .255 MetalLB gives to nobody.
    [
        "the broadcast address of a small subnet in a load-balancer pool",
        {
            ...networkOf("192.168.1.0/25", "192.168.1.1", "192.168.1.10"),
            "metallb.pools": [pool, { name: "lan", addresses: ["192.168.1.0", "192.168.1.120-192.168.1.130"] }],
        },
        `noc:metallb.pools[1].addresses[1] = "192.168.1.120-192.168.1.130" overlaps the broadcast address of ${key} (192.168.1.127); leave it out, because no host can use it`,
    ],

    // addresses within DHCP
    [
        "leases outside their subnet",
        inSubnet({ pools: ["192.168.0.200-192.168.1.10"] }),
        `${key}.pools[0] = "192.168.0.200-192.168.1.10" is not in the subnet 192.168.1.0/24; choose addresses of that subnet`,
        `${key}.pools[0] = "192.168.0.200-192.168.1.10" overlaps ${key}.router (192.168.1.1); leave the router's address out of it`,
        `${key}.pools[0] = "192.168.0.200-192.168.1.10" overlaps the network address of ${key} (192.168.1.0); choose addresses that hosts can have`,
    ],
    [
        "a router outside its subnet",
        inSubnet({ router: "192.168.2.1" }),
        `${key}.router = "192.168.2.1" is not in the subnet 192.168.1.0/24; choose addresses of that subnet`,
    ],
    [
        "a reservation outside its subnet",
        reserved({ ...client, address: "192.168.9.9" }),
        `${key}.reservations[0].address = "192.168.9.9" is not in the subnet 192.168.1.0/24; choose addresses of that subnet`,
    ],
    [
        "a lease pool with the network address",
        inSubnet({ pools: ["192.168.1.0", "192.168.1.100"] }),
        `${key}.pools[0] = "192.168.1.0" is also the network address of ${key}; choose addresses that hosts can have`,
    ],
    [
        "a lease pool with the broadcast address",
        inSubnet({ pools: ["192.168.1.100-192.168.1.255"] }),
        `${key}.pools[0] = "192.168.1.100-192.168.1.255" overlaps the broadcast address of ${key} (192.168.1.255); choose addresses that hosts can have`,
    ],
    [
        "the broadcast address as router",
        inSubnet({ router: "192.168.1.255" }),
        `${key}.router = "192.168.1.255" is also the broadcast address of ${key}; choose addresses that hosts can have`,
    ],
    [
        "a reservation of the network address",
        reserved({ ...client, address: "192.168.1.0" }),
        `${key}.reservations[0].address = "192.168.1.0" is also the network address of ${key}; choose addresses that hosts can have`,
    ],
    [
        "a router among the leases",
        inSubnet({ router: "192.168.1.100" }),
        `${key}.pools[0] = "192.168.1.100-192.168.1.200" overlaps ${key}.router (192.168.1.100); leave the router's address out of it`,
    ],
    [
        "a reservation of the router's address",
        reserved({ ...client, address: "192.168.1.1" }),
        `${key}.reservations[0].address = "192.168.1.1" is also ${key}.router; leave the router's address out of it`,
    ],
    [
        "lease pools that overlap",
        inSubnet({ pools: ["192.168.1.100-192.168.1.200", "192.168.1.200"] }),
        `${key}.pools[1] = "192.168.1.200" overlaps ${key}.pools[0] (192.168.1.100-192.168.1.200); lease each address from one pool`,
    ],
    [
        "one address reserved twice",
        reserved(client, { ...client, hwAddress: "02:00:00:00:00:02" }),
        `${key}.reservations[1].address = "192.168.1.10" is also ${key}.reservations[0].address; reserve each address once`,
    ],
    [
        "one client with two addresses",
        reserved(client, { hwAddress: "02-00-00-00-00-01", address: "192.168.1.11" }),
        `${key}.reservations[1].hwAddress = "02:00:00:00:00:01" is also ${key}.reservations[0].hwAddress; reserve one address for a client`,
    ],
    [
        "one host name for two clients",
        reserved(
            { ...client, hostname: "printer" },
            { hwAddress: "02:00:00:00:00:02", address: "192.168.1.11", hostname: "Printer" },
        ),
        `${key}.reservations[1].hostname = "printer" is also ${key}.reservations[0].hostname; give each client of a subnet its own name`,
    ],
    [
        "subnets that overlap",
        {
            "dhcp.subnets": [
                subnet,
                { id: 2, subnet: "192.168.0.0/16", pools: ["192.168.200.1"], router: "192.168.0.1" },
            ],
        },
        'noc:dhcp.subnets[1].subnet = "192.168.0.0/16" overlaps noc:dhcp.subnets[0].subnet (192.168.1.0/24); give each network one subnet',
    ],
    [
        "subnets of one id",
        {
            "dhcp.subnets": [
                subnet,
                { id: 1, subnet: "192.168.2.0/24", pools: ["192.168.2.10"], router: "192.168.2.1" },
            ],
        },
        "noc:dhcp.subnets[1].id = 1 is also noc:dhcp.subnets[0].id; give each subnet its own id",
    ],
    [
        "no subnet",
        { "dhcp.subnets": [] },
        "noc:dhcp.subnets = [] has no subnet to serve; add one, or set noc:dhcp.enabled to false",
    ],
    ...(
        [
            ["0.0.0.0/8 (this network)", "0.0.0.0/24"],
            ["127.0.0.0/8 (loopback)", "127.0.0.0/24"],
            ["224.0.0.0/3 (multicast and reserved)", "239.0.0.0/24"],
            ["224.0.0.0/3 (multicast and reserved)", "240.0.0.0/24"],
        ] as const
    ).map(([special, network]): Refused => {
        const [router, lease] = [network.replace("0/24", "1"), network.replace("0/24", "9")];
        const remedy = `overlaps ${special}, which no host can use; choose other addresses`;
        return [
            `the subnet ${network}`,
            networkOf(network, router, lease),
            `${key}.subnet = "${network}" overlaps ${special}, which DHCP clients cannot use; choose another network`,
            `${key}.pools[0] = "${lease}" ${remedy}`,
            `${key}.router = "${router}" ${remedy}`,
        ];
    }),
    [
        "a link-local subnet",
        networkOf("169.254.1.0/24", "169.254.1.1", "169.254.1.9"),
        `${key}.subnet = "169.254.1.0/24" overlaps 169.254.0.0/16 (link-local), which DHCP clients cannot use; choose another network`,
    ],
    [
        "a relay with no address",
        inSubnet({ relays: ["0.0.0.0"] }),
        `${key}.relays[0] = "0.0.0.0" is in 0.0.0.0/8 (this network); write the address that the relay puts into requests (giaddr)`,
    ],
    [
        "the clients themselves as resolver",
        { "dhcp.resolvers": ["127.0.0.1"] },
        'noc:dhcp.resolvers[0] = "127.0.0.1" is in 127.0.0.0/8 (loopback), where clients reach no resolver; list addresses of resolvers',
    ],

    // addresses of others
    [
        "a node among the leases",
        { "site.nodeAddresses": ["192.168.1.150"] },
        `${key}.pools[0] = "192.168.1.100-192.168.1.200" overlaps noc:site.nodeAddresses[0] (192.168.1.150); leave the nodes' addresses out of it`,
    ],
    [
        "a reservation of a node's address",
        { ...reserved(client), "site.nodeAddresses": ["192.168.1.10"] },
        `${key}.reservations[0].address = "192.168.1.10" is also noc:site.nodeAddresses[0]; leave the nodes' addresses out of it`,
    ],
    [
        "another DHCP server's range among the leases",
        { ...inSubnet({}), "site.foreignRanges": ["192.168.1.2-192.168.1.254"] },
        `${key}.pools[0] = "192.168.1.100-192.168.1.200" overlaps noc:site.foreignRanges[0] (192.168.1.2-192.168.1.254); leave out the addresses that something else uses`,
    ],
    [
        "a reservation of an address that something else uses",
        { ...reserved(client), "site.foreignRanges": ["192.168.1.10"] },
        `${key}.reservations[0].address = "192.168.1.10" is also noc:site.foreignRanges[0]; leave out the addresses that something else uses`,
    ],
    [
        "a load-balancer pool with a reservation",
        { ...reserved(client), "metallb.pools": [pool, { name: "b", addresses: ["192.168.1.10"] }] },
        `noc:metallb.pools[1].addresses[0] = "192.168.1.10" is also ${key}.reservations[0].address; hand out each address either as a lease or to a Service`,
    ],
    ...(
        [
            [
                "a node's address",
                { "site.nodeAddresses": ["192.168.1.20"] },
                "192.168.1.20",
                "noc:site.nodeAddresses[0]",
            ],
            [
                "an address that something else uses",
                { "site.foreignRanges": ["192.168.1.20"] },
                "192.168.1.20",
                "noc:site.foreignRanges[0]",
            ],
            ["the router's address", {}, "192.168.1.1", `${key}.router`],
            ["a reserved address", reserved(client), "192.168.1.10", `${key}.reservations[0].address`],
        ] as const
    ).map(([title, change, address, other]): Refused => [
        `a Service with ${title}, without MetalLB as well`,
        {
            ...inSubnet({}),
            "metallb.enabled": false,
            "site.loadBalancerClass": undefined,
            "dns.address": address,
            ...change,
        },
        `noc:dns.address = "${address}" is also ${other}; choose an address that nothing else uses`,
    ]),
    [
        "a Service among the leases, without MetalLB as well",
        { "metallb.enabled": false, "site.loadBalancerClass": undefined, "dns.address": "192.168.1.150" },
        `noc:dns.address = "192.168.1.150" overlaps ${key}.pools[0] (192.168.1.100-192.168.1.200); choose an address that nothing else uses`,
    ],
    [
        "a Service with a subnet's broadcast address",
        { "metallb.enabled": false, "site.loadBalancerClass": undefined, "dns.address": "192.168.1.255" },
        `noc:dns.address = "192.168.1.255" is also the broadcast address of ${key}; choose addresses that hosts can have`,
    ],
    [
        "fewer free addresses than Services",
        {
            "metallb.pools": [
                { name: "a", addresses: ["192.168.139.50-192.168.139.51"], reserved: ["192.168.139.51"] },
            ],
            "dhcp.address": undefined,
        },
        "noc:dhcp.address gets no address: the pools (192.168.139.50-192.168.139.51) have 0 that are neither reserved nor a Service's; extend noc:metallb.pools",
    ],
];

describe("DHCP's settings, as far as they are addresses,", () => {
    testRefused(refused);
});
