/**
 * Breaks what the alerts watch, and restores it. Each alert has to reach Alertmanager and to be resolved; a table shows
 * how long that took. Clients notice: services are down for minutes.
 */
import { expect } from "chai";
import Table from "cli-table3";

import { fetchForwarded } from "../tools/cluster";
import { type Deployed, deployed, eventually, unchecked } from "./deployed";

/** What is broken, the alerts that have to fire, and how it is restored. */
export interface Drill {
    readonly title: string;
    readonly alerts: readonly string[];
    readonly breaks: () => Promise<void>;
    readonly restores: () => Promise<void>;
}

/** A suite's access to the stack and to its alerts. */
export interface AlertDrills {
    readonly stack: () => Deployed;
    readonly run: (drill: Drill) => Promise<void>;
    readonly scale: (kind: "Deployment" | "StatefulSet", name: string, replicas: number) => Promise<void>;
}

/** Prepares a suite of drills. Call it inside `describe`, with the suite. */
export function alertDrills(suite: Mocha.Suite): AlertDrills {
    // Some alerts look at the past 15 minutes.
    suite.timeout(45 * 60_000);
    let stack: Deployed;
    let alertmanager: { port: number; close: () => void } | undefined;
    const table = new Table({ head: ["drill", "alert", "fired after", "resolved after"], style: { head: [] } });

    before(async function () {
        stack = await deployed();
        if (!stack.settings.monitoring.enabled) {
            unchecked(this, "monitoring is switched off");
        }
        alertmanager = await stack.cluster.forwardMonitoring("app.kubernetes.io/name=alertmanager", 9093);
    });

    after(() => {
        alertmanager?.close();
        console.log(table.toString());
    });

    /** The names of the alerts that Alertmanager has received and that are not resolved. */
    async function firing(): Promise<string[]> {
        const response = await fetchForwarded(`http://127.0.0.1:${alertmanager?.port}/api/v2/alerts`);
        const alerts = (await response.json()) as { labels: { alertname: string } }[];
        return alerts.map(({ labels }) => labels.alertname);
    }

    const seen = (alert: string, fires: boolean, seconds: number) =>
        eventually(async () => {
            expect((await firing()).includes(alert), `${alert} fires`).to.equal(fires);
        }, seconds);

    const since = (start: number) => `${Math.round((Date.now() - start) / 1000)} s`;

    async function run({ title, alerts, breaks, restores }: Drill): Promise<void> {
        const before = await firing();
        expect(
            alerts.filter((alert) => before.includes(alert)),
            "fire before anything is broken",
        ).to.deep.equal([]);
        const broken = Date.now();
        let fired: string[];
        try {
            await breaks();
            fired = await Promise.all(alerts.map((alert) => seen(alert, true, 900).then(() => since(broken))));
        } finally {
            await restores();
        }
        const restored = Date.now();
        await Promise.all(
            alerts.map(async (alert, i) => {
                await seen(alert, false, 1800);
                table.push([title, alert, fired[i], since(restored)]);
            }),
        );
    }

    return {
        stack: () => stack,
        run,
        scale: (kind, name, replicas) =>
            stack.cluster.scale(kind, { name, namespace: stack.settings.site.namespace }, replicas),
    };
}
