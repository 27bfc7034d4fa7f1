/** The operator's commands behind the npm scripts. run.mjs starts it. */
import { environment } from "../config/environment";

const [command = "", ...rest] = process.argv.slice(2);

/** Each command loads only the packages that it needs. */
const commands: Record<string, () => Promise<void>> = {
    build: async () => (await import("./build")).build(environment.stack, rest),
    up: async () => (await import("./progress/up")).up(rest),
    // What `up` starts to be able to watch it.
    "up:engine": async () => (await import("./deploy")).up(rest),
    destroy: async () => (await import("./deploy")).destroy(rest),
    "monitoring:up": async () => (await import("./deploy")).up(rest, "monitoring"),
    "monitoring:destroy": async () => (await import("./deploy")).destroy(rest, "monitoring"),
    status: async () => (await import("./status")).status(),
    "monitoring:status": async () => (await import("./status")).status("monitoring"),
    grafana: async () => (await import("./port-forward")).grafana(),
    prometheus: async () => (await import("./port-forward")).prometheus(),
    sandbox: async () => (await import("./sandbox")).sandbox(rest),
    "sandbox:verify": async () => (await import("./sandbox")).verifySandbox(rest),
    "sandbox:destroy": async () => (await import("./sandbox")).destroySandbox(),
    "upgrade-check": async () => (await import("./upgrade-check")).upgradeCheck(rest),
    reference: async () => (await import("./reference")).writeReference(),
    "bench:deploy": async () => (await import("./bench/deploy")).benchDeploy(rest),
    "bench:dns": async () => (await import("./bench/dns")).benchDns(rest),
    "bench:dhcp": async () => (await import("./bench/dhcp")).benchDhcp(rest),
    drill: async () => (await import("./drill")).drill(rest),
    soak: async () => (await import("./soak")).soak(rest),
    doctor: async () => (await import("./doctor")).doctor(rest),
    ca: async () => (await import("./ca")).ca(),
    kubeadm: async () => (await import("./kubeadm")).kubeadm(),
    walk: async () => (await import("./walk")).walk(rest),
    verify: async () => (await import("./verify")).verify(rest),
};

const chosen = commands[command];
if (!chosen) {
    console.error(`unknown command "${command}"; there are: ${Object.keys(commands).join(", ")}`);
    process.exit(64);
}
const stackOption = rest.find((arg) => /^(-s|--stack)(=|$)/.test(arg));
if (stackOption !== undefined) {
    console.error(
        `npm run ${command} does not know ${stackOption}; name the stack in the environment: STACK=homelab npm run ${command}`,
    );
    process.exit(64);
}
chosen().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
});
