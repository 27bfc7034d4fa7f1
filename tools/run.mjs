// The developers' npm scripts: installs what is missing, then runs the tool. `node tools/run.mjs TOOL`
import "./install.mjs";

await import("tsx");
await import("./tools.ts");
