// Installs the packages where they are missing or older than the lockfile. Runs before anything is installed.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";

const installed = "node_modules/.package-lock.json";

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync("package-lock.json").mtimeMs) {
    console.log("installing the packages of package-lock.json …");
    const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
        stdio: "inherit",
        shell: process.platform === "win32",
    });
    if (status !== 0) {
        process.exit(status ?? 1);
    }
}
