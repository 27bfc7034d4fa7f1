import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";

import { installed } from "../../tests/support";
import { app, checkJob as checkJobOf, keaValues, type LeaseNames, servers } from "./values";

interface Container {
    name: string;
    args?: string[];
    command?: string[];
    env?: { name: string; value: string }[];
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
    initContainers?: (Container & { restartPolicy?: string })[];
}

interface Manifest {
    kind: string;
    metadata: { name: string; annotations?: Record<string, string> };
    data?: Record<string, string>;
    spec: Record<string, unknown> & { template: { metadata: Record<string, Record<string, string>>; spec: PodSpec } };
}

const site = { imageMirror: undefined };
const checkJob = checkJobOf(app);

/** What to render. `peer`: the address of the other server, if there is one. */
interface Rendering {
    config?: string;
    storageClass?: string;
    server?: string;
    peer?: string;
    leaseNames?: LeaseNames;
}

function rendered({
    config = '{"Dhcp4": {}}\n',
    storageClass,
    server = app,
    peer,
    leaseNames,
}: Rendering = {}): Manifest[] {
    const values = keaValues({ config, volume: { size: "100Mi", storageClass }, peer, leaseNames, site });
    const args = ["template", server, join(__dirname, "chart"), "--namespace", "noc", "--values", "-"];
    const { status, stdout, stderr } = spawnSync("helm", args, { input: JSON.stringify(values), encoding: "utf8" });
    expect(status, stderr).to.equal(0);
    return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
}

