import { existsSync, readFileSync } from "node:fs";

import type { StepLog } from "./events";

/** The file that the engine writes its event log to, read while it grows. */
export class LogFile {
    private length = 0;

    constructor(
        private readonly file: string,
        private readonly log: StepLog,
    ) {}

    /** Arguments and variables for the engine. The flag is one of those for programs that drive it. */
    public get arguments(): readonly string[] {
        return ["--event-log", this.file];
    }
    public readonly env = { PULUMI_DEBUG_COMMANDS: "true" };

    /** Takes in what the engine has logged since the last time. */
    public read(): void {
        const text = existsSync(this.file) ? readFileSync(this.file, "utf8") : "";
        this.log.append(text.slice(this.length), Date.now());
        this.length = text.length;
    }
}
