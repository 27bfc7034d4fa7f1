import { z } from "zod";

export const admissionSettings = z.strictObject({
    enabled: z
        .boolean()
        .default(false)
        .describe("Let the API server refuse objects that break the stack's rules (ValidatingAdmissionPolicy)."),
    imageTags: z
        .boolean()
        .default(true)
        .describe(
            "In the stack's namespaces, refuse pods with an image that has neither a digest nor a tag other than latest.",
        ),
    loadBalancers: z
        .boolean()
        .default(true)
        .describe(
            "In all namespaces, refuse LoadBalancer Services that ask MetalLB for an address outside its pools, or for one of the stack's own.",
        ),
});

export type AdmissionSettings = z.output<typeof admissionSettings>;
