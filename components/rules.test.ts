import { expect } from "chai";

import { keaAlerts } from "./dhcp/alerts";
import { dhcpKeys } from "./dhcp/settings";
import { dnsKeys } from "./dns/settings";
import { dnsWatch } from "./dns/watch";
import { metallbAlerts } from "./metallb/alerts";
import { metallbKeys } from "./metallb/settings";
import { deploymentAlerts } from "./monitoring/alerts";
import { monitoringKeys } from "./monitoring/settings";
import { inhibitions, prometheusGroup } from "./rules";
import type { RuleGroup } from "./watch";

const namespace = "noc";
const group = (name: string, alerts: RuleGroup["alerts"]): RuleGroup => ({ name, namespace, records: [], alerts });
const groups = [
    ...dnsWatch({
        namespace,
        service: "unbound",
        address: "10.0.0.1",
        pods: {},
        names: [],
        thresholds: dnsKeys.dnsThresholds.parse("{}"),
        objectives: dnsKeys.dnsObjectives.parse("{}"),
    }).rules,
    group("dhcp", keaAlerts(namespace, "kea-dhcp", dhcpKeys.dhcpThresholds.parse("{}"))),
    group("metallb", metallbAlerts("metallb-system", metallbKeys.metallbThresholds.parse("{}"))),
    group(
        "deployment",
        deploymentAlerts({
            namespaces: [namespace],
            jobs: [],
            thresholds: monitoringKeys.monitoringThresholds.parse("{}"),
        }),
    ),
];
const alerts = groups.flatMap((each) => each.alerts);

describe("rules", () => {
    it("have names of their own", () => {
        const names = alerts.map(({ alert }) => alert);
        expect(names).to.have.length(new Set(names).size);
    });

    it("say what is the matter with whom, in a line and in a sentence", () => {
        for (const { alert, summary, description } of alerts) {
            expect(summary, alert).to.match(/^[A-Z].{5,80}[^.]$/);
            expect(description, alert).to.match(/^.{20,250}[.?]$/);
        }
    });

    it("mute only alerts that there are, never themselves, and never a worse one", () => {
        // Those of kube-prometheus-stack, which are warnings.
        const theirs =
            /^(Kube(DeploymentReplicasMismatch|StatefulSetReplicasMismatch|DaemonSetRolloutStuck|PodCrashLooping)|TargetDown)$/;
        const severity = new Map(alerts.map((each) => [each.alert, each.severity]));
        expect(inhibitions(groups)).to.have.length.greaterThan(10);
        for (const { source, targets, equal } of inhibitions(groups)) {
            expect(equal, source).not.to.deep.equal([]);
            for (const target of targets.filter((name) => !theirs.test(name))) {
                expect(severity.has(target), `${source} mutes ${target}`).to.equal(true);
                expect(target).not.to.equal(source);
                expect(
                    severity.get(target) === "critical" && severity.get(source) !== "critical",
                    `${source} mutes ${target}, which is worse`,
                ).to.equal(false);
            }
        }
    });

    it("come to Prometheus as recording rules first, with labels and a runbook", () => {
        const [dns] = groups;
        const { rules } = prometheusGroup(dns ?? group("", []), "https://runbooks.example.org");
        const kinds = rules.map((rule) => ("record" in rule ? "record" : "alert"));
        expect(kinds).to.deep.equal([...kinds].sort().reverse());
        expect(rules.find((rule) => "alert" in rule && rule.alert === "UnboundDown")).to.deep.nested.include({
            labels: { severity: "critical", component: "dns" },
            "annotations.runbook_url": "https://runbooks.example.org/dns.md#unbounddown",
        });
    });
});
