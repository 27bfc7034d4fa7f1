/** What the real Redis makes of its file: its limits, and what each of its users may do. */
import { expect } from "chai";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { installed } from "../../tests/support";
import { redisConf, type RedisUser } from "./redis-config";

const passwords: Readonly<Record<RedisUser, string>> = {
    default: "secret-1",
    exporter: "secret-2",
    operator: "secret-3",
};
const conf = redisConf({ memory: "256Mi", passwords });

describe("redis.conf", () => {
    it("bounds the memory, evicts what was used least and stores nothing on disk", () => {
        expect(conf.split("\n")).to.include.members([
            "maxmemory 201326592",
            "maxmemory-policy allkeys-lru",
            'save ""',
            "appendonly no",
        ]);
    });

    it("holds hashes in place of passwords", () => {
        expect(conf).not.to.contain("secret-");
    });
});

describe("Redis with that file", () => {
    const cleanups: (() => void)[] = [];
    let socket: string;

    before(async function () {
        if (!installed("redis-server") || !installed("redis-cli")) {
            this.skip();
        }
        const folder = mkdtempSync(join(tmpdir(), "noc-"));
        cleanups.push(() => rmSync(folder, { recursive: true }));
        socket = join(folder, "redis.sock");
        writeFileSync(join(folder, "redis.conf"), conf);
        const server = spawn(
            "redis-server",
            [join(folder, "redis.conf"), "--port", "0", "--unixsocket", socket, "--dir", folder],
            { stdio: ["ignore", "pipe", "ignore"] },
        );
        cleanups.unshift(() => server.removeAllListeners("exit").kill());
        await new Promise<void>((resolve, reject) => {
            let log = "";
            server.stdout.on("data", (text: Buffer) => {
                log += text.toString();
                if (/Ready to accept connections/i.test(log)) {
                    resolve();
                }
            });
            server.on("exit", () => reject(new Error(log)));
        });
    });
    after(() => cleanups.forEach((cleanup) => cleanup()));

    /** Runs one command as the user and returns what Redis answers. */
    const run = (user: RedisUser | undefined, command: string): string => {
        const login = user ? ["--user", user, "--pass", passwords[user], "--no-auth-warning"] : [];
        return spawnSync("redis-cli", ["-s", socket, ...login, ...command.split(" ")], { encoding: "utf8" }).stdout;
    };

    it("keeps the limits", () => {
        expect(run("operator", "CONFIG GET maxmemory")).to.contain(String(192 * 2 ** 20));
        expect(run("operator", "CONFIG GET maxmemory-policy")).to.contain("allkeys-lru");
        expect(run("operator", "CONFIG GET save").trim()).to.equal("save");
    });

    it("does nothing without a password", () => {
        expect(run(undefined, "PING")).to.contain("NOAUTH");
    });

    const everyCommand = {
        "SET key value EX 60": /^OK$/m,
        "GET key": /^(value|)$/m,
        "EXPIRE key 0": /^[01]$/m,
        INFO: /redis_version/,
        PING: /^PONG$/m,
        "EVAL_RO return{redis.call('DBSIZE')} 0": /^\d$/m,
        "SCAN 0": /^0$/m,
        "CONFIG GET maxclients": /^\d+$/m,
        "CLIENT LIST": /addr=/,
        FLUSHDB: /^OK$/m,
        "CONFIG SET maxmemory 0": /^OK$/m,
        "EVAL return{redis.call('SET','key','value')} 0": /^OK$/m,
        "DEL key": /^[01]$/m,
        "ACL LIST": /user/,
        SAVE: /^OK$/m,
        "SLAVEOF 192.0.2.1 6379": /^OK$/m,
        SHUTDOWN: /^$/,
    };
    const allowed: Readonly<Record<RedisUser, (keyof typeof everyCommand)[]>> = {
        default: ["SET key value EX 60", "GET key", "EXPIRE key 0"],
        exporter: ["INFO"],
        operator: [
            "GET key",
            "INFO",
            "PING",
            "EVAL_RO return{redis.call('DBSIZE')} 0",
            "SCAN 0",
            "CONFIG GET maxclients",
            "CLIENT LIST",
            "FLUSHDB",
        ],
    };
    for (const user of Object.keys(allowed) as RedisUser[]) {
        it(`lets the user ${user} run its commands and no others`, () => {
            for (const [command, answer] of Object.entries(everyCommand)) {
                const may = allowed[user].includes(command as keyof typeof everyCommand);
                expect(run(user, command), `${user}: ${command}`).to.match(may ? answer : /NOPERM|no permissions/);
            }
        });
    }
});
