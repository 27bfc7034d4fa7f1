/** Layers, from the bottom up: a file imports only its own layer and the ones below it. And no file imports itself. */

/** Test files belong to the layer of `tests/`, wherever they are. */
const tests = String.raw`^components/(?!lib/).*(verify|-client)\.ts$|\.test\.ts$|^tests/`;
const layers = [
    ["config", "^config/"],
    ["components/lib", "^components/lib/"],
    ["components", "^components/(?!lib/)"],
    ["index.ts", String.raw`^index\.ts$`],
    ["tools", "^tools/"],
    ["commands", "^commands/"],
    ["tests", tests],
];

const above = layers.slice(0, -1).map(([name, path], i) => ({
    name: `${name} imports nothing from above it`,
    severity: "error",
    from: { path, pathNot: tests },
    to: { path: layers.slice(i + 1).map(([, other]) => other) },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
    forbidden: [{ name: "no cycle", severity: "error", from: {}, to: { circular: true } }, ...above],
    options: {
        doNotFollow: { path: "node_modules" },
        includeOnly: String.raw`^(index\.ts|components|config|commands|tools|tests)`,
        tsConfig: { fileName: "tsconfig.json" },
        tsPreCompilationDeps: true,
    },
};
