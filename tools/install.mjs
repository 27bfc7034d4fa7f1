// Installs the packages if they are missing or older than the lockfile. It runs before anything is installed, so it
// imports no package. Install scripts are not needed: they only fetch what Node.js or the engine fetches when needed.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";

const installed = "node_modules/.package-lock.json";

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync("package-lock.json").mtimeMs) {
    console.log("installing the packages of package-lock.json …");
    const { status } = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
        stdio: "inherit",
        shell: process.platform === "win32",
    });
    if (status !== 0) {
        process.exit(status ?? 1);
    }
}
