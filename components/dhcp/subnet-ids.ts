/** Leases are stored with the id of their subnet. A server whose subnet has another id forgets them, and leases their addresses again. */
import type * as pulumi from "@pulumi/pulumi";

import { kubeClients } from "../lib/kube-client";
import { refuseUpdate } from "../lib/refuse-update";
import type { DeployedStatefulSet } from "../lib/claim-template";
import type { Subnet } from "./settings";

/** A subnet of a configuration of Kea. */
export type DeployedSubnet = Pick<Subnet, "id" | "subnet">;

/** What is wrong with the ids of the settings' subnets, given the deployed ones. */
export function subnetIdProblem(
    wanted: readonly DeployedSubnet[],
    deployed: readonly DeployedSubnet[],
): string | undefined {
    for (const [i, { id, subnet }] of wanted.entries()) {
        const before = deployed.find((other) => other.subnet === subnet)?.id;
        if (before !== undefined && before !== id) {
            return `noc:dhcp.subnets[${i}].id = ${id} differs from the deployed id of ${subnet} (${before}), which its leases are stored under; set it back, or, to give up the leases, deploy once without this subnet`;
        }
    }
    return undefined;
}

/** Refuses the update of the release, in the preview already, if it would change the id of a subnet. */
export function refuseSubnetIdChange(
    wanted: readonly DeployedSubnet[],
    server: DeployedStatefulSet,
    read: (server: DeployedStatefulSet) => Promise<DeployedSubnet[]> = readSubnets,
): pulumi.ResourceHook {
    return refuseUpdate(
        `kea-subnet-ids-${server.namespace}-${server.name}`,
        () => read(server),
        (deployed) => subnetIdProblem(wanted, deployed),
    );
}

async function readSubnets({ name, namespace, kubeContext }: DeployedStatefulSet): Promise<DeployedSubnet[]> {
    const { core } = await kubeClients(kubeContext);
    const { data = {} } = await core.readNamespacedConfigMap({ name, namespace });
    const config = JSON.parse(data["kea-dhcp4.conf"] ?? "{}") as { Dhcp4?: { subnet4?: DeployedSubnet[] } };
    return config.Dhcp4?.subnet4 ?? [];
}
