import { expect } from "chai";

import { type Deployed, deployed, unchecked } from "../../tests/deployed";

describe("the admission policies", () => {
    let stack: Deployed;
    const dryRun = "All";

    before(async function () {
        stack = await deployed();
        if (!stack.settings.admission.enabled) {
            unchecked(this, "there are none");
        }
    });

    /** Why the API server refuses the object; empty if it does not. */
    const refusal = (created: Promise<unknown>): Promise<string> => created.then(() => "", String);

    it("refuse a floating tag in the stack's namespaces, and accept a version", async function () {
        const { settings, cluster } = stack;
        if (!settings.admission.imageTags) {
            unchecked(this, "noc:admission.imageTags is false");
        }
        const { namespace } = settings.site;
        const pod = (image: string) => {
            const securityContext = {
                allowPrivilegeEscalation: false,
                runAsNonRoot: true,
                capabilities: { drop: ["ALL"] },
                seccompProfile: { type: "RuntimeDefault" },
            };
            const body = {
                metadata: { name: "verify" },
                spec: { containers: [{ name: "a", image, securityContext }] },
            };
            return refusal(cluster.core.createNamespacedPod({ namespace, body, dryRun }));
        };
        for (const image of ["busybox", "busybox:latest", "registry.example.org:5000/busybox"]) {
            expect(await pod(image), image).to.contain("noc:admission.imageTags");
        }
        const digest = `busybox@sha256:${"0".repeat(64)}`;
        for (const image of ["busybox:1.36", digest, "registry.example.org:5000/busybox:1.36"]) {
            expect(await pod(image), image).to.equal("");
        }
    });

    it("refuse a LoadBalancer Service outside the pools, or with an address of the stack", async function () {
        const { settings, cluster } = stack;
        const { admission, metallb, site, dns } = settings;
        if (!admission.loadBalancers || !metallb.enabled) {
            unchecked(this, "noc:admission.loadBalancers is false, or MetalLB is switched off");
        }
        const service = (address: string) => {
            const metadata = { name: "verify", annotations: { "metallb.io/loadBalancerIPs": address } };
            const { loadBalancerClass } = site;
            const spec = { type: "LoadBalancer", loadBalancerClass, selector: { app: "nobody" }, ports: [{ port: 9 }] };
            const body = { metadata, spec };
            return refusal(cluster.core.createNamespacedService({ namespace: "default", body, dryRun }));
        };
        expect(await service("203.0.113.1")).to.contain("MetalLB has only");
        expect(await service("nonsense")).to.contain("MetalLB has only");
        if (dns.address) {
            expect(await service(dns.address)).to.contain("belongs to a Service of k8s-noc");
        }
        const [pool = ""] = metallb.pools.flatMap(({ addresses }) => addresses);
        const [last = ""] = pool.split("-").reverse();
        expect(await service(last)).to.equal("");
    });
});
