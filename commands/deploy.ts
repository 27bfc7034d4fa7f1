import { kubeContexts, missingContext } from "../config/kube-context";
import { environment } from "./environment";
import { pulumi } from "./pulumi";
import { kubeContext } from "./stack-config";

/** Monitoring on its own, and the addresses that Grafana needs: all that a target pattern can name of them. */
type Part = "monitoring";

const targets: Record<Part, { up: string[]; destroy: string[] }> = {
    monitoring: {
        up: [
            "urn:pulumi:**::pulumi:providers:*::**",
            "urn:pulumi:**::noc:metallb:MetalLB**",
            "urn:pulumi:**::noc:monitoring:Monitoring**",
        ],
        destroy: ["urn:pulumi:**::noc:monitoring:Monitoring**"],
    },
};

/** Deploys the stack, or one part of it. */
export async function up(args: readonly string[], part?: Part): Promise<void> {
    await requireContext();
    (await pulumi()).run(["up", ...confirmation(), ...targeted(part && targets[part].up), ...args]);
}

/** Destroys the stack's resources, or one part of them. */
export async function destroy(args: readonly string[], part?: Part): Promise<void> {
    await requireContext();
    (await pulumi()).run(["destroy", ...confirmation(), ...targeted(part && targets[part].destroy), ...args]);
}

/** Before anything is installed or asked: the cluster has to be there. */
async function requireContext(): Promise<void> {
    const context = kubeContext(environment.stack);
    const contexts = await kubeContexts();
    if (!contexts.includes(context)) {
        throw new Error(missingContext(context, contexts));
    }
}

/** A person is asked before anything is touched; a script has decided already. */
const confirmation = (): string[] => (environment.interactive ? [] : ["--yes", "--non-interactive"]);

const targeted = (urns: readonly string[] = []): string[] => urns.flatMap((urn) => ["--target", urn]);
