/** What the chart's lease-database/database.sh does, with stand-ins of kea-admin and psql, and with the real PostgreSQL. */
import { expect } from "chai";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
    appendFileSync,
    chownSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { eventually } from "../../tests/deployed";
import { standIn } from "../../tests/support";

const header =
    "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id";
const lease = (address: string, { lifetime = 3600, expire = 2_000_000_000, host = "" } = {}): string =>
    `${address},02:00:00:00:00:01,,${lifetime},${expire},1,0,0,${host},0,,0`;

interface Run {
    readonly succeeded: boolean;
    readonly printed: string;
}

const textOf = (path: string): string | undefined => (existsSync(path) ? readFileSync(path, "utf8") : undefined);

/** A folder with Kea's leases, and one with the programs that the script calls. */
class Volume {
    readonly folder = mkdtempSync(join(tmpdir(), "noc-"));
    readonly data = join(this.folder, "data");
    private readonly programs = join(this.folder, "bin");

    constructor() {
        mkdirSync(this.data);
        mkdirSync(this.programs);
        this.program("kea-admin", `echo "$@" >>${this.folder}/admin`);
        this.program("sleep", "");
    }

    /** A program that the script finds before the machine's. */
    program(name: string, lines: string): void {
        standIn(this.programs, name, lines);
    }

    run(command: string, environment: NodeJS.ProcessEnv = {}): Run {
        const script = join(__dirname, "chart", "lease-database", "database.sh");
        const { status, stdout, stderr } = spawnSync("sh", [script, command], {
            encoding: "utf8",
            env: {
                PATH: `${this.programs}:${process.env["PATH"]}`,
                DATA: this.data,
                PGHOST: "database",
                PGPORT: "5432",
                PGDATABASE: "kea",
                PGUSER: "kea",
                PGPASSWORD: "secret",
                ...environment,
            },
        });
        return { succeeded: status === 0, printed: stdout + stderr };
    }

    write(name: string, ...lines: string[]): void {
        writeFileSync(join(this.data, name), lines.join("\n"));
    }

    read(name: string): string | undefined {
        return textOf(join(this.data, name));
    }

    /** What a stand-in wrote beside the folder of the leases. */
    noted(name: string): string[] {
        return textOf(join(this.folder, name))?.split("\n").filter(Boolean) ?? [];
    }

    delete(): void {
        rmSync(this.folder, { recursive: true });
    }
}

