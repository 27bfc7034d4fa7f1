import { expect } from "chai";

import { figure, firingAlerts, type Panel, statPanels } from "../commands/figures";
import { stackRun } from "./support";

const panel = (unit: string, decimals = 0, legend = ""): Panel => ({
    title: "DNS answers",
    unit,
    decimals,
    queries: [{ expr: "up", legend }],
});

/** Prometheus' answer to an instant query. */
const vector = (...results: (readonly [metric: Record<string, string>, value: string])[]) => ({
    status: "success",
    data: { resultType: "vector", result: results.map(([metric, value]) => ({ metric, value: [1.5, value] })) },
});

describe("the figures of `npm run status`", () => {
    it("are those of the deployed overview, with queries that Prometheus understands", async () => {
        const { resources } = await stackRun("poc");
        const map = resources.find(({ name }) => name === "noc-overview");
        const { data } = map?.inputs as { data: Record<string, string> };
        const panels = Object.values(data).flatMap(statPanels);
        expect(panels.map(({ title }) => title)).to.include.members(["DNS queries", "DHCP leases", "Critical alerts"]);
        panels.forEach(({ queries }) => queries.forEach(({ expr }) => expect(expr).not.to.contain("$")));
    });

    const values: [name: string, panel: Panel, response: unknown, text: string][] = [
        ["a fraction", panel("percentunit"), vector([{}, "0.425"]), "43 %"],
        ["a rate", panel("reqps", 1), vector([{}, "1234.56"]), "1234.6/s"],
        ["a short duration", panel("s"), vector([{}, "0.0123"]), "12 ms"],
        ["a duration of seconds", panel("s"), vector([{}, "119"]), "119 s"],
        ["a duration of minutes", panel("s"), vector([{}, "1473.348"]), "25 min"],
        ["a duration of hours", panel("s"), vector([{}, "36000"]), "10 h"],
        ["a duration of days", panel("s"), vector([{}, "260000"]), "3 d"],
        ["a number without a unit", panel("none"), vector([{}, "3"]), "3"],
        [
            "several series, by their labels",
            panel("percentunit", 0, "over {{transport}}"),
            vector([{ transport: "tcp" }, "1"], [{ transport: "udp" }, "0.5"]),
            "over tcp 100 %, over udp 50 %",
        ],
        ["nothing", panel("reqps"), vector(), "no data"],
        ["a quotient of zeros", panel("reqps"), vector([{}, "NaN"]), "no data"],
    ];
    for (const [name, shown, response, text] of values) {
        it(`show ${name}`, () => expect(figure(shown, [response])).to.deep.equal(["DNS answers", text]));
    }
});

describe("the alerts of `npm run status`", () => {
    const alert = (alertname: string, severity: string, state = "firing") => ({
        labels: { alertname, severity },
        annotations: { summary: `${alertname} summary` },
        state,
        activeAt: "2026-01-02T03:04:05.678Z",
    });

    it("are those that fire, critical ones first", () => {
        const alerts = [
            alert("DnsSlow", "warning"),
            alert("KeaDown", "critical"),
            alert("RedisDown", "critical", "pending"),
            alert("Watchdog", "none"),
        ];
        expect(firingAlerts({ data: { alerts } })).to.deep.equal([
            { name: "KeaDown", severity: "critical", since: "2026-01-02T03:04:05Z", summary: "KeaDown summary" },
            { name: "DnsSlow", severity: "warning", since: "2026-01-02T03:04:05Z", summary: "DnsSlow summary" },
        ]);
    });
});
