import { testAlerts } from "../../tests/alert-tests";
import { objectStorageAlerts } from "./alerts";

const labels = { namespace: "object-storage", job: "object-storage", instance: "http://rustfs-svc:9000/health/ready" };
const probe = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);

describe("alerts on the object storage", () => {
    testAlerts(
        "objectStorage",
        [{ name: "object-storage", records: [], alerts: objectStorageAlerts() }],
        [
            {
                alert: "ObjectStorageUnanswered",
                series: [{ series: `probe_success{${probe.join()}}`, well: 1, trouble: 0 }],
                firesAfter: 5,
                labels,
                description:
                    "http://rustfs-svc:9000/health/ready has not been answered for five minutes: no object can be read or written.",
            },
        ],
    );
});
