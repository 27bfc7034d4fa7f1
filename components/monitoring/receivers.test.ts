import { expect } from "chai";

import { email, slack, webhook } from "../../tests/receivers";
import { heartbeat, receiverPorts, receivers } from "./receivers";

describe("monitoring's receivers", () => {
    const problems = (list: unknown) =>
        receivers.safeParse(list).error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`) ?? [];

    it("are by default notified of critical alerts and warnings, and by mail only with TLS", () => {
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
    it("are refused with what is wrong and what to do about it", () => {
        expect(problems(wrong)).to.deep.equal([
            "0.name is not text; name the receiver, in quotes",
            "0.severities.0 is not a severity; use critical, warning, info",
            "0.email is not a set of fields; write to, from and smarthost",
            "1.name is the name of a built-in receiver; choose another",
            "1.severities is empty; list at least one, or remove the receiver",
            "1.webhook.url is not a URL; write it like https://alerts.example.org/hook",
            "1.webhook.bearerToken is empty, or has a blank, a line break or a character that is not ASCII; copy the token alone",
            "2.name is the name of a built-in receiver; choose another",
            "2.severities lists a severity twice; list each once",
            "2.pagerduty.routingKey is not an integration key of the Events API v2; copy its 32 characters",
            "3.slack.url is not a URL; write it like https://hooks.slack.com/services/T00/B00/key",
            '3.slack.channel is not a channel; write it in quotes, like "#alerts"',
            "4.email.to is not an e-mail address; write one, like noc@example.org",
            "4.email.smarthost is not host:port; write it like smtp.example.org:587",
            "5.email.smarthost has no valid port; write one from 1 to 65535, like smtp.example.org:587",
            "6.email.username is set without password, or password without it; set both or neither",
            "7 has no channel; add one of email, slack, webhook, pagerduty",
            "8 has several channels (slack, webhook); make each a receiver of its own",
        ]);
    });

    for (const [title, receiver] of [
        ["a line break in a bearer token", { webhook: { ...webhook, bearerToken: "s3cret\nX-Header: 1" } }],
        ["a space in a bearer token", { webhook: { ...webhook, bearerToken: "Bearer s3cret" } }],
        ["a line break in a password", { email: { ...email, username: "noc", password: "s3cret\r\n" } }],
        ["a line break in a sender", { email: { ...email, from: "noc@example.org\nBcc: a@example.org" } }],
        ["a template in a sender", { email: { ...email, from: "{{ .x }}@example.org" } }],
        ["a line break in a URL", { webhook: { url: "https://hooks.example.org/\ns3cret" } }],
        ["an escape in a URL that Go refuses", { webhook: { url: "https://hooks.example.org/%zz" } }],
        ["a backslash in a URL", { webhook: { url: "https://hooks.example.org\\s3cret" } }],
        ["a URL without a host", { webhook: { url: "https:///s3cret" } }],
        ["a mail server without a host", { email: { ...email, smarthost: "-:25" } }],
    ] as const) {
        it(`are refused with ${title}`, () => expect(problems([{ name: "a", ...receiver }])).to.have.length(1));
    }
    for (const [title, receiver] of [
        ["a mail server with an IPv6 address", { email: { ...email, smarthost: "[2001:db8::1]:25" } }],
        ["a password with spaces and other scripts", { email: { ...email, username: "noc", password: "pass wörd ✓" } }],
        ["a port and an escape in a URL", { webhook: { url: "http://10.0.0.1:9000/a%20b?token=s3cret" } }],
        ["an IPv6 address in a URL", { webhook: { url: "https://[2001:db8::1]:8443/x" } }],
    ] as const) {
        it(`may have ${title}`, () => expect(problems([{ name: "a", ...receiver }])).to.deep.equal([]));
    }

    it("name the ports that notifications go to", () => {
        const list = receivers.parse([
            { name: "a", email: { ...email, smarthost: "[2001:db8::1]:25" } },
            { name: "b", webhook: { url: "http://10.0.0.1/x" } },
            { name: "c", webhook: { url: "https://[2001:db8::1]:8443/x" } },
            { name: "d", slack },
        ]);
        expect(receiverPorts({ receivers: list })).to.deep.equal([25, 80, 443, 8443]);
    });

    it("must have different names", () => {
        const [a, b] = ["a", "b"].map((name) => ({ name, webhook }));
        expect(problems([a, b, a])).to.deep.equal([
            "2.name is also noc:monitoring.receivers[0].name; give each receiver its own name",
        ]);
    });

    it("show no secret in any message", () => {
        const messages = problems([
            ...wrong,
            "s3cret",
            { name: "a", webhok: "s3cret" },
            { name: { s3cret: "s3cret" } },
        ]);
        expect([...messages, ...problems("s3cret")].join()).not.to.contain("s3cret");
    });

    it("include a heartbeat, which must be a URL", () => {
        expect(heartbeat.parse("https://hc-ping.com/x")).to.equal("https://hc-ping.com/x");
        expect(heartbeat.safeParse("hc-ping.com/x").error?.issues[0]?.message).to.match(/^is not a URL; write/);
    });
});