describe("the script of the lease database", () => {
    let volume: Volume;

    /** A psql that reaches the database at the nth attempt, and keeps the lines that it is given. */
    const reachable = ({ attempt = 1, noTables = false } = {}): void =>
        volume.program(
            "psql",
            `case "$*" in
                *"SELECT 1"*) echo >>${volume.folder}/attempts x; [ "$(wc -l <${volume.folder}/attempts)" -ge ${attempt} ] ;;
                *to_regclass*) echo ${noTables ? "t" : "f"} ;;
                *--file=*) cat >>${volume.folder}/sent ;;
            esac`,
        );

    beforeEach(() => {
        volume = new Volume();
        reachable();
    });
    afterEach(() => volume.delete());

    it("creates the tables once, and upgrades them from then on", () => {
        reachable({ noTables: true });
        expect(volume.run("prepare").succeeded).to.equal(true);
        reachable();
        expect(volume.run("prepare").succeeded).to.equal(true);
        expect(volume.noted("admin")).to.deep.equal([
            "db-init pgsql -h database -P 5432 -n kea -u kea",
            "db-upgrade pgsql -h database -P 5432 -n kea -u kea",
        ]);
    });

    it("waits for the network policies of its pod, but not for ever", () => {
        reachable({ attempt: 5 });
        expect(volume.run("prepare").succeeded).to.equal(true);
        volume.delete();
        volume = new Volume();
        reachable({ attempt: 6 });
        expect(volume.run("prepare").succeeded).to.equal(false);
        expect(volume.noted("admin")).to.deep.equal([]);
    });

    it("moves what Kea would read, in its order, and only once", () => {
        volume.write("dhcp4.leases.2", header, lease("192.0.2.1"), "");
        volume.write("dhcp4.leases.1", header, lease("192.0.2.2"));
        volume.write("dhcp4.leases", header, lease("192.0.2.3").slice(0, -3));
        const sent = [header, lease("192.0.2.1"), header, lease("192.0.2.2"), header, lease("192.0.2.3").slice(0, -3)];
        expect(volume.run("move").succeeded).to.equal(true);
        expect(volume.noted("sent")).to.deep.equal(sent);
        expect(volume.run("move").printed).to.contain("have been moved");
        expect(volume.noted("sent"), "sent again").to.deep.equal(sent);
    });

    it("takes what Kea's cleanup has completed instead of what it was made from", () => {
        volume.write("dhcp4.leases.completed", header, lease("192.0.2.1"), "");
        volume.write("dhcp4.leases.2", header, lease("192.0.2.9"), "");
        volume.write("dhcp4.leases", header, lease("192.0.2.2"), "");
        volume.run("move");
        expect(volume.noted("sent")).to.deep.equal([header, lease("192.0.2.1"), header, lease("192.0.2.2")]);
    });

    it("moves the leases again if Kea has written to the volume since", () => {
        volume.write("dhcp4.leases", header, lease("192.0.2.1"), "");
        volume.run("move");
        appendFileSync(join(volume.data, "dhcp4.leases"), lease("192.0.2.2"));
        expect(volume.run("move").succeeded).to.equal(true);
        expect(volume.noted("sent")).to.include(lease("192.0.2.2"));
    });

    it("does not take the leases for moved if the database refuses them", () => {
        volume.write("dhcp4.leases", header, lease("192.0.2.1"), "");
        volume.program("psql", `case "$*" in *--file=*) exit 3 ;; esac`);
        expect(volume.run("move").succeeded).to.equal(false);
        reachable();
        expect(volume.run("move").succeeded).to.equal(true);
        expect(volume.noted("sent")).to.include(lease("192.0.2.1"));
    });

    describe("back to the volume", () => {
        /** A kea-admin that dumps one lease into the file that it is told. */
        const dumps = (): void =>
            volume.program("kea-admin", `while [ "$1" != -o ]; do shift; done; echo dumped >"$2"`);

        beforeEach(() => {
            volume.write("dhcp4.leases.completed", header, lease("192.0.2.1"), "");
            volume.write("dhcp4.leases", header, lease("192.0.2.2"), "");
        });

        it("replaces the leases that were moved by those of the database", () => {
            volume.run("move");
            dumps();
            expect(volume.run("fetch").succeeded).to.equal(true);
            expect(volume.read("dhcp4.leases")).to.equal("dumped\n");
            expect(volume.read("dhcp4.leases.completed")).to.equal(undefined);
            expect(volume.run("fetch").printed).to.contain("are on the volume");
        });

        it("leaves leases alone that were never moved, or written since", () => {
            dumps();
            expect(volume.run("fetch").printed).to.contain("are on the volume");
            volume.run("move");
            appendFileSync(join(volume.data, "dhcp4.leases"), lease("192.0.2.3"));
            volume.run("fetch");
            expect(volume.read("dhcp4.leases")).to.contain("192.0.2.2").and.contain("192.0.2.3");
        });

        it("changes nothing if the database cannot be read", () => {
            volume.run("move");
            volume.program("kea-admin", "exit 1");
            expect(volume.run("fetch").succeeded).to.equal(false);
            expect(volume.read("dhcp4.leases")).to.contain("192.0.2.2");
            dumps();
            volume.run("fetch");
            expect(volume.read("dhcp4.leases"), "at the next attempt").to.equal("dumped\n");
        });

        it("keeps the new leases if it is interrupted before the old files are gone", () => {
            volume.run("move");
            dumps();
            volume.program("rm", "exit 1");
            expect(volume.run("fetch").succeeded).to.equal(false);
            volume.program("rm", 'exec /bin/rm "$@"');
            volume.run("fetch");
            expect(volume.read("dhcp4.leases")).to.equal("dumped\n");
        });
    });
});

