import { expect } from "chai";

import { dnsDashboard } from "./dashboard";
import { dnsOverview } from "./overview";
import { dnsSettings } from "./settings";

interface Panel {
    title: string;
    fieldConfig?: { defaults: { thresholds?: { steps: { value: number | null }[] } } };
}

const thresholds = dnsSettings.shape.thresholds.parse({
    servfailRatio: 0.11,
    unansweredRatio: 0.12,
    bogusRatio: 0.13,
    recursionSeconds: 1.4,
    answerSeconds: 1.5,
    cacheHitRatio: 0.16,
    redisEvictions: 17,
});
const objectives = dnsSettings.shape.objectives.parse({ availability: 0.95, latency: 0.98 });

const limitsOf = (panel: Panel) => panel.fieldConfig?.defaults.thresholds?.steps.flatMap(({ value }) => value ?? []);

describe("the limits that panels of DNS are coloured by", () => {
    it("are the stack's thresholds and objectives", () => {
        const { panels = [] } = dnsDashboard({ namespace: "noc", thresholds, objectives });
        const limits = Object.fromEntries((panels as Panel[]).map((panel) => [panel.title, limitsOf(panel)]));
        expect(limits).to.deep.include({
            Availability: [0.5, 0.95],
            "Answered in time": [0.8, 0.98],
            "Duration of the probes": [1.5],
            SERVFAIL: [0.11],
            Unanswered: [0.12],
            Bogus: [0.13],
            "Hit ratio": [0, 0.16],
            "Percentiles of lookups": [1.4],
            "Answers removed from Redis": [17],
        });
    });

    it("are the stack's thresholds on the overview too", () => {
        const { stats = [], graphs = [] } = dnsOverview("noc", thresholds);
        const panels = [...stats, ...graphs].map((builder) => builder.build() as unknown as Panel);
        const limits = panels.map((panel): [string, number[] | undefined] => [panel.title, limitsOf(panel)]);
        expect(limits).to.deep.include.members([
            ["DNS failures", [0.11]],
            ["DNS lookups", [1.4]],
        ]);
    });
});
