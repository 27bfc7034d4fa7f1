import type { CoreV1Event, V1Pod } from "@kubernetes/client-node";
import { expect } from "chai";

import { componentOf, type Step, StepLog, titleOf } from "../commands/progress/events";
import { longestChain, summary, type Waits } from "../commands/progress/summary";
import { failure, placeOf, podsOf, troubleOf, wait } from "../commands/progress/waits";

const urn = (id: string) => `urn:pulumi:poc::noc::${id}`;
const unbound = "noc:dns:Dns$kubernetes:apps/v1:Deployment::unbound";
const event = (kind: string, id: string, op = "create", more: object = {}) =>
    JSON.stringify({ [kind]: { metadata: { op, urn: urn(id), new: { inputs: { name: "x" } } }, ...more } }) + "\n";

describe("the progress of up", () => {
    describe("read from the engine's log", () => {
        it("knows what runs, and what has ended", () => {
            const log = new StepLog();
            log.append(event("resourcePreEvent", unbound), 1000);
            expect(log.running.map(({ urn }) => titleOf(urn))).to.deep.equal(["Deployment unbound"]);
            log.append(event("resOutputsEvent", unbound), 4000);
            expect(log.running).to.deep.equal([]);
            expect(log.steps).to.deep.include({
                urn: urn(unbound),
                op: "create",
                inputs: { name: "x" },
                started: 1000,
                finished: 4000,
                failed: false,
            });
        });

        it("waits for the rest of a line", () => {
            const log = new StepLog();
            const line = event("resourcePreEvent", unbound);
            log.append(line.slice(0, 40), 1);
            expect(log.running).to.deep.equal([]);
            log.append(line.slice(40), 2);
            expect(log.running).to.have.length(1);
        });

        it("leaves out the preview, components, and what does not change", () => {
            const log = new StepLog();
            log.append(event("resourcePreEvent", unbound, "create", { planning: true }), 1);
            log.append(event("resourcePreEvent", "noc:dns:Dns::dns"), 1);
            log.append(event("resourcePreEvent", "kubernetes:core/v1:Namespace::noc", "same"), 1);
            expect(log.running).to.deep.equal([]);
        });

        it("keeps why a step failed, without colours", () => {
            const log = new StepLog();
            log.append(event("resourcePreEvent", unbound), 1);
            const diagnosticEvent = {
                urn: urn(unbound),
                severity: "error",
                message: "<{%fg 1%}>timed out<{%reset%}>\n",
            };
            log.append(JSON.stringify({ diagnosticEvent }) + "\n", 2);
            log.append(event("resOpFailedEvent", unbound), 3);
            expect(log.errors.get(urn(unbound))).to.equal("timed out");
            expect(log.steps[0]?.failed).to.equal(true);
        });

        it("knows the component of a resource", () => {
            expect(componentOf(urn(unbound))).to.equal("dns");
            expect(componentOf(urn("kubernetes:core/v1:Namespace::noc"))).to.equal(undefined);
        });
    });

    describe("in words", () => {
        const step: Step = {
            urn: urn("noc:metallb:MetalLB$kubernetes:helm.sh/v3:Release::metallb"),
            op: "create",
            inputs: { name: "metallb", namespace: "metallb-system" },
            started: 0,
        };
        const pod = (status: object, name = "metallb-speaker-1"): V1Pod => ({
            metadata: { name, namespace: "metallb-system", labels: { "app.kubernetes.io/instance": "metallb" } },
            status,
        });
        const pulling = pod({
            containerStatuses: [{ name: "speaker", state: { waiting: { reason: "ContainerCreating" } } }],
        });
        const events: CoreV1Event[] = [
            {
                metadata: {},
                involvedObject: { name: "metallb-speaker-1" },
                lastTimestamp: new Date(5000),
                message: "Scheduled",
            },
            {
                metadata: {},
                involvedObject: { name: "metallb-speaker-1" },
                lastTimestamp: new Date(8000),
                message: "Pulling image",
            },
            { metadata: {}, involvedObject: { name: "another" }, lastTimestamp: new Date(9000), message: "Killing" },
        ] as CoreV1Event[];

        it("says which resource, since when, what for, and the last event", () => {
            expect(wait(step, [pulling], events, 20_000)).to.equal(
                "20 s Release metallb: pod metallb-speaker-1: ContainerCreating; last event, 12 s ago: Pulling image",
            );
        });

        it("says so where nothing is known", () => {
            expect(wait({ ...step, inputs: {} }, [], [], 20_000)).to.equal("20 s Release metallb");
        });

        it("finds the pods of a release and of a workload, and no others", () => {
            const other = pod({}, "metallb2-x");
            expect(podsOf({ namespace: "", name: "metallb" }, [pulling])).to.deep.equal([pulling]);
            expect(podsOf({ namespace: "", name: "unbound" }, [other])).to.deep.equal([]);
            expect(placeOf(step)).to.deep.equal({ namespace: "metallb-system", name: "metallb" });
        });

        it("has no trouble with a pod that is ready", () => {
            expect(troubleOf(pod({ conditions: [{ type: "Ready", status: "True" }] }))).to.equal(undefined);
            expect(troubleOf(pod({ phase: "Succeeded" }))).to.equal(undefined);
        });

        it("names a pod that cannot be scheduled, and a container that fails its probe", () => {
            const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/1 nodes" };
            expect(troubleOf(pod({ conditions: [condition] }))).to.include({ reason: "Unschedulable" });
            const running = { name: "speaker", ready: false, restartCount: 2, state: { running: {} } };
            expect(troubleOf(pod({ containerStatuses: [running] }))).to.include({
                container: "speaker",
                message: "its readiness probe fails; 2 restarts",
            });
        });

        it("ends a failure with the cause in one line, the last log lines and what to read", () => {
            const trouble = {
                pod: "unbound-1",
                container: "unbound",
                reason: "CrashLoopBackOff",
                message: "back-off\n10s",
            };
            expect(failure({ ...step, urn: urn(unbound) }, "timed out", trouble, ["fatal error: bad file"])).to.equal(
                [
                    "Deployment unbound failed: pod unbound-1: CrashLoopBackOff, back-off 10s",
                    "  | fatal error: bad file",
                    "  read: docs/troubleshooting.md#crashes, components/dns/runbook.md",
                ].join("\n"),
            );
        });

        it("names the runbook by the component's folder", () => {
            const project = urn("noc:argoCd:ArgoCd$kubernetes:argoproj.io/v1alpha1:AppProject::root");
            expect(failure({ ...step, urn: project }, "refused", undefined, [])).to.contain(
                "components/argo-cd/runbook.md",
            );
        });

        it("takes the engine's word where no pod has trouble", () => {
            const text = failure(step, "admission webhook denied the request\nmore", undefined, []);
            expect(text).to.contain("failed: admission webhook denied the request\n").and.contain("#webhooks");
        });
    });

    describe("in numbers", () => {
        const step = (id: string, started: number, finished: number): Step => ({
            urn: urn(id),
            op: "create",
            inputs: {},
            started,
            finished,
        });
        const release = "noc:metallb:MetalLB$kubernetes:helm.sh/v3:Release::metallb";
        const service = "noc:dns:Dns$kubernetes:core/v1:Service::unbound";
        const namespace = "kubernetes:core/v1:Namespace::noc";
        const steps = [
            step(namespace, 0, 1000),
            step(release, 0, 40_000),
            step(service, 40_000, 42_000),
            step(unbound, 1000, 9000),
        ];
        const resources: Waits[] = [
            { id: service, parent: "noc:dns:Dns::dns", dependencies: [namespace], propertyDependencies: {} },
            { id: "noc:dns:Dns::dns", dependencies: [release], propertyDependencies: {} },
            { id: unbound, dependencies: [], propertyDependencies: { metadata: [namespace] } },
        ];

        it("finds the longest chain, over what the components wait for too", () => {
            expect(longestChain(steps, resources).map(({ urn }) => titleOf(urn))).to.deep.equal([
                "Release metallb",
                "Service unbound",
            ]);
        });

        it("lists the slowest steps first", () => {
            expect(summary(steps, resources)).to.equal(
                "slowest of 4 steps: Release metallb 40 s, Deployment unbound 8 s, Service unbound 2 s, Namespace noc 1 s\n" +
                    "longest chain: Release metallb 40 s → Service unbound 2 s",
            );
            expect(summary([], resources)).to.equal("");
        });
    });
});
