/** Rules that the API server enforces (ValidatingAdmissionPolicy). */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { labels } from "./pods";

export type AdmissionPolicySpec = k8s.types.input.admissionregistration.v1.ValidatingAdmissionPolicySpec;

/** Makes a policy, and the binding that puts it into force: what breaks its rules is refused. Returns the binding. */
export function admissionPolicy(
    name: string,
    spec: AdmissionPolicySpec,
    opts: { readonly parent: pulumi.Resource },
): k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding {
    const metadata = { name, labels: labels(name) };
    const policy = new k8s.admissionregistration.v1.ValidatingAdmissionPolicy(name, { metadata, spec }, opts);
    return new k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
        name,
        { metadata, spec: { policyName: policy.metadata.name, validationActions: ["Deny"] } },
        opts,
    );
}