describe("the Kea chart", () => {
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
        const statefulSet = rendered({ storageClass: "fast" }).find(({ kind }) => kind === "StatefulSet");
        const [claim] = statefulSet?.spec.volumeClaimTemplates as [{ spec: unknown }];
        expect(claim.spec).to.have.property("storageClassName", "fast");
    });

    it("changes the pod when, and only when, the configuration changes", () => {
        const pod = (objects: Manifest[]) => objects.find(({ kind }) => kind === "StatefulSet")?.spec.template;
        expect(pod(rendered())).to.deep.equal(find("StatefulSet").spec.template);
        expect(pod(rendered({ config: '{"Dhcp4": {"valid-lifetime": 1}}' }))).not.to.deep.equal(
            find("StatefulSet").spec.template,
        );
    });

    it("gives Kea the configuration as it is, whatever is in it", () => {
        const config = '{"a": "{{ .Values.image }} \\u00e9 \'x\' $y: #z"}\n';
        const configs = rendered({ config }).flatMap(({ data }) => (data ? [data["kea-dhcp4.conf"]] : []));
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
        expect(container?.args?.[0]).to.match(
            /&& exec \/usr\/local\/sbin\/kea-dhcp4 -t \/config\/kea\/kea-dhcp4\.conf$/,
        );
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
        expect(kea?.volumeMounts).to.deep.include({ name: "run", mountPath: "/run" });
        expect(exporter?.volumeMounts).to.deep.equal([{ name: "run", mountPath: "/run", readOnly: true }]);
        expect(exporter?.args).to.deep.equal(["--port", "9547", "/run/kea/kea-dhcp4-ctrl.sock"]);
    });

    it("mounts the folder of the control socket alike in all containers", () => {
        for (const manifest of rendered({ peer: "10.96.0.7" }).filter(({ kind }) => /^(StatefulSet|Job)$/.test(kind))) {
            const mounts = manifest.spec.template.spec.containers.flatMap(({ volumeMounts }) => volumeMounts);
            const folders = mounts.filter(({ name }) => name === "run").map(({ mountPath }) => mountPath);
            expect([...new Set(folders)]).to.deep.equal(["/run"]);
        }
    });

    it("has Kea and the check of its configuration in folders that Kea 3.0 takes, which others cannot enter", () => {
        for (const manifest of [find("StatefulSet"), find("Job", checkJob)]) {
            const [kea] = manifest.spec.template.spec.containers;
            expect(kea?.args?.[0]).to.match(/^mkdir -p -m 0750 \/run\/kea && /);
            expect(kea?.env).to.deep.include({ name: "KEA_CONTROL_SOCKET_DIR", value: "/run/kea" });
            expect(kea?.env).to.deep.include({ name: "KEA_DHCP_DATA_DIR", value: "/data" });
            expect(manifest.spec.template.spec.securityContext).to.deep.include({ supplementalGroups: [0] });
        }
    });

    describe("with a second server", () => {
        const pod = (server: string) =>
            rendered({ server, peer: "10.96.0.7" }).find(({ kind }) => kind === "StatefulSet")?.spec.template.spec;

        it("adds to the first server's pod, whose volume and selector stay as they are", () => {
            const redundant = rendered({ peer: "10.96.0.7" }).find(({ kind }) => kind === "StatefulSet");
            const { template } = find("StatefulSet").spec;
            expect({ ...redundant?.spec, template }).to.deep.equal(find("StatefulSet").spec);
            expect(redundant?.spec.template.spec.containers.map(({ name }) => name)).to.deep.equal([
                ...template.spec.containers.map(({ name }) => name),
                "kea-ha-exporter",
            ]);
        });

        it("keeps the servers on different nodes, whichever of them is scheduled first", () => {
            for (const server of Object.values(servers)) {
                expect(pod(server))
                    .to.have.nested.property(
                        "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0]",
                    )
                    .which.deep.equals({
                        labelSelector: { matchLabels: { "app.kubernetes.io/name": "kea-dhcp" } },
                        topologyKey: "kubernetes.io/hostname",
                    });
            }
        });

        it("leads from the loopback interface to the other server, and gives up a silent connection after a second", () => {
            expect(pod(servers.standby)?.initContainers?.[0]?.args).to.deep.equal([
                "TCP-LISTEN:8002,bind=127.0.0.1,reuseaddr,fork",
                "TCP:10.96.0.7:8001,connect-timeout=1,setsockopt-int=6:18:1000",
            ]);
        });

        it("does so before Kea starts and until it has ended", () => {
            expect(pod(servers.standby)?.initContainers?.[0]).to.include({ name: "kea-peer", restartPolicy: "Always" });
        });

        it("starts Kea when the nodes have had time to learn the new pod's address", () => {
            expect(pod(servers.primary)?.initContainers?.[1]).to.have.deep.property("command", ["sleep", "5"]);
        });

        it("lets the other server take over before Kea is stopped", () => {
            const kea = pod(servers.primary)?.containers[0] as { lifecycle?: Record<string, unknown> };
            expect(JSON.stringify(kea.lifecycle?.preStop)).to.include("ha-maintenance-notify");
        });

        it("runs its containers unprivileged", () => {
            const { containers = [], initContainers = [] } = pod(servers.primary) ?? {};
            for (const { securityContext, resources } of [...initContainers, ...containers]) {
                expect(securityContext).to.have.deep.property("capabilities", { drop: ["ALL"] });
                expect(resources.limits).to.have.all.keys("memory");
            }
        });
    });

    describe("with answers for host names", () => {
        const zones = { domain: "home.arpa", reverse: ["1.10.in-addr.arpa"], pods: {}, port: 5353, redundant: false };
        const objects = (taken: string[]) => rendered({ leaseNames: { zones, taken } });
        const pod = (taken: string[]) => objects(taken).find(({ kind }) => kind === "StatefulSet")?.spec.template;

        it("adds a container without privileges, and changes nothing else of the pod", () => {
            const { containers, ...others } = pod([])?.spec ?? expect.fail("no pod");
            const { containers: without, ...before } = find("StatefulSet").spec.template.spec;
            expect(containers.slice(0, -1)).to.deep.equal(without);
            expect({ ...others, volumes: [] }).to.deep.equal({ ...before, volumes: [] });
            expect(containers.at(-1)).to.deep.include({
                name: "lease-names",
                args: [
                    "5353",
                    "9549",
                    "/run/kea/kea-dhcp4-ctrl.sock",
                    "/config/kea/kea-dhcp4.conf",
                    "/names/names.json",
                ],
                securityContext: without[0]?.securityContext,
            });
            expect(containers.at(-1)?.resources.limits).to.have.all.keys("memory");
        });

        it("gives it the program and the names, and restarts it when the names change", () => {
            const { data = {} } =
                objects(["www"]).find(({ metadata }) => metadata.name === "kea-dhcp-lease-names") ?? {};
            expect(data).to.have.all.keys("main.py", "answers.py", "leases.py", "names.json");
            expect(JSON.parse(data["names.json"] ?? "")).to.deep.equal({
                domain: "home.arpa",
                reverse: ["1.10.in-addr.arpa"],
                taken: ["www"],
            });
            expect(pod(["www"])?.metadata).not.to.deep.equal(pod([])?.metadata);
        });
    });

    it("does not wait half a minute for an exporter that does not handle SIGTERM", () => {
        expect(find("StatefulSet").spec.template.spec).to.have.property("terminationGracePeriodSeconds", 5);
    });
});
