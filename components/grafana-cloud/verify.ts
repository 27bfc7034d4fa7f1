import { expect } from "chai";

import { type Deployed, deployed, eventually, scrape, sumOf, unchecked } from "../../tests/deployed";
import { monitoringNamespace } from "../lib/monitoring-spec";
import { collectedByChart } from "./collected";
import { job, namespaceName, ports, remoteName, type Signal } from "./names";
import { settingsOf } from "../settings";

/** The metric of each collector that counts what it has sent. */
const sent = {
    metrics: "prometheus_remote_storage_samples_total",
    logs: "loki_write_sent_entries_total",
} as const;

describe("Grafana Cloud", () => {
    let stack: Deployed;
    let collected: readonly Signal[];

    before(async function () {
        stack = await deployed();
        const { grafanaCloud } = stack.settings;
        if (!grafanaCloud.enabled) {
            unchecked(this, "Grafana Cloud is switched off");
        }
        collected = collectedByChart(grafanaCloud, (definition) => settingsOf(stack.settings, definition));
    });

    it("has taken samples from Prometheus", async function () {
        if (!stack.settings.grafanaCloud.metrics || collected.includes("metrics")) {
            unchecked(this, "Prometheus sends nothing there");
        }
        await eventually(async () => {
            const [metrics = ""] = await scrape(monitoringNamespace, "app.kubernetes.io/name=prometheus", 9090);
            const label = `remote_name="${remoteName}"`;
            const total = sumOf(metrics, "prometheus_remote_storage_samples_total", label);
            const failed = sumOf(metrics, "prometheus_remote_storage_samples_failed_total", label);
            expect(total).to.be.above(failed);
        }, 120);
    });

    for (const signal of ["metrics", "logs"] as const) {
        it(`has taken ${signal} from the chart's collectors`, async function () {
            if (!collected.includes(signal)) {
                unchecked(this, "the chart does not collect them");
            }
            await eventually(async () => {
                const all = await scrape(namespaceName, `app=${job},k8s-noc/signal=${signal}`, ports.collector);
                expect(all).not.to.deep.equal([]);
                all.forEach((metrics) => expect(sumOf(metrics, sent[signal])).to.be.above(0));
            }, 120);
        });
    }
});
