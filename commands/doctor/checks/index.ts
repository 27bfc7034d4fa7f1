/** Every check, in the order of the report. */
import type { Check } from "../check";
import * as addresses from "./addresses";
import * as cluster from "./cluster";
import * as health from "./health";
import { resolverNodes } from "./resolver-nodes";
import * as network from "./network";
import * as security from "./security";
import * as sources from "./sources";

export const checks: readonly Check[] = [
    cluster.reachable,
    cluster.identity,
    security.credentials,
    cluster.version,
    cluster.nodesReady,
    cluster.size,
    cluster.clocks,
    cluster.names,
    cluster.storageClass,
    cluster.pendingPods,
    cluster.unready,
    network.networks,
    network.flannel,
    network.strictArp,
    network.nodeAddresses,
    network.ports,
    network.mtu,
    network.policies,
    addresses.poolNetwork,
    addresses.addressesInUse,
    addresses.announcing,
    resolverNodes,
    addresses.otherLoadBalancer,
    addresses.serviceAddresses,
    addresses.libvirt,
    addresses.dhcpServers,
    sources.chartSources,
    sources.registries,
    security.controlPlaneMetrics,
    security.auditLog,
    security.encryption,
    security.podSecurity,
    security.certificates,
    health.apiServer,
    health.events,
    health.backupAge,
    health.announced,
    health.routes,
];

/** The checks of a running stack, which `npm run status` shows and `npm run verify` expects to find no error. */
export const healthChecks: readonly Check[] = [
    cluster.nodesReady,
    health.apiServer,
    cluster.pendingPods,
    health.events,
    security.certificates,
    health.backupAge,
    health.announced,
    health.routes,
];
