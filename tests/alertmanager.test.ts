/** Sends alerts to Alertmanager, if it is installed, and reads what the receivers of the deployed configuration get. */
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

import { alertmanagerConfig } from "../components/monitoring/alertmanager";
import { email, options, pagerduty, slack } from "./receivers";
import { installed } from "./support";

describe("Alertmanager", () => {
    const folder = mkdtempSync(join(tmpdir(), "alertmanager-"));
    const file = join(folder, "alertmanager.yaml");
    let alertmanager: ChildProcessWithoutNullStreams | undefined;
    let api = "";

    /** All notifications received, and an event for each. */
    const notices: { to: string; text: string; authorization?: string }[] = [];
    const inbox = new EventEmitter();
    const receive = (to: string, text: string, authorization?: string) => {
        notices.push({ to, text, authorization });
        inbox.emit("notice");
    };
    const received = (to: string, ...parts: string[]) =>
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
    const arrival = (to: string, ...parts: string[]) => until(() => received(to, ...parts)[0]);

    const web = createServer((request, response) => {
        void text(request).then((body) => {
            response.end();
            receive(request.url ?? "", body, request.headers.authorization);
        });
    });
    /** A mail server that accepts one message per connection. */
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
    /** Sends and resolves another alert: when its notifications have arrived, those of earlier alerts would have, too. */
    const pause = async (alertname: string) => {
        await alert({ alertname, severity: "info", namespace: "pause" });
        await arrival("/all", '"status":"firing"', alertname);
        await resolved({ alertname, severity: "info", namespace: "pause" });
        await arrival("/all", '"status":"resolved"', alertname);
    };

    before(async function () {
        // Debian's package has this name.
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
        rmSync(folder, { recursive: true });
    });

    it("notifies of a firing and of a resolved alert", async () => {
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

    it("sends summary, description and runbook in Slack, PagerDuty and mail", async () => {
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

    it("notifies no receiver of a severity that it is not configured for", async () => {
        await alert({ alertname: "LeasesRunOut", severity: "warning" });
        await arrival("/all", "LeasesRunOut");
        await pause("AfterWarning");
        expect(received("/oncall", "LeasesRunOut")).to.be.empty;
    });

    it("mutes the consequences of an alert until it is resolved", async () => {
        const cause = { alertname: "UnboundDown", severity: "critical" };
        await alert(cause);
        await arrival("/all", "UnboundDown");
        await alert({ alertname: "UnboundSlow", severity: "warning" });
        await alert({ alertname: "UnboundSlow", severity: "warning", namespace: "elsewhere" });
        await arrival("/all", "UnboundSlow", '"namespace":"elsewhere"');
        await pause("AfterConsequence");
        expect(received("/all", "UnboundSlow", '"namespace":"noc"')).to.be.empty;
        await resolved(cause);
        await arrival("/all", "UnboundSlow", '"namespace":"noc"');
    });

    it("posts to the heartbeat while the watchdog fires, and notifies no other receiver of it", async () => {
        await alert({ alertname: "Watchdog", severity: "none" });
        await until(() => received("/heartbeat", "Watchdog")[2]);
        expect(notices.filter(({ to, text }) => to !== "/heartbeat" && text.includes("Watchdog"))).to.be.empty;
    });
});
