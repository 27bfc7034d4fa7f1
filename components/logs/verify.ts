import { expect } from "chai";

import { type Deployed, deployed, eventually, unchecked } from "../../tests/deployed";
import { fetchForwarded } from "../../tools/cluster";
import { monitoringNamespace } from "../lib/monitoring-spec";
import { selectorOf } from "../lib/pods";
import { dataSourceUid, namespaceName, pods, ports } from "./names";

describe("logs", () => {
    let stack: Deployed;

    before(async function () {
        stack = await deployed();
        if (!stack.settings.logs.enabled) {
            unchecked(this, "logs are switched off");
        }
    });

    const lokiPod = async () =>
        (await stack.cluster.pods(namespaceName, selectorOf(pods.loki)))[0] ?? expect.fail("no Loki runs");

    /** The answer of a pod's HTTP server to a GET request through the API server. */
    const get = (pod: Awaited<ReturnType<typeof lokiPod>>, port: number, path: string, headers = {}) =>
        stack.cluster.whileForwarded(pod, port, async (url) => {
            const response = await fetchForwarded(`${url}${path}`, { headers });
            return { status: response.status, body: await response.text() };
        });

    /** The result of a LogQL query over the last ten minutes. */
    async function query<T>(logQl: string): Promise<T[]> {
        const { body } = await get(
            await lokiPod(),
            ports.loki,
            `/loki/api/v1/query_range?since=10m&query=${encodeURIComponent(logQl)}`,
        );
        return (JSON.parse(body) as { data: { result: T[] } }).data.result;
    }

    it("come from every node", async () => {
        const { items } = await stack.cluster.core.listNode();
        await eventually(async () => {
            const results = await query<{ metric: { node: string } }>(
                'sum by (node) (count_over_time({node=~".+"}[10m]))',
            );
            expect(results.map(({ metric }) => metric.node)).to.have.members(
                items.map(({ metadata }) => metadata?.name ?? ""),
            );
        }, 60);
    });

    it("have what a container has just written, with the labels of its pod", async () => {
        const name = (await lokiPod()).metadata?.name ?? "";
        const log = await stack.cluster.core.readNamespacedPodLog({ name, namespace: namespaceName, tailLines: 1 });
        const line = log.trim();
        await eventually(async () => {
            const [found] = await query<{ stream: Record<string, string> }>(
                `{pod="${name}"} |= ${JSON.stringify(line)}`,
            );
            expect(found?.stream ?? {}).to.include({
                namespace: namespaceName,
                container: "loki",
                app_kubernetes_io_name: "loki",
            });
        }, 60);
    });

    it("cannot be read by a pod that is not listed", async function () {
        const [exporter] = await stack.cluster.pods(
            monitoringNamespace,
            "app.kubernetes.io/name=prometheus-blackbox-exporter",
        );
        const target = `http://${(await lokiPod()).status?.podIP ?? ""}:${ports.loki}/ready`;
        const { body } = await get(
            exporter ?? expect.fail("no blackbox exporter runs"),
            9115,
            `/probe?module=http&target=${encodeURIComponent(target)}`,
        );
        if (body.includes("\nprobe_success 1")) {
            unchecked(this, "the cluster's network plugin does not enforce network policies");
        }
        expect(body).to.include("\nprobe_success 0");
    });

    it("are shown by Grafana, which reaches Loki", async function () {
        const [grafana] = await stack.cluster.pods(monitoringNamespace, "app.kubernetes.io/name=grafana");
        const password = `admin:${stack.outputs.grafanaPassword ?? ""}`;
        const { status, body } = await get(
            grafana ?? expect.fail("no Grafana runs"),
            3000,
            `/api/datasources/uid/${dataSourceUid}/health`,
            { authorization: `Basic ${Buffer.from(password).toString("base64")}` },
        );
        if (status === 404) {
            unchecked(this, "this Grafana has no API");
        }
        expect(JSON.parse(body)).to.include({ status: "OK" });
    });
});
