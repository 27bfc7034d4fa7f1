// The npm scripts' way in: installs what is missing, then runs the command. `node commands/run.mjs COMMAND [ARGUMENT …]`
import "../tools/install.mjs";

await import("tsx");
await import("./noc.ts");
