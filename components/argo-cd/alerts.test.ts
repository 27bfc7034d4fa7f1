import { testAlerts } from "../../tests/alert-tests";
import { argoCdAlerts } from "./alerts";

const namespace = "argocd";
const job = "argocd-application-controller";
const application = (own: string) =>
    `argocd_app_info{namespace="${namespace}",job="${job}",exported_namespace="argocd",project="applications",name="shop",${own}}`;
const labels = { namespace, project: "applications", name: "shop" };
const up = (name: string, pod: string) => `up{namespace="${namespace}",job="${name}",pod="${pod}"}`;

describe("alerts on Argo CD", () => {
    testAlerts(
        "argoCd",
        [{ name: "argo-cd", records: [], alerts: argoCdAlerts([job, "argocd-server"]) }],
        [
            {
                alert: "ArgoCdDown",
                cause: "not scraped",
                series: [
                    { series: up(job, "a"), well: 1, trouble: "absent" },
                    { series: up("argocd-server", "b"), well: 1, trouble: 1 },
                ],
                firesAfter: 10,
                labels: { namespace, job },
                description:
                    "No argocd-application-controller has been scraped for ten minutes: applications run on, but changes in Git may not reach them.",
            },
            {
                alert: "ArgoCdDown",
                cause: "all of its pods fail",
                series: [
                    { series: up(job, "a"), well: 1, trouble: 1 },
                    { series: up("argocd-server", "b"), well: 1, trouble: 0 },
                    { series: up("argocd-server", "c"), well: 0, trouble: 0 },
                ],
                firesAfter: 10,
                labels: { namespace, job: "argocd-server" },
                description:
                    "No argocd-server has been scraped for ten minutes: applications run on, but changes in Git may not reach them.",
            },
            {
                alert: "ArgoCdApplicationNotSynced",
                series: [
                    {
                        series: application('autosync_enabled="true",sync_status="OutOfSync",health_status="Healthy"'),
                        well: "absent",
                        trouble: 1,
                    },
                    {
                        series: application('autosync_enabled="true",sync_status="Synced",health_status="Healthy"'),
                        well: 1,
                        trouble: "absent",
                    },
                    {
                        series: application('autosync_enabled="false",sync_status="OutOfSync",health_status="Healthy"'),
                        well: 1,
                        trouble: 1,
                    },
                ],
                firesAfter: 30,
                recoversAfter: 6,
                labels,
                description: "The Application shop has differed from its repository for 30 minutes.",
            },
            {
                alert: "ArgoCdApplicationUnhealthy",
                series: [
                    {
                        series: application('autosync_enabled="true",sync_status="Synced",health_status="Degraded"'),
                        well: "absent",
                        trouble: 1,
                    },
                    {
                        series: application('autosync_enabled="true",sync_status="Synced",health_status="Progressing"'),
                        well: 1,
                        trouble: "absent",
                    },
                ],
                firesAfter: 15,
                recoversAfter: 6,
                labels,
                description: "The Application shop has been degraded or incomplete for 15 minutes.",
            },
        ],
    );
});
