import * as k8s from "@pulumi/kubernetes";

import { Component, type ComponentArgs, type ComponentOptions, defineComponent } from "../lib/component";
import type { MonitoringSpec } from "../lib/monitoring-spec";
import { labels } from "../lib/pods";
import { metallb } from "../metallb";
import { imageTagPolicy, loadBalancerPolicy, type LoadBalancerRules } from "./policies";
import { admissionSettings } from "./settings";

export interface AdmissionOptions extends ComponentArgs<typeof admissionSettings> {
    /** What LoadBalancer Services may ask for. Undefined if MetalLB does not serve them. */
    readonly loadBalancerRules?: LoadBalancerRules;
}

/** The admission policies, and the bindings that put them into force. */
export class Admission extends Component {
    public readonly monitoring: MonitoringSpec;

    constructor(name: string, args: AdmissionOptions, opts: ComponentOptions) {
        super("admission:Admission", name, admissionSettings, args, opts);
        const { imageTags, loadBalancers } = admissionSettings.parse(args.settings);
        if (imageTags) {
            this.policy("k8s-noc-image-tags", imageTagPolicy);
        }
        if (loadBalancers && args.loadBalancerRules) {
            this.policy("k8s-noc-load-balancers", loadBalancerPolicy(args.loadBalancerRules));
        }
        // What is refused is told to whoever asked for it.
        this.monitoring = {
            component: name,
            namespace: args.site.namespace,
            monitors: [],
            probes: [],
            ruleGroups: [],
            dashboards: [],
        };
        this.registerOutputs();
    }

    private policy(name: string, spec: k8s.types.input.admissionregistration.v1.ValidatingAdmissionPolicySpec): void {
        const metadata = { name, labels: labels(name) };
        const policy = new k8s.admissionregistration.v1.ValidatingAdmissionPolicy(
            name,
            { metadata, spec },
            { parent: this },
        );
        new k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
            name,
            { metadata, spec: { policyName: policy.metadata.name, validationActions: ["Deny"] } },
            { parent: this },
        );
    }
}

export const admission = defineComponent({
    name: "admission",
    title: "admission policies",
    settings: admissionSettings,
    namespaces: () => [],
    create: (settings, { site, read, addresses, namespaces }, opts) => {
        const { pools } = read(metallb);
        const { loadBalancerClass } = site;
        const own = addresses.flatMap(({ use, text }) => (use === "service" ? [text] : []));
        const loadBalancerRules = site.metallb
            ? { pools: pools.flatMap((pool) => pool.addresses), own, namespaces, loadBalancerClass }
            : undefined;
        return new Admission("admission", { settings, site, loadBalancerRules }, opts);
    },
});
