import { testAlerts } from "../../tests/alert-tests";
import { networkPoliciesAlerts } from "./alerts";

const namespace = "network-policies";
const daemonset = "kube-network-policies";
const series = `kube_daemonset_status_number_unavailable{namespace="${namespace}",daemonset="${daemonset}",job="kube-state-metrics"}`;
const known = { series: 'up{job="kube-state-metrics"}', well: 1, trouble: 1 };
const scenario = {
    alert: "NetworkPoliciesNotEnforced",
    firesAfter: 5,
    labels: { namespace, daemonset },
    description:
        "Of the engine kube-network-policies, 1 pods are not available: on their nodes, connections that policies deny may pass.",
};

describe("alerts on network policies", () => {
    testAlerts(
        "networkPolicies",
        [{ name: "network-policies", records: [], alerts: networkPoliciesAlerts(namespace, daemonset) }],
        [
            { ...scenario, cause: "not ready", series: [known, { series, well: 0, trouble: 1 }] },
            { ...scenario, cause: "deleted", series: [known, { series, well: 0, trouble: "absent" as const }] },
        ],
    );
});
