/** `npm run sandbox`: a throw-away cluster of containers with the stack on it. */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { Resolver } from "node:dns/promises";
import { parseArgs } from "node:util";

import { environment } from "../../config/environment";
import { stackSettings } from "../../tools/stack-config";
import { engineEnvironment, type Engine, findEngine, local, networkOf, subnetOf } from "./engine";
import { defaultNodeImage, findKind, forgetKind, kindConfig } from "./kind";
import {
    clusterContext,
    clusterName,
    deleteStackFile,
    localName,
    sandboxSettings,
    withChanges,
    writeStack,
    writtenSettings,
} from "./stack";

/**
 * Makes the cluster where there is none, and deploys the stack `sandbox` to it.
 * @param args `--image` of the nodes, archives of images for the nodes (`--load FILE`), settings (`--set PATH=VALUE`).
 */
export async function sandbox(args: readonly string[]): Promise<void> {
    const { values } = parseArgs({
        args: [...args],
        options: {
            image: { type: "string", default: environment.nodeImage ?? defaultNodeImage },
            load: { type: "string", multiple: true, default: [] },
            set: { type: "string", multiple: true, default: [] },
        },
    });
    const { nodes } = environment;
    if (!(Number.isInteger(nodes) && nodes >= 1 && nodes <= 9)) {
        throw new Error("NODES is not a number of nodes; set it from 1 to 9");
    }
    const steps = new Steps();
    const engine = findEngine(environment.containerEngine);
    const kind = kindOf(await findKind(), engine);

    const isNew = !kind.read(["get", "clusters"]).split("\n").includes(clusterName);
    if (isNew) {
        console.log(`making a cluster of ${nodes} node${nodes > 1 ? "s" : ""} with ${engine} …`);
        kind.run(
            ["create", "cluster", "--name", clusterName, "--config", "-", "--wait", "180s"],
            kindConfig(nodes, values.image),
        );
        steps.done("cluster");
    }
    if (values.load.length > 0) {
        kind.run(["load", "image-archive", "--name", clusterName, ...values.load]);
        steps.done("images");
    }
    const subnet = subnetOf(engine);
    if (isNew) {
        // A sandbox that was deleted by hand has left its state.
        forgetStack();
    }
    mkdirSync(environment.sandboxFolder, { recursive: true });
    writeStack(withChanges(writtenSettings() ?? sandboxSettings(subnet, nodes), values.set));
    await (await import("../progress/up")).up(["--yes", "--skip-preview"]);
    steps.done("up");
    await introduce(engine);
    console.log(steps.summary());
}

/** Deletes the cluster and everything that was made for it. */
export async function destroySandbox(): Promise<void> {
    const engine = findEngine(environment.containerEngine);
    const program = await findKind();
    kindOf(program, engine).run(["delete", "cluster", "--name", clusterName]);
    if (engine !== "nerdctl") {
        local.read(engine, ["network", "rm", networkOf(engine)]);
    }
    forgetStack();
    forgetKind();
    console.log("deleted: the cluster, its context and network, and the stack with its state. The node image is kept.");
}

/** Checks the stack from this machine or, where its addresses are not reached from here, from a container beside the nodes. */
export async function verifySandbox(args: readonly string[]): Promise<void> {
    const inside = args.includes("--inside");
    const suites = args.filter((arg) => arg !== "--inside");
    if (!inside && (await answers(dnsAddress()))) {
        await (await import("../verify")).verify(suites);
        return;
    }
    await (await import("./inside")).verifyInside(findEngine(environment.containerEngine), await findKind(), suites);
}

/** Deletes the stack's state and file. */
function forgetStack(): void {
    rmSync(environment.sandboxFolder, { recursive: true, force: true });
    deleteStackFile();
}

interface Kind {
    run(args: readonly string[], input?: string): void;
    read(args: readonly string[]): string;
}

/** kind with the engine. @throws Error if a command fails; kind has said why. */
function kindOf(program: string, engine: Engine): Kind {
    const env = { ...environment.all, ...engineEnvironment(engine) };
    return {
        run(args, input) {
            const { status } = spawnSync(program, args, {
                env,
                input,
                stdio: [input ? "pipe" : "inherit", "inherit", "inherit"],
            });
            if (status !== 0) {
                throw new Error(`kind ${args.join(" ")} failed`);
            }
        },
        read: (args) => spawnSync(program, args, { env, encoding: "utf8" }).stdout,
    };
}

const dnsAddress = (): string => stackSettings(environment.stack).dns.address ?? "";

/** Whether the resolver answers this machine. */
export async function answers(server: string): Promise<boolean> {
    const resolver = new Resolver({ timeout: 1500, tries: 3 });
    try {
        resolver.setServers([server]);
        return (await resolver.resolve4(localName)).length > 0;
    } catch {
        return false;
    }
}

/** Says what can be reached, and from where. */
async function introduce(engine: Engine): Promise<void> {
    const { dns, dhcp } = stackSettings(environment.stack);
    const reached = await answers(dns.address ?? "");
    console.log(
        [
            "",
            `DNS ${dns.address ?? ""}, DHCP ${dhcp.address ?? ""}; context ${clusterContext}`,
            reached
                ? `They are reached from this machine: dig @${dns.address ?? ""} ${localName}`
                : `They are not reached from this machine, only from containers in the network ${networkOf(engine)}: ${engine} runs them in a virtual machine, or without root.`,
            "",
            "npm run sandbox:verify          checks all of it" + (reached ? "" : ", from a container beside the nodes"),
            "STACK=sandbox npm run status    shows what runs",
            "STACK=sandbox npm run grafana   forwards Grafana to http://localhost:3000",
            "npm run sandbox:destroy         deletes the cluster and the stack",
        ].join("\n"),
    );
}

/** How long each step took. */
class Steps {
    private readonly times: string[] = [];
    private readonly start = Date.now();
    private last = this.start;

    public done(name: string): void {
        const now = Date.now();
        this.times.push(`${name} ${Math.round((now - this.last) / 1000)} s`);
        this.last = now;
    }

    public summary(): string {
        return `\n${this.times.join(", ")}; ${Math.round((this.last - this.start) / 1000)} s altogether`;
    }
}
