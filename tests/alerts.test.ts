/** What holds for the alerts of every component. */
import { expect } from "chai";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { dnsMonitoring } from "../components/dns/monitoring";
import { dnsSettings } from "../components/dns/settings";
import { prometheusGroup } from "../components/lib/prometheus-rules";
import { stacks } from "../tools/expected";
import { rulesOf } from "../tools/queries";
import { projectFolder } from "../tools/stack-config";
import { stackRun } from "./support";

interface InhibitRule {
    source_matchers: string[];
    target_matchers: string[];
    equal: string[];
}

const alertsOf = async (stack: string) =>
    rulesOf(await stackRun(stack)).flatMap((rule) => ("alert" in rule ? [rule] : []));

/** Names of alerts in Alertmanager's matchers. */
const names = (matchers: string[]): string[] =>
    matchers.flatMap((matcher) => /^alertname =~? "(.+)"$/.exec(matcher)?.[1]?.split("|") ?? []);

for (const stack of stacks) {
    describe(`the alerts of ${stack}`, () => {
        it("have unique names", async () => {
            const all = (await alertsOf(stack)).map(({ alert }) => alert);
            expect(all).to.have.length(new Set(all).size);
        });

        it("state the problem in a line, and the object that has it in a sentence", async () => {
            for (const { alert, annotations } of await alertsOf(stack)) {
                expect(annotations.summary, alert).to.match(/^[A-Z].{5,80}[^.]$/);
                expect(annotations.description, alert).to.match(/^.{20,250}[.?]$/);
            }
        });

        it("link to a section of their component's runbook", async () => {
            for (const { alert, labels, annotations } of await alertsOf(stack)) {
                const [, file = "", anchor] = /\/components\/(.*)#(.*)$/.exec(annotations.runbook_url ?? "") ?? [];
                expect(anchor, alert).to.equal(alert.toLowerCase());
                const path = join(projectFolder, "components", file);
                expect(existsSync(path), `${labels.component ?? ""} has no runbook: ${path}`).to.equal(true);
                expect(readFileSync(path, "utf8"), file).to.contain(`\n## ${alert}\n`);
            }
        });

        it("are tested by promtool, in their component's folder", async () => {
            for (const { labels, annotations } of await alertsOf(stack)) {
                const [, folder = ""] = /\/components\/([^/]+)\//.exec(annotations.runbook_url ?? "") ?? [];
                const test = join(projectFolder, "components", folder, "alerts.test.ts");
                expect(existsSync(test), `${labels.component ?? ""} has no ${test}`).to.equal(true);
            }
        });

        it("mute only alerts that exist, never themselves, and never a worse one", async () => {
            // Those of kube-prometheus-stack, which are warnings.
            const chart =
                /^(Kube(DeploymentReplicasMismatch|StatefulSetReplicasMismatch|DaemonSetRolloutStuck|PodCrashLooping)|TargetDown)$/;
            const severity = new Map((await alertsOf(stack)).map(({ alert, labels }) => [alert, labels.severity]));
            const { secrets } = await stackRun(stack);
            const routes = secrets.find((secret) => secret.includes("inhibit_rules")) ?? "{}";
            const inhibitions = (JSON.parse(routes) as { inhibit_rules: InhibitRule[] }).inhibit_rules
                .map((rule) => ({
                    ...rule,
                    sources: names(rule.source_matchers),
                    targets: names(rule.target_matchers),
                }))
                .filter(({ sources, targets }) => sources.length > 0 && targets.length > 0);
            expect(inhibitions).to.have.length.greaterThan(10);
            for (const { sources, targets, equal } of inhibitions) {
                expect(equal, sources.join()).not.to.deep.equal([]);
                for (const source of sources) {
                    for (const target of targets.filter((name) => !chart.test(name))) {
                        expect(severity.has(target), `${source} mutes ${target}`).to.equal(true);
                        expect(target).not.to.equal(source);
                        expect(
                            severity.get(target) === "critical" && severity.get(source) !== "critical",
                            `${source} mutes ${target}, which is worse`,
                        ).to.equal(false);
                    }
                }
            }
        });
    });
}

describe("a group of rules", () => {
    it("reaches Prometheus with its recording rules first, and with labels and a runbook", () => {
        const { ruleGroups } = dnsMonitoring({
            component: "dnsFront",
            namespace: "noc",
            service: "unbound",
            addresses: ["10.0.0.1"],
            pods: {},
            settings: dnsSettings.parse({}),
        });
        const [group = expect.fail("there is no group")] = ruleGroups;
        const { rules } = prometheusGroup(group, "dnsFront", "https://runbooks.example.org");
        const kinds = rules.map((rule) => ("record" in rule ? "record" : "alert"));
        expect(kinds).to.deep.equal([...kinds].sort().reverse());
        expect(rules.find((rule) => "alert" in rule && rule.alert === "UnboundDown")).to.deep.nested.include({
            labels: { severity: "critical", component: "dnsFront" },
            "annotations.runbook_url": "https://runbooks.example.org/dns-front/runbook.md#unbounddown",
        });
    });
});
