import { expect } from "chai";
import { parse } from "yaml";

import { acceptedFindings } from "../tools/accepted-findings";
import { type Finding, judge, parseKubeScore, podOf, podSecurityFindings } from "../tools/check-rendered";
import { objectsOf } from "../tools/diff";
import { stacks } from "../tools/expected";
import { violations } from "../tools/pod-security";
import { stackRun } from "./support";

const context = {
    allowPrivilegeEscalation: false,
    runAsNonRoot: true,
    seccompProfile: { type: "RuntimeDefault" },
    capabilities: { drop: ["ALL"] },
};
const pod = (own: object = {}, rest: object = {}) => ({
    containers: [{ name: "web", securityContext: { ...context, ...own } }],
    ...rest,
});

describe("Pod Security", () => {
    it("admits a pod that has what restricted asks for, of its own or from the pod", () => {
        expect(violations(pod(), "restricted")).to.deep.equal([]);
        const { runAsNonRoot, seccompProfile, ...own } = context;
        const shared = {
            containers: [{ name: "web", securityContext: own }],
            securityContext: { runAsNonRoot, seccompProfile },
        };
        expect(violations(shared, "restricted")).to.deep.equal([]);
        expect(violations({ containers: [{ name: "web" }] }, "baseline")).to.deep.equal([]);
        expect(violations(pod({ privileged: true }, { hostPID: true }), "privileged")).to.deep.equal([]);
    });

    for (const [what, spec] of [
        ["the pod has hostNetwork", pod({}, { hostNetwork: true })],
        ["volume data is a hostPath", pod({}, { volumes: [{ name: "data", hostPath: { path: "/" } }] })],
        ["web is privileged", pod({ privileged: true })],
        [
            "web has the hostPort 53",
            { containers: [{ name: "web", securityContext: context, ports: [{ hostPort: 53 }] }] },
        ],
        ["web adds capabilities", pod({ capabilities: { drop: ["ALL"], add: ["NET_RAW"] } })],
        ["web has the seccomp profile Unconfined", pod({ seccompProfile: { type: "Unconfined" } })],
        ["the pod sets unsafe sysctls", pod({}, { securityContext: { sysctls: [{ name: "net.core.rmem_max" }] } })],
    ] as const) {
        it(`baseline refuses where ${what}`, () => expect(violations(spec, "baseline")).to.deep.equal([what]));
    }

    for (const [what, spec] of [
        ["web may gain privileges (allowPrivilegeEscalation)", pod({ allowPrivilegeEscalation: undefined })],
        ["web may run as root (runAsNonRoot)", pod({ runAsNonRoot: undefined })],
        ["web runs as user 0", pod({ runAsUser: 0 })],
        ["web has no seccomp profile", pod({ seccompProfile: undefined })],
        ["web does not drop all capabilities", pod({ capabilities: { drop: ["NET_RAW"] } })],
        ["web adds capabilities that restricted refuses", pod({ capabilities: { drop: ["ALL"], add: ["CHOWN"] } })],
        ["volume data is of the type nfs", pod({}, { volumes: [{ name: "data", nfs: {} }] })],
    ] as const) {
        it(`restricted refuses where ${what}`, () => {
            expect(violations(spec, "restricted")).to.deep.equal([what]);
            expect(violations(spec, "baseline")).to.deep.equal([]);
        });
    }

    for (const stack of stacks) {
        it(`admits every pod that the program itself makes in ${stack}`, async () => {
            const { resources } = await stackRun(stack);
            const objects = [
                ...objectsOf(resources, () => "").values(), // npm run check-rendered has the charts' objects.
            ].map((text) => parse(text) as Parameters<typeof podSecurityFindings>[0][number]);
            expect(objects.filter((object) => podOf(object))).to.have.length.above(3);
            expect(podSecurityFindings(objects)).to.deep.equal([]);
        });
    }
});

describe("the check of rendered objects", () => {
    it("measures a pod by its namespace's level, and by restricted where there is none", () => {
        const objects = (labels: Record<string, string>) => [
            { kind: "Namespace", metadata: { name: "noc", labels } },
            {
                kind: "CronJob",
                metadata: { name: "a", namespace: "noc" },
                spec: { jobTemplate: { spec: { template: { spec: pod({ runAsUser: 0 }) } } } },
            },
        ];
        expect(podSecurityFindings(objects({ "pod-security.kubernetes.io/enforce": "baseline" }))).to.deep.equal([]);
        expect(podSecurityFindings(objects({}))).to.deep.equal([
            { object: "noc/CronJob/a", check: "pod-security", text: "web runs as user 0" },
        ]);
    });

    it("reads what kube-score calls critical", () => {
        const check = (grade: number, skipped = false) => ({
            check: { id: "pod-probes" },
            grade,
            skipped,
            comments: [{ path: "web", summary: "no probe" }],
        });
        const output = [
            {
                type_meta: { kind: "Deployment" },
                object_meta: { name: "web", namespace: "noc" },
                checks: [check(1), check(5), check(10), check(1, true), { ...check(10), comments: null }],
            },
        ];
        expect(parseKubeScore(JSON.stringify(output))).to.deep.equal([
            { object: "noc/Deployment/web", check: "pod-probes", text: "web: no probe" },
        ]);
    });

    it("accepts a finding only by object and check, and reports an exception that nothing needs", () => {
        const exception = { object: /^noc\//, checks: ["pod-probes"], reason: "…" };
        const finding = (object: string, check: string): Finding => ({ object, check, text: "" });
        const open = [finding("dns/Pod/a", "pod-probes"), finding("noc/Pod/a", "pod-networkpolicy")];
        expect(judge([finding("noc/Pod/a", "pod-probes"), ...open], [exception])).to.deep.equal({ open, unused: [] });
        expect(judge(open, [exception])).to.deep.equal({ open, unused: [exception] });
    });

    it("has a reason for every exception", () => {
        acceptedFindings.forEach(({ reason }) => expect(reason).to.match(/^\w.{20,}\.$/));
    });
});
