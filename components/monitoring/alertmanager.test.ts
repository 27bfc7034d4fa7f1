import { expect } from "chai";
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { stringify } from "yaml";

import { installed } from "../../tests/support";
import { alertmanagerConfig, type AlertmanagerOptions } from "./alertmanager";
import { heartbeat, receivers } from "./receivers";

const email = { to: "noc@example.org", from: "alerts@example.org", smarthost: "smtp.example.org:587" };
const slack = { url: "https://hooks.slack.com/services/T0/B0/s3cret", channel: "#alerts" };
const webhook = { url: "http://10.0.0.9:8080/alerts", bearerToken: "s3cret" };
const pagerduty = { routingKey: "s3cret".padEnd(32, "0") };
const all = ["critical", "warning", "info"];

const options: AlertmanagerOptions = {
    receivers: receivers.parse([
        { name: "mail", email: { ...email, username: "alerts", password: "s3cret" } },
        { name: "chat", severities: all, slack },
        { name: "hook", severities: ["critical"], webhook },
        { name: "pager", severities: ["critical"], pagerduty },
    ]),
    heartbeat: "https://hc-ping.com/s3cret",
    inhibitions: [{ source: "UnboundDown", targets: ["UnboundNoQueries", "UnboundSlow"], equal: ["namespace"] }],
    clusterName: "homelab",
};

