import { expect } from "chai";

import { email, slack, webhook } from "../../tests/receivers";
import { heartbeat, receivers } from "./receivers";

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
            "2.name is also noc:monitoring.receivers[0].name; give each receiver its own name",
        ]);
    });

    it("keep their secrets out of every message", () => {
        const told = problems([...wrong, "s3cret", { name: "a", webhok: "s3cret" }, { name: { s3cret: "s3cret" } }]);
        expect([...told, ...problems("s3cret")].join()).not.to.contain("s3cret");
    });

    it("include a heartbeat that is a URL", () => {
        expect(heartbeat.parse("https://hc-ping.com/x")).to.equal("https://hc-ping.com/x");
        expect(heartbeat.safeParse("hc-ping.com/x").error?.issues[0]?.message).to.match(/^is not a URL; write/);
    });
});
