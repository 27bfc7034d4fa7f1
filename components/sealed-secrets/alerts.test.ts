import { testAlerts } from "../../tests/alert-tests";
import { sealedSecretsAlerts } from "./alerts";

const namespace = "sealed-secrets";
const job = "sealed-secrets";

describe("alerts on sealed-secrets", () => {
    testAlerts(
        "sealedSecrets",
        [{ name: "sealed-secrets", records: [], alerts: sealedSecretsAlerts(namespace, job) }],
        [
            {
                alert: "SealedSecretsDown",
                cause: "not scraped",
                series: [{ series: `up{namespace="${namespace}",job="${job}",pod="a"}`, well: 1, trouble: "absent" }],
                firesAfter: 5,
                labels: { namespace, job },
                description:
                    "No sealed-secrets controller has been scraped for five minutes: Secrets that exist stay, new and changed SealedSecrets are not decrypted.",
            },
            {
                alert: "SealedSecretsDown",
                cause: "scrapes fail",
                series: [{ series: `up{namespace="${namespace}",job="${job}",pod="a"}`, well: 1, trouble: 0 }],
                firesAfter: 5,
                labels: { namespace, job },
                description:
                    "No sealed-secrets controller has been scraped for five minutes: Secrets that exist stay, new and changed SealedSecrets are not decrypted.",
            },
            {
                alert: "SealedSecretNotUnsealed",
                series: [
                    {
                        series: `sealed_secrets_controller_condition_info{namespace="${namespace}",job="${job}",exported_namespace="shop",name="db",condition="Synced"}`,
                        well: 1,
                        trouble: -1,
                    },
                ],
                firesAfter: 5,
                labels: { namespace, job, exported_namespace: "shop", name: "db", condition: "Synced" },
                description: "The SealedSecret db in shop cannot be decrypted: its Secret is missing or out of date.",
            },
        ],
    );
});