describe("leases of the volume in the real PostgreSQL", () => {
    // Where Debian has them; they are not on the PATH.
    const versions = "/usr/lib/postgresql";
    const [newest] = existsSync(versions) ? readdirSync(versions).sort().reverse() : [];
    // PostgreSQL refuses to run as root.
    const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    let volume: Volume;
    let server: ChildProcess;

    const query = (sql: string): string[] => {
        const { stdout, stderr, status } = spawnSync("psql", ["-qAtc", sql, "-h", volume.folder, "-U", "kea", "kea"], {
            encoding: "utf8",
        });
        expect(status, stderr).to.equal(0);
        return stdout.split("\n").filter(Boolean);
    };
    const move = (): Run => volume.run("move", { PGHOST: volume.folder });
    const leases = (): string[] => query("SELECT '0.0.0.0'::inet + address, hostname FROM lease4 ORDER BY address");

    before(async function () {
        if (newest === undefined) {
            console.log("    not run: PostgreSQL is not installed");
            return this.skip();
        }
        const programs = join(versions, newest, "bin");
        volume = new Volume();
        const cluster = join(volume.folder, "cluster");
        if (user.uid !== undefined) {
            chownSync(volume.folder, user.uid, user.gid);
        }
        const made = spawnSync(join(programs, "initdb"), ["-A", "trust", "-U", "kea", "--no-sync", cluster], {
            ...user,
            encoding: "utf8",
        });
        expect(made.status, made.stderr).to.equal(0);
        const options = ["-D", cluster, "-k", volume.folder, "-c", "listen_addresses=", "-F"];
        server = spawn(join(programs, "postgres"), options, { ...user, stdio: "ignore" });
        const create = ["-h", volume.folder, "-U", "kea", "postgres", "-c", "CREATE DATABASE kea"];
        await eventually(() => Promise.resolve(expect(spawnSync("psql", create).status).to.equal(0)), 30);
        // Kea's own table, as far as leases are concerned.
        query(`CREATE TABLE lease4 (
            address bigint PRIMARY KEY, hwaddr bytea, client_id bytea, valid_lifetime bigint, expire timestamptz,
            subnet_id bigint, fqdn_fwd boolean, fqdn_rev boolean, hostname varchar(255), state bigint,
            user_context text, pool_id bigint)`);
    });
    beforeEach(() => {
        query("TRUNCATE lease4");
        rmSync(join(volume.data, "in-database"), { force: true });
    });
    after(() => {
        server?.kill("SIGINT");
        volume?.delete();
    });

    it("are there as the last line of each address has them, without released ones and lines cut off", () => {
        volume.write(
            "dhcp4.leases",
            header,
            lease("192.0.2.1", { host: "before" }),
            lease("192.0.2.1", { host: "after&#x2c comma" }),
            lease("192.0.2.2"),
            lease("192.0.2.2", { lifetime: 0 }),
            lease("192.0.2.3"),
            lease("192.0.2.4").slice(0, 30),
        );
        expect(move().printed).to.contain("2 leases");
        expect(leases()).to.deep.equal(["192.0.2.1|after, comma", "192.0.2.3|"]);
    });

    it("do not replace a lease of the database that ends later", () => {
        volume.write("dhcp4.leases", header, lease("192.0.2.1", { host: "first", expire: 2_000_000_000 }), "");
        move();
        volume.write("dhcp4.leases", header, lease("192.0.2.1", { host: "older", expire: 1_900_000_000 }), "");
        move();
        expect(leases()).to.deep.equal(["192.0.2.1|first"]);
        volume.write("dhcp4.leases", header, lease("192.0.2.1", { host: "newer", expire: 2_100_000_000 }), "");
        move();
        expect(leases()).to.deep.equal(["192.0.2.1|newer"]);
    });
});
