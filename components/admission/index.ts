import { admissionPolicy } from "../lib/admission-policy";
import { Component, type ComponentArgs, type ComponentOptions, defineComponent } from "../lib/component";
import type { MonitoringSpec } from "../lib/monitoring-spec";
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
        const child = { parent: this };
        if (imageTags) {
            admissionPolicy("k8s-noc-image-tags", imageTagPolicy, child);
        }
        if (loadBalancers && args.loadBalancerRules) {
            admissionPolicy("k8s-noc-load-balancers", loadBalancerPolicy(args.loadBalancerRules), child);
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
