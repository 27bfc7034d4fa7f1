import { expect } from "chai";

import { dangers } from "../commands/upgrade-check";
import { asComment, difference, objectsOf } from "../tools/diff";
import type { Registration } from "../tools/mock-engine";

const registration = (type: string, name: string, inputs: Record<string, unknown>): Registration => ({
    id: `${type}::${name}`,
    type,
    name,
    parent: "noc:dns:Dns::dns",
    custom: true,
    inputs,
    inputsHash: "",
    replaceOnChanges: [],
    retainOnDelete: false,
    dependencies: [],
    propertyDependencies: {},
    hooks: { beforeCreate: [], beforeUpdate: [] },
    started: 0,
    finished: 1,
});

const configMap = (value: string) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a", namespace: "noc" },
    data: { value },
});
const release = registration("kubernetes:helm.sh/v3:Release", "metallb", {
    name: "metallb",
    namespace: "metallb-system",
    chart: "metallb",
    version: "0.14.9",
    values: { speaker: {} },
});

describe("the rendered difference", () => {
    const render = () =>
        "kind: Service\nmetadata: { name: web, namespace: x }\n---\n# nothing\n---\nkind: Secret\nmetadata: { name: y }\n---\nkind: ClusterRole\nmetadata: { name: z }\n";

    it("has the program's objects and those of the charts, which are in the release's namespace by default", () => {
        const objects = objectsOf([registration("kubernetes:core/v1:ConfigMap", "a", configMap("1")), release], render);
        expect([...objects.keys()]).to.deep.equal([
            "dns/noc-ConfigMap-a.yaml",
            "dns/x-Service-web.yaml",
            "dns/metallb-system-Secret-y.yaml",
            "dns/ClusterRole-z.yaml",
        ]);
    });

    it("shows a release's values where its chart cannot be rendered", () => {
        const objects = objectsOf([release], () => {
            throw new Error("no helm\nmore");
        });
        expect(objects.get("dns/Release-metallb.yaml")).to.contain("not rendered: no helm").and.contain("speaker");
    });

    it("is what changed in each object, by component", () => {
        const side = (value: string) =>
            new Map([
                ["dns/a.yaml", `value: ${value}\n`],
                ["dhcp/b.yaml", "same: true\n"],
            ]);
        const found = difference(side("1"), side("2"));
        expect([...found.keys()]).to.deep.equal(["dns"]);
        expect(found.get("dns")).to.contain("-value: 1").and.contain("+value: 2");
    });

    it("shows objects that come and go", () => {
        const found = difference(new Map([["dns/a.yaml", "a: 1\n"]]), new Map([["dns/b.yaml", "b: 1\n"]]));
        expect(found.get("dns")).to.contain("deleted file").and.contain("new file");
    });

    it("is collapsed in a comment, and no longer than one may be", () => {
        const short = new Map([["poc", new Map([["dns", "diff --git a b\n-1\n+2\n"]])]]);
        expect(asComment(short, "main")).to.contain("<details><summary>poc: dns (1 objects)</summary>");
        const long = new Map([["poc", new Map([["dns", "x".repeat(70_000)]])]]);
        expect(asComment(long, "main")).to.contain("too long").and.contain("- poc: dns").and.have.length.below(1000);
        expect(asComment(new Map([["poc", new Map()]]), "main")).to.contain("No object differs from main");
    });
});

describe("the check of an upgrade", () => {
    const step = (op: string, kind: string, name: string) => ({
        op,
        urn: `urn:pulumi:poc::noc::noc:dns:Dns$kubernetes:core/v1:${kind}::${name}`,
    });

    it("finds what serves or keeps data, each once", () => {
        const steps = [
            step("create-replacement", "Service", "unbound"),
            step("replace", "Service", "unbound"),
            step("delete-replaced", "Service", "unbound"),
            step("delete", "PersistentVolumeClaim", "leases"),
        ];
        expect(dangers(steps)).to.deep.equal(["replaces Service unbound", "deletes PersistentVolumeClaim leases"]);
    });

    it("lets everything else change", () => {
        const steps = [
            step("update", "Service", "unbound"),
            step("replace", "ConfigMap", "unbound-config"),
            step("same", "Namespace", "noc"),
            step("create", "Service", "new"),
        ];
        expect(dangers(steps)).to.deep.equal([]);
    });
});
