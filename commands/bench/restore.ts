/** Steps that undo what a measurement changed. */
export type Undo = () => Promise<void>;

/**
 * Runs the work, then everything that it registered to be undone, the last first: whether the work succeeds, fails, or
 * is interrupted by Ctrl-C, SIGTERM or an error that nothing catches. A step that fails is reported and does not keep the others from running.
 * @throws what the work threw, or Error if it succeeded and a step that undoes something failed.
 */
export async function withRestore(
    work: (undoLater: (description: string, undo: Undo) => void) => Promise<void>,
): Promise<void> {
    const steps: { readonly description: string; readonly undo: Undo }[] = [];
    let interrupt: (reason: Error) => void = () => undefined;
    const interrupted = new Promise<never>((_, reject) => (interrupt = reject));
    const onSignal = (signal: string) => interrupt(new Error(`interrupted by ${signal}; what was changed is restored`));
    const signals = ["SIGINT", "SIGTERM"] as const;
    signals.forEach((signal) => process.on(signal, onSignal));
    process.on("uncaughtException", interrupt);
    let failed = 0;
    try {
        await Promise.race([work((description, undo) => steps.push({ description, undo })), interrupted]);
    } finally {
        for (const { description, undo } of steps.reverse()) {
            await undo().catch((error: unknown) => {
                failed += 1;
                console.error(`${description} failed: ${String(error)}`);
            });
        }
        signals.forEach((signal) => process.off(signal, onSignal));
        process.off("uncaughtException", interrupt);
    }
    if (failed > 0) {
        throw new Error(
            `${failed} of ${steps.length} changes could not be undone, see above; npm run up restores the stack`,
        );
    }
}
