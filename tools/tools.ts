/** The developers' tools behind the npm scripts. run.mjs starts it. */
const [tool = "", ...rest] = process.argv.slice(2);

const tools: Record<string, () => Promise<void> | void> = {
    generate: async () => (await import("./generate")).generate(),
    expected: async () => (await import("./expected")).updateExpected(),
    diff: async () => (await import("./diff")).diff(rest),
    record: async () => (await import("./record")).record(),
    "check-rendered": async () => (await import("./check-rendered")).checkRendered(rest),
};

const chosen = tools[tool];
if (!chosen) {
    console.error(`unknown tool "${tool}"; there are: ${Object.keys(tools).join(", ")}`);
    process.exit(64);
}
Promise.resolve(chosen()).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
});
