/** Reads the engine's event log: which resources it works on, since when, and what became of them. */

/** Work of the engine on one resource. */
export interface Step {
    readonly urn: string;
    readonly op: string;
    readonly inputs: Readonly<Record<string, unknown>>;
    /** Milliseconds since 1970. */
    readonly started: number;
    readonly finished?: number;
    readonly failed?: boolean;
}

interface Metadata {
    readonly op: string;
    readonly urn: string;
    readonly new?: { readonly inputs?: Record<string, unknown> };
}

/** A line of the log. Each has one of these events. */
interface LogLine {
    readonly timestamp?: number;
    readonly resourcePreEvent?: { readonly metadata: Metadata; readonly planning?: boolean };
    readonly resOutputsEvent?: { readonly metadata: Metadata; readonly planning?: boolean };
    readonly resOpFailedEvent?: { readonly metadata: Metadata };
    readonly diagnosticEvent?: { readonly urn?: string; readonly severity: string; readonly message: string };
}

/** Keeps the steps of a run as the log grows. */
export class StepLog {
    private readonly all = new Map<string, Step>();
    /** The engine's error messages, by the resource's URN. */
    public readonly errors = new Map<string, string>();
    private rest = "";

    /** Takes in what was appended to the log. The last line may be incomplete. */
    public append(text: string, now: number): void {
        const lines = (this.rest + text).split("\n");
        this.rest = lines.pop() ?? "";
        lines.filter(Boolean).forEach((line) => this.take(JSON.parse(line) as LogLine, now));
    }

    /** All work that changes something. */
    public get steps(): Step[] {
        return [...this.all.values()].filter(({ op }) => op !== "same" && op !== "read");
    }

    /** The steps that the engine works on. A component's own step lasts until its children are registered, and is left out. */
    public get running(): Step[] {
        return this.steps.filter(({ finished, urn }) => finished === undefined && isCustom(urn));
    }

    private take({ resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent }: LogLine, now: number): void {
        if (resourcePreEvent && !resourcePreEvent.planning) {
            const { urn, op, new: state } = resourcePreEvent.metadata;
            this.all.set(urn, { urn, op, inputs: state?.inputs ?? {}, started: now });
        }
        const ended = resOutputsEvent && !resOutputsEvent.planning ? resOutputsEvent : resOpFailedEvent;
        const step = ended && this.all.get(ended.metadata.urn);
        if (step) {
            this.all.set(step.urn, { ...step, finished: now, failed: resOpFailedEvent !== undefined });
        }
        if (diagnosticEvent?.severity === "error" && diagnosticEvent.urn) {
            this.errors.set(diagnosticEvent.urn, plain(diagnosticEvent.message));
        }
    }
}

/** Text without the engine's colour directives and the terminal's. */

const plain = (text: string): string => text.replace(/<\{%[^%]*%\}>|\u001b\[[0-9;]*m/g, "").trim();

/** The last part of a URN's type chain. */
const typeOf = (urn: string): string => urn.split("::")[2]?.split("$").at(-1) ?? "";

/** Whether the resource is one of a provider's, and not a component. */
export const isCustom = (urn: string): boolean => !/^(noc|pulumi):/.test(typeOf(urn));

/** `Release metallb`. */
export const titleOf = (urn: string): string =>
    `${typeOf(urn).split(":").at(-1) ?? ""} ${urn.split("::").at(-1) ?? ""}`;

/** The folder of the component that a resource belongs to. Undefined if it belongs to none. */
export const componentOf = (urn: string): string | undefined => /::(?:.*\$)?noc:([^:]+):/.exec(urn)?.[1];
