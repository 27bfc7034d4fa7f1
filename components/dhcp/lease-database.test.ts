import { expect } from "chai";

import { metadataOf, problemsWith, resource, waitsFor } from "../../tests/support";
import { type Run, runProgram } from "../../tools/mock-engine";
import { databaseRefusal } from "./database-check";
import type { keaConfig } from "./kea-config";
import { leaseMoveProblem } from "./lease-moves";
import { dhcpSettings, type LeaseDatabase } from "./settings";
import { images } from "./versions";

const off = { host: "db.example.org", password: "very secret", tls: "off" } as const;
const settingsOf = (leaseDatabase: object) => dhcpSettings.parse({ leaseDatabase });
const database = settingsOf(off).leaseDatabase as LeaseDatabase;

describe("DHCP with a lease database", () => {
    let run: Run;
    before(async () => {
        run = await runProgram("poc", { settings: { "dhcp.leaseDatabase": { ...off, servers: 3 } } });
    });

    const valuesOf = (release: string) =>
        (resource(run, release, "Release").inputs as { values: Record<string, unknown> }).values;
    const configOf = (release: string) =>
        (JSON.parse(valuesOf(release).config as string) as ReturnType<typeof keaConfig>).Dhcp4;

    it("has several servers with one configuration, of which only the first one has a volume", () => {
        expect(configOf("kea-dhcp-further")).to.deep.equal(configOf("kea-dhcp"));
        expect(valuesOf("kea-dhcp")).to.deep.include({ replicas: 1, storage: { size: "100Mi", class: "" } });
        expect(valuesOf("kea-dhcp-further")).to.deep.include({ replicas: 2, storage: { size: "", class: "" } });
    });

    it("starts the others when the first one has moved the leases", () => {
        const further = resource(run, "kea-dhcp-further", "Release");
        expect(waitsFor(run, further)).to.include(resource(run, "kea-dhcp", "Release").id);
    });

    it("loses no lease when the database is away: Kea waits for it and chooses addresses at random", () => {
        expect(configOf("kea-dhcp")["lease-database"]).to.deep.equal({
            type: "postgresql",
            host: "db.example.org",
            port: 5432,
            name: "kea",
            user: "kea",
            "connect-timeout": 5,
            "tcp-user-timeout": 5,
            "retry-on-startup": true,
            "on-fail": "stop-retry-exit",
            "max-reconnect-tries": 2147483647,
            "reconnect-wait-time": 1000,
        });
        expect(configOf("kea-dhcp")).to.have.property("allocator", "random");
    });

    it("has the password in a Secret only", () => {
        // The mock engine shows secrets by this word.
        expect(resource(run, "kea-dhcp-database", "Secret").inputs.stringData).to.equal("[secret]");
        for (const { inputs } of run.resources) {
            expect(JSON.stringify(inputs)).not.to.include("very secret");
        }
    });

    it("is reached at one address, only where a server answers", () => {
        const { spec } = resource(run, "kea-dhcp", "Service").inputs;
        expect(spec).to.deep.include({
            publishNotReadyAddresses: false,
            selector: { "app.kubernetes.io/name": "kea-dhcp" },
        });
        expect(metadataOf(resource(run, "kea-dhcp", "PodDisruptionBudget"))).to.have.property("name", "kea-dhcp");
    });

    it("may reach the database, and the name servers if it is a name", async () => {
        const egressOf = (own: Run, name: string) =>
            JSON.stringify((resource(own, name, "NetworkPolicy").inputs as { spec: { egress: unknown } }).spec.egress);
        for (const name of ["kea-dhcp", "kea-dhcp-schema"]) {
            expect(egressOf(run, name)).to.include("5432").and.include("kube-dns");
        }
        const settings = { "dhcp.leaseDatabase": { ...off, host: "192.0.2.5", port: 6432 } };
        const byAddress = await runProgram("poc", { settings });
        expect(egressOf(byAddress, "kea-dhcp-schema")).to.equal(
            '[{"ports":[{"port":6432,"protocol":"TCP"}],"to":[{"ipBlock":{"cidr":"192.0.2.5/32"}}]}]',
        );
    });

    it("has tables of the version of Kea", () => {
        const version = (image: string) => image.replace(/^.*:/, "");
        expect(version(images.keaAdmin)).to.equal(version(images.kea));
    });
});

