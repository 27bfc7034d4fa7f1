import { testAlerts } from "../../tests/alert-tests";
import { externalSecretsAlerts } from "./alerts";

const namespace = "external-secrets";
const job = "external-secrets";
const target = `namespace="${namespace}",job="${job}",pod="a"`;

/** The controller sets the condition's other status to 0. */
const condition = (metric: string, object: string) => [
    {
        series: `${metric}_status_condition{${target},${object},condition="Ready",status="False"}`,
        well: 0,
        trouble: 1,
    },
    {
        series: `${metric}_status_condition{${target},${object},condition="Ready",status="True"}`,
        well: 1,
        trouble: 0,
    },
];

describe("alerts on External Secrets", () => {
    testAlerts(
        "externalSecrets",
        [{ name: "external-secrets", records: [], alerts: externalSecretsAlerts(namespace, job) }],
        [
            {
                alert: "ExternalSecretsDown",
                series: [{ series: `up{${target}}`, well: 1, trouble: "absent" }],
                firesAfter: 10,
                labels: { namespace, job },
                description:
                    "No External Secrets controller has been scraped for ten minutes: Secrets that exist stay, changes in the secret manager are not copied.",
            },
            {
                alert: "SecretStoreNotReady",
                cause: "of the cluster",
                series: condition("clustersecretstore", 'name="noc"'),
                firesAfter: 15,
                labels: { namespace, name: "noc" },
                description:
                    "The store noc has been refused for 15 minutes: nothing can be read from its secret manager.",
            },
            {
                alert: "SecretStoreNotReady",
                cause: "of a namespace",
                series: condition("secretstore", 'exported_namespace="shop",name="vault"'),
                firesAfter: 15,
                labels: { namespace, exported_namespace: "shop", name: "vault" },
                description:
                    "The store vault has been refused for 15 minutes: nothing can be read from its secret manager.",
            },
            {
                alert: "ExternalSecretNotSynced",
                series: condition("externalsecret", 'exported_namespace="shop",name="db"'),
                firesAfter: 15,
                labels: { namespace, exported_namespace: "shop", name: "db" },
                description:
                    "The ExternalSecret db in shop has not been read for 15 minutes: its Secret is missing or out of date.",
            },
            {
                alert: "SecretManagerErrors",
                series: [
                    {
                        series: `externalsecret_provider_api_calls_count{${target},provider="Pulumi/ESC",call="GetSecret",status="error"}`,
                        well: 0,
                        trouble: 2,
                        counter: true,
                    },
                ],
                // The third minute's errors are the fifth and sixth.
                firesAfter: 2,
                recoversAfter: 15,
                labels: { namespace, provider: "Pulumi/ESC" },
                description: "Pulumi/ESC has answered more than 5 calls with an error within 15 minutes.",
            },
        ],
    );
});
