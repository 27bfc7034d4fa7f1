import { expect } from "chai";

import { problems } from "./rules";
import { monitoringSettings } from "./settings";

/** All that is wrong with the settings: `PATH MESSAGE`, or `KEY MESSAGE` and the severity of a warning. */
function messages(settings: Record<string, unknown>): string[] {
    const { data, error } = monitoringSettings.safeParse(settings);
    return data
        ? problems(data).map(({ key, remedy, severity }) => `${severity ? `${severity}: ` : ""}${key} ${remedy}`)
        : error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
}

const notADuration =
    "retention is not a Prometheus duration; write whole numbers with the units y, w, d, h, m, s and ms, each at most once and in this order, like 36h, 7d or 1d12h";
const outOfRange = "retention is out of range; set it to 1h or more and 100y or less";

describe("monitoring's settings", () => {
    const bad: [string, Record<string, unknown>, string][] = [
        ...["7", "5x", "1d1d", "12h1d", "1.5d", "-1d", "1 d", "1D", ""].map(
            (retention): [string, Record<string, unknown>, string] => [
                `the retention "${retention}"`,
                { retention },
                notADuration,
            ],
        ),
        ...["0d", "0s", "59m", "101y", "99999999999999999999d"].map(
            (retention): [string, Record<string, unknown>, string] => [
                `the retention "${retention}"`,
                { retention },
                outOfRange,
            ],
        ),
        ["a volume of a byte", { storage: "1" }, "storage is too little; set it to 1Gi or more"],
        ["a volume of nothing", { storage: "0Gi" }, "storage is too little; set it to 1Gi or more"],
        [
            "a volume in thousandths",
            { storage: "500m" },
            "storage is a fraction of a byte: m means a thousandth; write it like 20Gi",
        ],
        [
            "memory that Prometheus cannot start with",
            { memory: "64Mi" },
            "memory is too little; set it to 512Mi or more",
        ],
        [
            "a short password",
            { grafanaPassword: "admin" },
            "grafanaPassword is too short; use at least 12 characters, or leave it out for a generated one",
        ],
        ...["correct${HOME}horse", "$__file{/etc/passwd}", "correct horse\n"].map(
            (grafanaPassword): [string, Record<string, unknown>, string] => [
                `the password ${JSON.stringify(grafanaPassword)}, which Grafana reads differently`,
                { grafanaPassword },
                "grafanaPassword has a control character, or ${ or $__…{, which Grafana replaces; choose another one",
            ],
        ),
        [
            "an address for Grafana without a choice between TLS and plain HTTP",
            { grafanaAddress: "10.0.0.1" },
            "noc:monitoring.grafanaAddress is neither with TLS nor without; set noc:monitoring.grafanaTlsSecret to a Secret with a certificate, or noc:monitoring.grafanaPlainHttp to true, with which passwords cross the network unencrypted",
        ],
        [
            "both TLS and plain HTTP",
            { grafanaAddress: "10.0.0.1", grafanaTlsSecret: "grafana-tls", grafanaPlainHttp: true },
            "noc:monitoring.grafanaPlainHttp contradicts noc:monitoring.grafanaTlsSecret; remove one of them",
        ],
        [
            "plain HTTP at no address",
            { grafanaPlainHttp: true },
            "warning: noc:monitoring.grafanaPlainHttp has no effect while noc:monitoring.grafanaAddress is not set; remove it",
        ],
        [
            "a Secret's name that the API refuses",
            { grafanaTlsSecret: "Grafana_TLS" },
            "grafanaTlsSecret is not the name of a Secret; use lower-case letters, digits, inner hyphens and dots, like grafana-tls",
        ],
        [
            "a source range that is no network",
            { grafanaSourceRanges: ["10.0.0.1/8"] },
            "grafanaSourceRanges.0 has bits set behind its prefix; write 10.0.0.0/8",
        ],
        [
            "addresses of etcd that are not scraped",
            { controlPlaneEndpoints: { etcd: ["10.0.0.1"] } },
            "warning: noc:monitoring.controlPlaneEndpoints.etcd has no effect while noc:monitoring.controlPlane is false; remove it",
        ],
        [
            "an address that the API refuses in Endpoints",
            { controlPlane: true, controlPlaneEndpoints: { etcd: ["127.0.0.1"] } },
            "noc:monitoring.controlPlaneEndpoints.etcd[0] is a loopback address; write an address that pods can reach",
        ],
        [
            "an address twice",
            { controlPlane: true, controlPlaneEndpoints: { proxy: ["10.0.0.1", "10.0.0.1"] } },
            "noc:monitoring.controlPlaneEndpoints.proxy[1] is also noc:monitoring.controlPlaneEndpoints.proxy[0]; list each address once",
        ],
        [
            "a URL of runbooks that Prometheus takes for a template",
            { runbooks: "https://git.example.org/{{x}}" },
            "runbooks has braces, which are read as a template; write it without them",
        ],
        [
            "a threshold of centuries",
            { thresholds: { certificateDays: 1e300 } },
            "thresholds.certificateDays is more than a century; set it to 36500 days or less",
        ],
    ];
    for (const [title, settings, message] of bad) {
        it(`refuse or warn of ${title}`, () => expect(messages(settings)).to.deep.equal([message]));
    }

    const good: [string, Record<string, unknown>][] = [
        ...["1h", "36h", "7d", "1d12h", "1y2w3d4h5m6s7ms", "90d", "100y"].map(
            (retention): [string, Record<string, unknown>] => [`the retention ${retention}`, { retention }],
        ),
        ["a volume in bytes", { storage: "21474836480" }],
        ["Grafana over HTTPS", { grafanaAddress: "10.0.0.1", grafanaTlsSecret: "grafana.tls" }],
        ["Grafana over HTTPS without an address", { grafanaTlsSecret: "grafana-tls" }],
        [
            "Grafana over plain HTTP for some networks",
            { grafanaAddress: "10.0.0.1", grafanaPlainHttp: true, grafanaSourceRanges: ["10.0.0.0/8", "192.0.2.1/32"] },
        ],
        ["a password with a dollar sign and spaces", { grafanaPassword: "correct $horse {battery}" }],
        ["addresses of etcd", { controlPlane: true, controlPlaneEndpoints: { etcd: ["10.0.0.1", "10.0.0.2"] } }],
    ];
    for (const [title, settings] of good) {
        it(`take ${title}`, () => expect(messages(settings)).to.deep.equal([]));
    }
});
