import { requireExistingContext } from "../config/kube-context";
import { environment } from "../config/environment";
import { type Pulumi, pulumi } from "./pulumi";
import { kubeContext } from "../tools/stack-config";

/** The parts that can be deployed alone. */
type Part = "monitoring";

const inMonitoring = (types: string): string => `urn:pulumi:**::noc:monitoring:Monitoring${types}**`;

/** Deploys the stack, or one part of it. */
export async function up(args: readonly string[], part?: Part): Promise<void> {
    // Before anything is installed or asked: the cluster has to be there.
    await requireExistingContext(kubeContext(environment.stack));
    const cli = await pulumi();
    cli.run(["up", ...confirmation(), ...(part ? targeted(monitoringAlone(cli)) : []), ...args]);
}

/** Destroys the stack's resources, or one part of them. */
export async function destroy(args: readonly string[], part?: Part): Promise<void> {
    // Before anything is installed or asked: the cluster has to be there.
    await requireExistingContext(kubeContext(environment.stack));
    (await pulumi()).run(["destroy", ...confirmation(), ...(part ? targeted([inMonitoring("")]) : []), ...args]);
}

/**
 * Monitoring and the load balancer that gives Grafana its address. The monitors and alerts come after what they watch,
 * so they are there once that is: otherwise with the next `up` of the whole stack.
 */
function monitoringAlone(cli: Pulumi): string[] {
    const { dnsAddress, dhcpAddress } = JSON.parse(cli.read(["stack", "output", "--json"])) as Record<
        string,
        string | undefined
    >;
    // An address that is not known yet stands there as one word without a dot.
    const watched = [dnsAddress, dhcpAddress].every((address) => address?.includes("."));
    const own = watched ? [""] : ["::", "$kubernetes:core", "$kubernetes:helm", "$random:"];
    return ["urn:pulumi:**::pulumi:providers:*::**", "urn:pulumi:**::noc:metallb:MetalLB**", ...own.map(inMonitoring)];
}

/** A person is asked before anything is touched; a script has decided already. */
const confirmation = (): string[] => (environment.interactive ? [] : ["--yes", "--non-interactive"]);

const targeted = (urns: readonly string[]): string[] => urns.flatMap((urn) => ["--target", urn]);
