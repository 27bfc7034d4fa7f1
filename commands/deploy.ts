import { corePriority } from "../components/lib/pods";
import { monitoring } from "../components/monitoring";
import { enabledComponents } from "../components/settings";
import { environment } from "../config/environment";
import { requireExistingContext } from "../config/kube-context";
import { stackSettings } from "../tools/stack-config";
import { type Pulumi, pulumi } from "./pulumi";

/** The parts that can be deployed alone. */
type Part = "monitoring";

/** Deploys the stack, or one part of it. */
export async function up(args: readonly string[], part?: Part): Promise<void> {
    const cli = await readyCli();
    cli.run(["up", ...confirmation(), ...(part ? targeted(monitoringAlone(cli)) : []), ...args]);
}

/** Destroys the stack's resources, or one part of them. */
export async function destroy(args: readonly string[], part?: Part): Promise<void> {
    const cli = await readyCli();
    cli.run(["destroy", ...confirmation(), ...(part ? targeted([ofComponent(monitoring.name)]) : []), ...args]);
}

/** The CLI. Checks first that the cluster's context exists, before anything is installed or the user is asked. */
async function readyCli(): Promise<Pulumi> {
    await requireExistingContext(stackSettings(environment.stack).site.kubeContext);
    return pulumi();
}

/** URNs of a component and of everything in it. */
const ofComponent = (name: string): string => `urn:pulumi:**::noc:${name}:**`;

/**
 * URNs of monitoring, and of the load balancer that Grafana's Service needs. The monitors and alerts of the other
 * components depend on these, so they are included only when all others are deployed; otherwise, the next `up` of the
 * whole stack creates them.
 */
function monitoringAlone(cli: Pulumi): string[] {
    const { deployment } = JSON.parse(cli.read(["stack", "export"])) as {
        deployment?: { resources?: { type: string }[] };
    };
    const deployed = new Set((deployment?.resources ?? []).map(({ type }) => type.split(":").slice(0, 2).join(":")));
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
        "urn:pulumi:**::pulumi:providers:*::**",
        // MetalLB's pods have this priority.
        `urn:pulumi:**::kubernetes:scheduling.k8s.io/v1:PriorityClass::${corePriority}`,
        ofComponent("metallb"),
        ...own,
    ];
}

/** A person is asked before anything is changed; a script is not. */
const confirmation = (): string[] => (environment.interactive ? [] : ["--yes", "--non-interactive"]);

const targeted = (urns: readonly string[]): string[] => urns.flatMap((urn) => ["--target", urn]);