describe("the settings of the lease database", () => {
    const key = "noc:dhcp.leaseDatabase";

    it("exclude high availability, and need a certificate for TLS", () => {
        expect(problemsWith({ "dhcp.leaseDatabase": off, "dhcp.highAvailability": { enabled: true } })).to.deep.equal([
            `error: ${key}.enabled = true excludes noc:dhcp.highAvailability.enabled, with which each server has the leases on a volume of its own; set one of the two to false.`,
        ]);
        expect(problemsWith({ "dhcp.leaseDatabase": { ...off, tls: "verify-full" } })).to.deep.equal([
            `error: ${key}.ca is missing while ${key}.tls is verify-full; set it to the certificate of the authority that signed the server's, or set ${key}.tls to off.`,
        ]);
        expect(problemsWith({ "dhcp.leaseDatabase": off })).to.deep.equal([]);
    });

    it("accept only certificates", () => {
        expect(() => settingsOf({ ...off, ca: "no certificate" })).to.throw("is not a certificate");
    });
});

describe("a change of where the leases are", () => {
    const move = (leaseDatabase: object | undefined, deployed?: object, ...others: string[]) =>
        leaseMoveProblem(
            dhcpSettings.parse({ leaseDatabase }),
            { database: deployed as LeaseDatabase | undefined, others },
            "noc",
        );

    it("is possible while the first server is the only one", () => {
        expect(move(undefined)).to.equal(undefined);
        expect(move(off)).to.equal(undefined);
        expect(move(off, database, "kea-dhcp-further")).to.equal(undefined);
        expect(move({ ...off, enabled: false }, database)).to.equal(undefined);
    });

    it("is refused while other servers would give leases", () => {
        expect(move({ ...off, enabled: false }, database, "kea-dhcp-further")).to.equal(
            "noc:dhcp.leaseDatabase.enabled = false moves the leases, and kea-dhcp-further would give others meanwhile; run npm run up with noc:dhcp.leaseDatabase.servers = 1 first",
        );
        expect(move(off, undefined, "kea-dhcp-standby")).to.match(/highAvailability\.enabled = false.* first$/);
    });

    it("is refused if the leases would be left behind", () => {
        const giveUp =
            "or, to give up the leases, stop the server first: kubectl -n noc scale statefulset kea-dhcp --replicas=0";
        expect(move(undefined, database)).to.equal(
            `noc:dhcp.leaseDatabase is missing, and the leases are in the database kea of db.example.org:5432; set it with enabled = false, so that they are fetched, ${giveUp}`,
        );
        expect(move({ ...off, host: "new.example.org" }, database)).to.equal(
            `noc:dhcp.leaseDatabase names the database kea of new.example.org:5432, and the leases are in kea of db.example.org:5432; before the change, run npm run up with noc:dhcp.leaseDatabase.enabled = false, ${giveUp}`,
        );
    });
});

describe("a lease database that refuses", () => {
    const told = (message?: string) => databaseRefusal("kea-dhcp-schema", "noc", database, { message });
    const server = 'psql: error: connection to server at "db.example.org" (192.0.2.5), port 5432 failed: ';

    const cases: [title: string, message: string, told: RegExp][] = [
        [
            "a wrong password",
            `${server}FATAL:  password authentication failed for user "kea"`,
            /leaseDatabase\.password/,
        ],
        ["an unknown database", `${server}FATAL:  database "kea" does not exist`, /leaseDatabase\.name = "kea"/],
        ["an unknown host", 'psql: error: could not translate host name "x" to address', /leaseDatabase\.host/],
        ["a closed port", `${server}Connection refused\n\tIs the server running?`, /is not reached on port 5432/],
        ["another certificate", `${server}SSL error: certificate verify failed`, /leaseDatabase\.tls = "off"/],
        ["a stranger's tables", "ERROR/kea-admin: Expected empty database kea.", /name an empty database/],
        [
            "a user without rights",
            "psql:/x.pgsql:36: ERROR:  permission denied for schema public\nERROR/kea-admin: Database initialization failed",
            /leaseDatabase\.user = "kea".*:\npsql:.*public$/s,
        ],
    ];
    for (const [title, message, expected] of cases) {
        it(`is reported with the setting to correct: ${title}`, () => {
            expect(told(message)).to.match(expected);
        });
    }

    it("is told from a Job that does not start", () => {
        expect(told()).to.include("see kubectl -n noc logs job/kea-dhcp-schema");
        expect(databaseRefusal("j", "noc", database, { waiting: "ImagePullBackOff" })).to.include("ImagePullBackOff");
    });
});
