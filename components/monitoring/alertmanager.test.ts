import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";

import { email, options } from "../../tests/receivers";
import { installed } from "../../tests/support";
import { alertmanagerConfig } from "./alertmanager";
import { receivers } from "./receivers";

describe("Alertmanager's configuration", () => {
    const config = alertmanagerConfig(options);
    const receiver = (name: string) => config.receivers.find((other) => other.name === name);

    it("notifies nobody without receivers", () => {
        const { route, receivers } = alertmanagerConfig({ ...options, receivers: [], heartbeat: undefined });
        expect(receivers).to.deep.equal([{ name: "null" }]);
        expect([route, ...route.routes].map(({ receiver }) => receiver)).to.deep.equal(["null", "null", "null"]);
    });

    it("sends the watchdog to the heartbeat first, and no resolved notification", () => {
        expect(config.route.routes[0]).to.deep.equal({
            receiver: "heartbeat",
            matchers: ['alertname = "Watchdog"'],
            group_wait: "0s",
            group_interval: "30s",
            repeat_interval: "50s",
        });
        expect(receiver("heartbeat")).to.have.nested.property("webhook_configs[0].send_resolved", false);
    });

    it("routes each severity of a receiver, with more frequent repetitions for higher ones, and goes on to the next receiver", () => {
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

    it("mutes the consequences of an alert that fires, and its lower severities", () => {
        const rules = config.inhibit_rules.map((rule) => [rule.source_matchers, rule.target_matchers, rule.equal]);
        expect(rules).to.deep.equal([
            [['severity = "critical"'], ['severity =~ "warning|info"'], ["alertname", "namespace"]],
            [['severity = "warning"'], ['severity = "info"'], ["alertname", "namespace"]],
            [['alertname = "InfoInhibitor"'], ['severity = "info"'], ["namespace"]],
            [['alertname = "UnboundDown"'], ['alertname =~ "UnboundNoQueries|UnboundSlow"'], ["namespace"]],
        ]);
    });

    it("notifies of resolved alerts, and names the cluster in every title", () => {
        for (const [name, kind, title] of [
            ["mail", "email", "headers.Subject"],
            ["chat", "slack", "title"],
            ["pager", "pagerduty", "description"],
        ] as const) {
            expect(receiver(name)).to.have.nested.property(`${kind}_configs[0].send_resolved`, true);
            expect(receiver(name))
                .to.have.nested.property(`${kind}_configs[0].${title}`)
                .that.matches(/ on homelab$/);
        }
        expect(receiver("hook")).to.have.nested.property("webhook_configs[0].send_resolved", true);
    });

    it("requires STARTTLS, except if the server expects TLS from the start (port 465)", () => {
        for (const [mail, required] of [
            [email, true],
            [{ ...email, requireTls: false }, false],
            [{ ...email, smarthost: "smtp.example.org:465" }, false],
        ] as const) {
            const one = alertmanagerConfig({ ...options, receivers: receivers.parse([{ name: "mail", email: mail }]) });
            expect(one.receivers.at(-1)).to.have.nested.property("email_configs[0].require_tls", required);
        }
        expect(receiver("mail")).to.deep.nested.include({ "email_configs[0].auth_password": "s3cret" });
    });
});

describe("amtool", () => {
    const folder = mkdtempSync(join(tmpdir(), "alertmanager-"));
    const file = join(folder, "alertmanager.yaml");
    after(() => rmSync(folder, { recursive: true }));

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

    it("finds the receivers of an alert", () => {
        writeFileSync(file, stringify(alertmanagerConfig(options)));
        for (const [expected, ...labels] of [
            ["mail,chat,hook,pager", "severity=critical"],
            ["mail,chat", "severity=warning"],
            ["chat", "severity=info"],
            ["null", "severity=none"],
            ["heartbeat", "alertname=Watchdog", "severity=critical"],
            ["null", "alertname=InfoInhibitor", "severity=info"],
        ] as const) {
            expect(amtool("config", "routes", "test", `--config.file=${file}`, ...labels)).to.equal(expected);
        }
    });
});
