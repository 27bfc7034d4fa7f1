import { testAlerts } from "../../tests/alert-tests";
import { arcAlerts } from "./alerts";
import { arcSettings } from "./settings";

const namespace = "arc-system";
const controller = `namespace="${namespace}",job="arc-controller",pod="arc-controller-a"`;
const listener = `namespace="${namespace}",job="arc-listeners",pod="homelab-a-listener",name="homelab-abcde"`;
const up = { series: `up{${controller}}`, well: 1, trouble: 1 };
const { scaleSets, thresholds } = arcSettings.parse({
    scaleSets: [{ name: "homelab", url: "https://github.com/example" }],
});
const running = `gha_controller_running_listeners{${controller},name="homelab-5f4dcc3b-listener",exported_namespace="arc-system"}`;
const none = {
    alert: "RunnerListenerDown",
    firesAfter: 10,
    labels: { namespace, scale_set: "homelab" },
    description: "The scale set homelab has had no listener for ten minutes: its jobs stay queued.",
};

describe("alerts on the CI runners", () => {
    testAlerts(
        "arc",
        [{ name: "arc", records: [], alerts: arcAlerts({ scaleSets, thresholds }) }],
        [
            {
                alert: "RunnerControllerDown",
                series: [
                    { series: `up{${controller}}`, well: 1, trouble: 0 },
                    { series: running, well: 1, trouble: 1 },
                ],
                firesAfter: 10,
                labels: { namespace, job: "arc-controller" },
                description:
                    "No controller of the CI runners has been scraped for ten minutes: runners that have done a job are not replaced.",
            },
            { ...none, cause: "it has stopped", series: [up, { series: running, well: 1, trouble: 0 }] },
            { ...none, cause: "it has never run", series: [up, { series: running, well: 1, trouble: "absent" }] },
            {
                alert: "RunnersFailed",
                series: [
                    up,
                    { series: running, well: 1, trouble: 1 },
                    {
                        series: `gha_controller_failed_ephemeral_runners{${controller},name="homelab"}`,
                        well: 0,
                        trouble: 2,
                    },
                ],
                firesAfter: 15,
                labels: { namespace, name: "homelab" },
                description: "2 runners of homelab have failed, and are not tried again.",
            },
            {
                alert: "RunnerJobsWaiting",
                series: [
                    up,
                    { series: running, well: 1, trouble: 1 },
                    { series: `gha_assigned_jobs{${listener}}`, well: 3, trouble: 5 },
                    { series: `gha_running_jobs{${listener}}`, well: 3, trouble: 3 },
                ],
                firesAfter: 15,
                labels: { namespace, name: "homelab-abcde" },
                description: "2 jobs of the scale set homelab-abcde wait for a runner.",
            },
        ],
    );
});