describe("monitoring's receivers", () => {
    const problems = (list: unknown) =>
        receivers.safeParse(list).error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`) ?? [];

    it("are told of critical alerts and warnings, by mail with TLS, unless they say otherwise", () => {
        expect(receivers.parse([{ name: "mail", email }])).to.deep.equal([
            { name: "mail", severities: ["critical", "warning"], email: { ...email, requireTls: true } },
        ]);
    });

    const wrong = [
        { severities: ["page"], email: "s3cret" },
        { name: "null", severities: [], webhook: { url: "https:s3cret", bearerToken: "" } },
        { name: "heartbeat", severities: ["info", "info"], pagerduty: { routingKey: "s3cret" } },
        { name: "a", slack: { url: "http://s3cret", channel: null } },
        { name: "a", email: { ...email, to: "noc", smarthost: "smtp.example.org" } },
        { name: "a", email: { ...email, smarthost: "smtp.example.org:99999" } },
        { name: "a", email: { ...email, password: "s3cret" } },
        { name: "a" },
        { name: "a", slack, webhook },
    ];
    it("say what is wrong with them, and what to do about it", () => {
        expect(problems(wrong)).to.deep.equal([
            "0.name is not text; name the receiver, in quotes",
            "0.severities.0 is not a severity; use critical, warning, info",
            "0.email is not a set of fields; write to, from and smarthost",
            "1.name has a use of its own; choose another",
            "1.severities is empty; list at least one, or remove the receiver",
            "1.webhook.url is not a URL; write it like https://alerts.example.org/hook",
            "1.webhook.bearerToken is empty or not text; put it in quotes, or leave it out",
            "2.name has a use of its own; choose another",
            "2.severities names one twice; list each once",
            "2.pagerduty.routingKey is not an integration key of the Events API v2; copy its 32 characters",
            "3.slack.url is not an https URL; copy the one of Slack's incoming webhook",
            '3.slack.channel is not a channel; write it in quotes, like "#alerts"',
            "4.email.to is not an e-mail address; write one, like noc@example.org",
            "4.email.smarthost is not host:port; write it like smtp.example.org:587",
            "5.email.smarthost has no such port; write it like smtp.example.org:587",
            "6.email.username and password belong together; set both or neither",
            "7 is told nowhere; add one of email, slack, webhook, pagerduty",
            "8 is told in several ways (slack, webhook); make each a receiver of its own",
        ]);
    });

    it("have names of their own", () => {
        const [a, b] = ["a", "b"].map((name) => ({ name, webhook }));
        expect(problems([a, b, a])).to.deep.equal([
            "2.name is also noc:monitoringReceivers[0].name; give each receiver its own name",
        ]);
    });

    it("keep their secrets out of every message", () => {
        const told = problems([...wrong, "s3cret", { name: "a", webhok: "s3cret" }, { name: { s3cret: "s3cret" } }]);
        expect([...told, ...problems("s3cret")].join()).not.to.contain("s3cret");
    });

    it("leave the heartbeat out where it is empty", () => {
        expect(heartbeat.parse("")).to.equal(undefined);
        expect(heartbeat.parse("https://hc-ping.com/x")).to.equal("https://hc-ping.com/x");
        expect(heartbeat.safeParse("hc-ping.com/x").error?.issues[0]?.message).to.match(/^is not a URL; write/);
    });
});

describe("Alertmanager's configuration", () => {
    const config = alertmanagerConfig(options);
    const of = (name: string) => config.receivers.find((receiver) => receiver.name === name);

    it("tells nobody where nobody is named", () => {
        const { route, receivers } = alertmanagerConfig({ ...options, receivers: [], heartbeat: undefined });
        expect(receivers).to.deep.equal([{ name: "null" }]);
        expect([route, ...route.routes].map(({ receiver }) => receiver)).to.deep.equal(["null", "null", "null"]);
    });

    it("sends the watchdog to the heartbeat before all else, and not that it has stopped", () => {
        expect(config.route.routes[0]).to.deep.equal({
            receiver: "heartbeat",
            matchers: ['alertname = "Watchdog"'],
            group_wait: "0s",
            group_interval: "30s",
            repeat_interval: "50s",
        });
        expect(of("heartbeat")).to.have.nested.property("webhook_configs[0].send_resolved", false);
    });

    it("tells each receiver of its severities, and the next one too, the worse the more often", () => {
        expect(config.route.routes.slice(2).map((route) => Object.values(route).join(" "))).to.deep.equal([
            'mail severity = "critical" 1h true',
            'mail severity = "warning" 4h true',
            'chat severity = "critical" 1h true',
            'chat severity = "warning" 4h true',
            'chat severity = "info" 12h true',
            'hook severity = "critical" 1h true',
            'pager severity = "critical" 1h true',
        ]);
    });

    it("mutes what says nothing new", () => {
        const rules = config.inhibit_rules.map((rule) => [rule.source_matchers, rule.target_matchers, rule.equal]);
        expect(rules).to.deep.equal([
            [['severity = "critical"'], ['severity =~ "warning|info"'], ["alertname", "namespace"]],
            [['severity = "warning"'], ['severity = "info"'], ["alertname", "namespace"]],
            [['alertname = "InfoInhibitor"'], ['severity = "info"'], ["namespace"]],
            [['alertname = "UnboundDown"'], ['alertname =~ "UnboundNoQueries|UnboundSlow"'], ["namespace"]],
        ]);
    });

    it("tells the end of an alert too, and names the cluster in every title", () => {
        for (const [name, kind, title] of [
            ["mail", "email", "headers.Subject"],
            ["chat", "slack", "title"],
            ["pager", "pagerduty", "description"],
        ] as const) {
            expect(of(name)).to.have.nested.property(`${kind}_configs[0].send_resolved`, true);
            expect(of(name))
                .to.have.nested.property(`${kind}_configs[0].${title}`)
                .that.matches(/ on homelab$/);
        }
        expect(of("hook")).to.have.nested.property("webhook_configs[0].send_resolved", true);
    });

    it("asks for STARTTLS, but not of a server that begins with TLS", () => {
        for (const [mail, required] of [
            [email, true],
            [{ ...email, requireTls: false }, false],
            [{ ...email, smarthost: "smtp.example.org:465" }, false],
        ] as const) {
            const one = alertmanagerConfig({ ...options, receivers: receivers.parse([{ name: "mail", email: mail }]) });
            expect(one.receivers.at(-1)).to.have.nested.property("email_configs[0].require_tls", required);
        }
        expect(of("mail")).to.deep.nested.include({ "email_configs[0].auth_password": "s3cret" });
    });
});

const folder = mkdtempSync(join(tmpdir(), "alertmanager-"));
const file = join(folder, "alertmanager.yaml");
after(() => rmSync(folder, { recursive: true }));

describe("amtool", () => {
    const amtool = (...args: string[]) => {
        const { status, stdout, stderr } = spawnSync("amtool", args, { encoding: "utf8" });
        expect(status, stdout + stderr).to.equal(0);
        return stdout.trim();
    };
    before(function () {
        return installed("amtool") || this.skip();
    });

    it("accepts the configuration, with and without receivers", () => {
        for (const some of [options, { ...options, receivers: [], inhibitions: [], heartbeat: undefined }]) {
            writeFileSync(file, stringify(alertmanagerConfig(some)));
            expect(amtool("check-config", file)).to.contain("SUCCESS");
        }
    });

    it("finds those who are told", () => {
        writeFileSync(file, stringify(alertmanagerConfig(options)));
        for (const [told, ...labels] of [
            ["mail,chat,hook,pager", "severity=critical"],
            ["mail,chat", "severity=warning"],
            ["chat", "severity=info"],
            ["null", "severity=none"],
            ["heartbeat", "alertname=Watchdog", "severity=critical"],
            ["null", "alertname=InfoInhibitor", "severity=info"],
        ] as const) {
            expect(amtool("config", "routes", "test", `--config.file=${file}`, ...labels)).to.equal(told);
        }
    });
});

describe("Alertmanager", function () {
    this.timeout(60_000);
    let alertmanager: ChildProcessWithoutNullStreams | undefined;
    let api = "";

    /** Everything that was delivered, and an event for each. */
    const notices: { to: string; text: string; authorization?: string }[] = [];
    const inbox = new EventEmitter();
    const receive = (to: string, text: string, authorization?: string) => {
        notices.push({ to, text, authorization });
        inbox.emit("notice");
    };
    const told = (to: string, ...parts: string[]) =>
        notices.filter((notice) => notice.to === to && parts.every((part) => notice.text.includes(part)));
    const until = async <T>(find: () => T | undefined): Promise<T> => {
        for (;;) {
            const found = find();
            if (found !== undefined) {
                return found;
            }
            await once(inbox, "notice", { signal: AbortSignal.timeout(30_000) });
        }
    };
    const arrival = (to: string, ...parts: string[]) => until(() => told(to, ...parts)[0]);

    const web = createServer((request, response) => {
        void text(request).then((body) => {
            response.end();
            receive(request.url ?? "", body, request.headers.authorization);
        });
    });
    /** As much of a mail server as a single message needs. */
    const mail = createTcpServer((socket) => {
        const lines: string[] = [];
        socket.write("220 ready\r\n");
        createInterface({ input: socket }).on("line", (line) => {
            const inMessage = lines.includes("DATA");
            lines.push(line);
            if (line === "DATA" || line === "." || !inMessage) {
                socket.write(`${line === "DATA" ? 354 : 250} go on\r\n`);
            }
            if (line === ".") {
                receive("mail", lines.splice(0).join("\n"));
            }
        });
    });
    const listening = async (server: Server) => {
        await once(server.listen(0, "127.0.0.1"), "listening");
        return `127.0.0.1:${(server.address() as AddressInfo).port}`;
    };

    const alert = async (labels: Record<string, string>, end?: Date) => {
        const annotations = { summary: "It broke", description: "All of it.", runbook_url: "https://example.org/fix" };
        const body = JSON.stringify([{ labels: { namespace: "noc", ...labels }, annotations, endsAt: end }]);
        const headers = { "content-type": "application/json" };
        expect((await fetch(api, { method: "POST", headers, body })).status).to.equal(200);
    };
    const resolved = (labels: Record<string, string>) => alert(labels, new Date());
    /** By the time that a later alert has come and gone, an earlier one has had its chance. */
    const pause = async (alertname: string) => {
        await alert({ alertname, severity: "info", namespace: "pause" });
        await arrival("/all", '"status":"firing"', alertname);
        await resolved({ alertname, severity: "info", namespace: "pause" });
        await arrival("/all", '"status":"resolved"', alertname);
    };

    before(async function () {
        // Debian's has a name of its own.
        const debian = spawnSync("which", ["prometheus-alertmanager"]).status === 0;
        if (!debian && !installed("alertmanager")) {
            return this.skip();
        }
        const [url, smarthost] = [`http://${await listening(web)}`, await listening(mail)];
        const config = alertmanagerConfig({
            ...options,
            heartbeat: `${url}/heartbeat`,
            receivers: [
                { name: "oncall", severities: ["critical"], webhook: { url: `${url}/oncall`, bearerToken: "t0ken" } },
                { name: "all", severities: ["critical", "warning", "info"], webhook: { url: `${url}/all` } },
                { name: "chat", severities: ["critical"], slack: { ...slack, url: `${url}/chat` } },
                { name: "pager", severities: ["critical"], pagerduty },
                { name: "mail", severities: ["critical"], email: { ...email, smarthost, requireTls: false } },
            ],
        });
        const faster: Record<string, string> = { group_wait: "50ms", group_interval: "500ms" };
        const hurried = JSON.stringify(
            { ...config, global: { pagerduty_url: `${url}/pager` } },
            (key, value: unknown) => (key === "repeat_interval" && value === "50s" ? "400ms" : (faster[key] ?? value)),
        );
        writeFileSync(file, hurried);
        alertmanager = spawn(debian ? "prometheus-alertmanager" : "alertmanager", [
            `--config.file=${file}`,
            `--storage.path=${folder}`,
            "--web.listen-address=127.0.0.1:0",
            "--web.external-url=http://alertmanager.example.org",
            "--cluster.listen-address=",
        ]);
        let log = "";
        for await (const line of createInterface({ input: alertmanager.stderr })) {
            log += `${line}\n`;
            const address = /Listening on.* address=(\S+)/.exec(line)?.[1];
            if (address) {
                api = `http://${address}/api/v2/alerts`;
                break;
            }
        }
        alertmanager.stderr.resume();
        expect(api, log).not.to.equal("");
    });

    after(async () => {
        if (alertmanager?.kill()) {
            await once(alertmanager, "exit");
        }
        web.close();
        mail.close();
    });

    it("tells of an alert, and of its end", async () => {
        const labels = { alertname: "KeaDown", severity: "critical", pod: "kea-0" };
        await alert(labels);
        const { text, authorization } = await arrival("/oncall", "KeaDown");
        expect(authorization).to.equal("Bearer t0ken");
        expect(JSON.parse(text)).to.deep.nested.include({
            status: "firing",
            "alerts[0].labels": { ...labels, namespace: "noc" },
            "alerts[0].annotations.summary": "It broke",
        });
        await resolved(labels);
        await arrival("/oncall", '"status":"resolved"', "KeaDown");
    });

    it("says in words what is broken and how to mend it", async () => {
        await alert({ alertname: "RedisDown", severity: "critical" });
        const title = "[FIRING:1] RedisDown (critical) in noc on homelab";
        const story = "It broke\nAll of it.\nRunbook: https://example.org/fix\n";
        expect(JSON.parse((await arrival("/chat", "RedisDown")).text)).to.deep.nested.include({
            channel: "#alerts",
            "attachments[0].title": title,
            "attachments[0].fallback": title,
            "attachments[0].text": `${story}\n`,
        });
        const page = JSON.parse((await arrival("/pager", "RedisDown")).text) as object;
        expect(page).to.nested.include({
            "payload.summary": title,
            "payload.severity": "critical",
            "payload.custom_details.runbook": "https://example.org/fix",
            client_url: "http://alertmanager.example.org",
        });
        expect((await arrival("mail", "RedisDown")).text)
            .to.contain(`Subject: ${title}\n`)
            .and.contain(story);
        await resolved({ alertname: "RedisDown", severity: "critical" });
        await arrival("mail", "Subject: [RESOLVED:1] RedisDown", "Resolved: It broke");
    });

    it("tells nobody what they did not ask for", async () => {
        await alert({ alertname: "LeasesRunOut", severity: "warning" });
        await arrival("/all", "LeasesRunOut");
        await pause("AfterWarning");
        expect(told("/oncall", "LeasesRunOut")).to.be.empty;
    });

    it("keeps quiet about consequences until their cause is gone", async () => {
        const cause = { alertname: "UnboundDown", severity: "critical" };
        await alert(cause);
        await arrival("/all", "UnboundDown");
        await alert({ alertname: "UnboundSlow", severity: "warning" });
        await alert({ alertname: "UnboundSlow", severity: "warning", namespace: "elsewhere" });
        await arrival("/all", "UnboundSlow", '"namespace":"elsewhere"');
        await pause("AfterConsequence");
        expect(told("/all", "UnboundSlow", '"namespace":"noc"')).to.be.empty;
        await resolved(cause);
        await arrival("/all", "UnboundSlow", '"namespace":"noc"');
    });

    it("beats while the watchdog fires, and bothers nobody with it", async () => {
        await alert({ alertname: "Watchdog", severity: "none" });
        await until(() => told("/heartbeat", "Watchdog")[2]);
        expect(notices.filter(({ to, text }) => to !== "/heartbeat" && text.includes("Watchdog"))).to.be.empty;
    });
});
