#!/usr/bin/env node
// Completes what the Kea chart renders with what its values cannot say. Helm pipes the manifests through.
//
// The chart starts Kea behind a shell that ignores SIGTERM and runs an exporter of its own, shares no socket, and
// writes a configuration of its own. What takes their place is handed over as two annotations of the pod (see
// values.ts): a change of either changes the pod, and so rolls it, and nothing else does.
import { createHash } from "node:crypto";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

import { parseAllDocuments, stringify } from "yaml";

export const configAnnotation = "k8s-noc/kea-dhcp4.conf";
export const containersAnnotation = "k8s-noc/containers";

/** The rendered manifests, completed. */
export function postRender(manifests) {
    const objects = parseAllDocuments(manifests)
        .map((document) => document.toJS())
        .filter(Boolean);
    const find = (kind) => {
        const found = objects.find((object) => object.kind === kind);
        if (!found) {
            throw new Error(
                `the chart renders no ${kind} any more: components/dhcp/kea-post-render.mjs needs to follow`,
            );
        }
        return found;
    };
    const { template } = find("StatefulSet").spec;
    const {
        [configAnnotation]: config,
        [containersAnnotation]: containers,
        ...annotations
    } = template.metadata.annotations;

    // Kea reads this file alone, and it stands there as it is: no init container needs to fill in an interface.
    find("ConfigMap").data = { "kea-dhcp4.conf": config };
    const { kea, exporter } = JSON.parse(containers);
    template.metadata.annotations = {
        ...annotations,
        "k8s-noc/config-hash": createHash("sha256").update(config).digest("hex"),
    };
    delete template.metadata.labels["checksum/config"];
    delete template.spec.initContainers;
    template.spec.volumes = [
        { name: "kea-config", configMap: { name: find("ConfigMap").metadata.name } },
        { name: "run", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
    ];
    // Kea ends within a second of SIGTERM; the exporter, process 1 of its own and without a handler, never does.
    template.spec.terminationGracePeriodSeconds = 5;
    const [main] = template.spec.containers;
    template.spec.containers = [{ ...main, ...kea }, exporter];

    // The Service with the address is the program's own, which needs to know it; see dhcp.ts.
    return objects
        .filter((object) => !(object.kind === "Service" && object.spec.clusterIP !== "None"))
        .map((object) => stringify(object))
        .join("---\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
    process.stdout.write(postRender(await text(process.stdin)));
}
