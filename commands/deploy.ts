import { ClusterGuard, otherCluster } from "../components/lib/cluster-identity";
import { corePriority } from "../components/lib/pods";
import { monitoring } from "../components/monitoring";
import { enabledComponents } from "../components/settings";
import { environment } from "../config/environment";
import { clusterIdentity, requireContext } from "../config/kube-context";
import { kubeContext, stackSettings } from "../tools/stack-config";
import { existingStack, preparedStack, type Pulumi } from "./pulumi";

/** The parts that can be deployed alone. */
type Part = "monitoring";

/** Deploys the stack, or one part of it. Without a terminal, it is deployed without a question. */
export async function up(args: readonly string[], part?: Part): Promise<void> {
    // Before anything is installed, or the user is asked.
    await requireContext(kubeContext(environment.stack));
    const cli = await preparedStack();
    const unasked = environment.interactive ? [] : ["--yes", "--non-interactive"];
    cli.run(["up", ...unasked, ...(part ? targeted(monitoringAlone(cli)) : []), ...args]);
}

/** Destroys the stack's resources, or one part of them. @throws Error if nobody can be asked, and `--yes` is missing. */
export async function destroy(args: readonly string[], part?: Part): Promise<void> {
    requireConfirmation(part ? `${part}:destroy` : "destroy", args, environment.interactive);
    const cli = await existingStack();
    if (!cli) {
        throw new Error(`there is no stack ${environment.stack} in the state backend, so there is nothing to destroy`);
    }
    const state = stateOf(cli);
    await requireSameCluster(state);
    const unasked = environment.interactive ? [] : ["--non-interactive"];
    cli.run(["destroy", ...unasked, ...(part ? targeted([ofComponent(part), clusterGuard]) : []), ...args]);
}

/** @throws Error if there is no terminal to ask on, and no argument that says yes. */
export function requireConfirmation(command: string, args: readonly string[], interactive: boolean): void {
    if (!interactive && !args.some((arg) => ["--yes", "-y"].includes(arg))) {
        throw new Error(
            `npm run ${command} has no terminal to ask on; to destroy without a question: npm run ${command} -- --yes`,
        );
    }
}

/**
 * Checks that the context means the cluster that the stack was deployed to. A state that no `up` has written since the
 * check was added does not tell.
 */
async function requireSameCluster(state: StackState): Promise<void> {
    const remembered = state.find(({ type }) => type === "pulumi:index:Stash")?.outputs?.output;
    // The engine destroys with the provider as the state has it, whatever the stack's file says now.
    const { context } = state.find(({ type }) => type === "pulumi:providers:kubernetes")?.inputs ?? {};
    if (typeof context !== "string" || typeof remembered !== "string" || environment.deletesUnreachable) {
        return;
    }
    const found = await clusterIdentity(context);
    if (found !== remembered) {
        throw new Error(otherCluster(context, remembered, found));
    }
}

/** The resources of a stack's state. */
type StackState = readonly {
    readonly type: string;
    readonly inputs?: Readonly<Record<string, unknown>>;
    readonly outputs?: Readonly<Record<string, unknown>>;
}[];

function stateOf(cli: Pulumi): StackState {
    const { deployment } = JSON.parse(cli.read(["stack", "export"])) as { deployment?: { resources?: StackState } };
    return deployment?.resources ?? [];
}

/** URN of the guard, which depends on every other resource, so that none can be destroyed without it. */
const clusterGuard = `urn:pulumi:**::${ClusterGuard.type}::**`;

/** URNs of a component and of everything in it. */
const ofComponent = (name: string): string => `urn:pulumi:**::noc:${name}:**`;

/**
 * URNs of monitoring, and of the load balancer that Grafana's Service needs. The monitors and alerts of the other
 * components depend on these, so they are included only when all others are deployed; otherwise, the next `up` of the
 * whole stack creates them.
 */
function monitoringAlone(cli: Pulumi): string[] {
    const deployed = new Set(stateOf(cli).map(({ type }) => type.split(":").slice(0, 2).join(":")));
    const others = enabledComponents(stackSettings(environment.stack)).filter(({ name }) => name !== monitoring.name);
    const own = others.every(({ name }) => deployed.has(`noc:${name}`))
        ? [ofComponent(monitoring.name)]
        : [
              "urn:pulumi:**::noc:monitoring:OperatorCrds**",
              ...[
                  "::",
                  "$kubernetes:core",
                  "$kubernetes:helm",
                  "$kubernetes:networking",
                  "$kubernetes:rbac",
                  "$random:",
              ].map((types) => `urn:pulumi:**::noc:monitoring:Monitoring${types}**`),
          ];
    return [
        "urn:pulumi:**::pulumi:index:Stash::**",
        "urn:pulumi:**::pulumi:providers:*::**",
        // MetalLB's pods have this priority.
        `urn:pulumi:**::kubernetes:scheduling.k8s.io/v1:PriorityClass::${corePriority}`,
        ofComponent("metallb"),
        ...own,
    ];
}

const targeted = (urns: readonly string[]): string[] => urns.flatMap((urn) => ["--target", urn]);
