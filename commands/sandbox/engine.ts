/** The container engine that the sandbox's nodes run in. */
import { spawnSync } from "node:child_process";

import { parseSubnet } from "../../config/addresses";

/** In kind's order of preference. */
export const engines = ["docker", "nerdctl", "podman"] as const;
export type Engine = (typeof engines)[number];

/** Runs a program. */
export interface Runner {
    /** Runs it and returns what it printed. Undefined where it failed, or is not installed. */
    read(program: string, args: readonly string[]): string | undefined;
}

/** How long an engine may take to answer, in milliseconds. One without a daemon may not answer at all. */
const patience = 15_000;

/** Runs programs of this machine. */
export const local: Runner = {
    read(program, args) {
        const { status, stdout } = spawnSync(program, args, { encoding: "utf8", timeout: patience });
        return status === 0 ? stdout : undefined;
    },
};

/**
 * The engine to use: the one asked for, or the first whose daemon answers.
 * @throws Error saying what to install or start.
 */
export function findEngine(asked: string | undefined, runner: Runner = local): Engine {
    const candidates = asked === undefined ? engines : engines.filter((engine) => engine === asked);
    const engine = candidates.find((name) => runner.read(name, ["ps", "-q"]) !== undefined);
    if (engine) {
        return engine;
    }
    throw new Error(
        asked === undefined
            ? "no container engine answers; install and start Docker (https://docs.docker.com/get-docker/), Podman or nerdctl"
            : `KIND_EXPERIMENTAL_PROVIDER = ${JSON.stringify(asked)} does not answer to \`${asked} ps\`; start it, or use one of ${engines.join(", ")}`,
    );
}

/** The environment that makes kind use the engine and a network of the sandbox's own. */
export const engineEnvironment = (engine: Engine): Record<string, string> => ({
    KIND_EXPERIMENTAL_PROVIDER: engine,
    KIND_EXPERIMENTAL_DOCKER_NETWORK: networkName,
    KIND_EXPERIMENTAL_PODMAN_NETWORK: networkName,
});

const networkName = "noc-sandbox";

/** The network of the nodes. With nerdctl, kind shares one between all its clusters. */
export const networkOf = (engine: Engine): string => (engine === "nerdctl" ? "kind" : networkName);

/** The IPv4 subnet of the nodes' network. @throws Error if it has none. */
export function subnetOf(engine: Engine, runner: Runner = local): string {
    const inspected = runner.read(engine, ["network", "inspect", networkOf(engine)]);
    const subnet = inspected && ipv4Subnet(inspected);
    if (!subnet) {
        throw new Error(`the network ${networkOf(engine)} of ${engine} has no IPv4 subnet; remove it and try again`);
    }
    return subnet;
}

/** Finds the IPv4 subnet in `network inspect`: Docker and nerdctl have `IPAM.Config[].Subnet`, Podman `subnets[].subnet`. */
export function ipv4Subnet(inspected: string): string | undefined {
    const [network] = JSON.parse(inspected) as {
        IPAM?: { Config?: { Subnet?: string }[] };
        subnets?: { subnet?: string }[];
    }[];
    const subnets = [
        ...(network?.IPAM?.Config ?? []).map(({ Subnet }) => Subnet),
        ...(network?.subnets ?? []).map(({ subnet }) => subnet),
    ];
    return subnets.find((subnet) => subnet !== undefined && isIpv4(subnet));
}

function isIpv4(subnet: string): boolean {
    try {
        parseSubnet(subnet);
        return true;
    } catch {
        return false;
    }
}
