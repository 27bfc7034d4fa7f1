import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";

import { installed } from "../../tests/support";
import { app, checkJob, keaValues } from "./values";

interface Container {
    name: string;
    args?: string[];
    command?: string[];
    resources: { limits: Record<string, string> };
    securityContext: unknown;
    terminationMessagePolicy?: string;
    volumeMounts: { name: string; mountPath: string; readOnly?: boolean }[];
}

interface PodSpec {
    automountServiceAccountToken: boolean;
    priorityClassName: string;
    securityContext: Record<string, unknown>;
    containers: Container[];
}

interface Manifest {
    kind: string;
    metadata: { name: string; annotations?: Record<string, string> };
    data?: Record<string, string>;
    spec: Record<string, unknown> & { template: { metadata: Record<string, Record<string, string>>; spec: PodSpec } };
}

const site = { imageMirror: undefined };

function rendered(config = '{"Dhcp4": {}}\n', storageClass?: string): Manifest[] {
    const values = keaValues(config, { size: "100Mi", storageClass }, site);
    const args = ["template", app, join(__dirname, "chart"), "--namespace", "noc", "--values", "-"];
    const { status, stdout, stderr } = spawnSync("helm", args, { input: JSON.stringify(values), encoding: "utf8" });
    expect(status, stderr).to.equal(0);
    return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
}

describe("the Kea chart", function () {
    this.timeout(20_000);
    let manifests: Manifest[] = [];
    const find = (kind: string, name = app) =>
        manifests.find((object) => object.kind === kind && object.metadata.name === name) ??
        expect.fail(`no ${kind} ${name}`);
    const isHook = ({ metadata }: Manifest) => metadata.annotations?.["helm.sh/hook"] !== undefined;

    before(function () {
        if (!installed("helm")) {
            this.skip();
        }
        manifests = rendered();
    });

    it("has the objects of the chart that it replaced, so that Helm updates them in place", () => {
        const objects = manifests
            .filter((object) => !isHook(object))
            .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
        expect(objects).to.have.members([
            "ConfigMap kea-dhcp",
            "Service kea-dhcp-headless",
            "ServiceAccount kea-dhcp",
            "StatefulSet kea-dhcp",
        ]);
    });

    it("has the StatefulSet's fields that cannot be changed, as the first version of the stack deployed them", () => {
        const { serviceName, selector, podManagementPolicy, volumeClaimTemplates } = find("StatefulSet").spec;
        const labels = { "app.kubernetes.io/name": "kea-dhcp", "app.kubernetes.io/instance": "kea-dhcp" };
        expect({ serviceName, selector, podManagementPolicy, volumeClaimTemplates }).to.deep.equal({
            serviceName: "kea-dhcp-headless",
            selector: { matchLabels: labels },
            podManagementPolicy: undefined,
            volumeClaimTemplates: [
                {
                    metadata: { name: "data" },
                    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "100Mi" } } },
                },
            ],
        });
        expect(find("StatefulSet").spec.template.metadata.labels).to.deep.equal(labels);
    });

    it("takes a StorageClass for the volume", () => {
        const statefulSet = rendered(undefined, "fast").find(({ kind }) => kind === "StatefulSet");
        const [claim] = statefulSet?.spec.volumeClaimTemplates as [{ spec: unknown }];
        expect(claim.spec).to.have.property("storageClassName", "fast");
    });

    it("changes the pod when, and only when, the configuration changes", () => {
        const pod = (objects: Manifest[]) => objects.find(({ kind }) => kind === "StatefulSet")?.spec.template;
        expect(pod(rendered())).to.deep.equal(find("StatefulSet").spec.template);
        expect(pod(rendered('{"Dhcp4": {"valid-lifetime": 1}}'))).not.to.deep.equal(find("StatefulSet").spec.template);
    });

    it("gives Kea the configuration as it is, whatever is in it", () => {
        const config = '{"a": "{{ .Values.image }} \\u00e9 \'x\' $y: #z"}\n';
        const configs = rendered(config).flatMap(({ data }) => (data ? [data["kea-dhcp4.conf"]] : []));
        expect(configs).to.deep.equal([config, config]);
    });

    it("has Kea read the configuration before anything is installed or updated", () => {
        for (const hook of [find("ConfigMap", checkJob), find("Job", checkJob)]) {
            expect(hook.metadata.annotations).to.include({
                "helm.sh/hook": "pre-install,pre-upgrade",
                "helm.sh/hook-delete-policy": "before-hook-creation,hook-succeeded",
            });
        }
        const [container] = find("Job", checkJob).spec.template.spec.containers;
        expect(container).to.include({ terminationMessagePolicy: "FallbackToLogsOnError" });
        expect(container?.command).to.deep.equal(["/usr/local/sbin/kea-dhcp4", "-t", "/config/kea/kea-dhcp4.conf"]);
        expect(find("Job", checkJob).spec).to.have.property("backoffLimit", 0);
        const image = (kind: string, name: string) => find(kind, name).spec.template.spec.containers[0];
        expect(image("Job", checkJob)).to.have.property(
            "image",
            (image("StatefulSet", app) as { image?: string }).image,
        );
    });

    it("runs everything unprivileged, without a token of the API server and without a limit on the CPU", () => {
        const pods = [find("StatefulSet"), find("Job", checkJob)].map(({ spec }) => spec.template.spec);
        for (const { automountServiceAccountToken, priorityClassName, securityContext, containers } of pods) {
            expect({ automountServiceAccountToken, priorityClassName }).to.deep.equal({
                automountServiceAccountToken: false,
                priorityClassName: "k8s-noc-core",
            });
            expect(securityContext).to.deep.include({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
            for (const container of containers) {
                expect(container.securityContext).to.deep.equal({
                    allowPrivilegeEscalation: false,
                    readOnlyRootFilesystem: true,
                    capabilities: { drop: ["ALL"] },
                });
                expect(container.resources.limits).to.have.all.keys("memory");
            }
        }
    });

    it("makes Kea process 1, with the exporter beside it on the shared socket", () => {
        const [kea, exporter] = find("StatefulSet").spec.template.spec.containers;
        expect(kea?.args?.[0]).to.match(/&& exec \/usr\/local\/sbin\/kea-dhcp4 .* -p 6067$/);
        expect(kea?.volumeMounts).to.deep.include({ name: "run", mountPath: "/run/kea" });
        expect(exporter?.volumeMounts).to.deep.equal([{ name: "run", mountPath: "/run/kea", readOnly: true }]);
        expect(exporter?.args).to.deep.equal(["--port", "9547", "/run/kea/kea-dhcp4-ctrl.sock"]);
    });

    it("does not wait half a minute for an exporter that does not handle SIGTERM", () => {
        expect(find("StatefulSet").spec.template.spec).to.have.property("terminationGracePeriodSeconds", 5);
    });
});
