/** The blackbox exporter, which sends the components' probes. */
import { splitImage } from "../lib/images";
import type { BlackboxModule, Probe } from "../lib/monitoring-spec";
import { unprivileged } from "../lib/pods";
import type { Site } from "../lib/site";
import { namespaceName } from "./crds";
import { resources } from "./resources";
import { images } from "./versions";

const name = "blackbox-exporter";
/** Its host and port. */
export const blackboxUrl = `${name}.${namespaceName}.svc:9115`;

/** The values of its chart. */
export function blackboxValues(probes: readonly Probe[], site: Site): Record<string, unknown> {
    const { registry, path, tag, digest } = splitImage(images.blackboxExporter, site);
    return {
        fullnameOverride: name,
        image: { registry, repository: path, tag, digest },
        config: { modules: { ...modules(probes), http_2xx: null } },
        podSecurityContext: { seccompProfile: { type: "RuntimeDefault" } },
        securityContext: { ...unprivileged, runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000 },
        resources: resources.blackboxExporter,
    };
}

const modules = (probes: readonly Probe[]): Record<string, Omit<BlackboxModule, "name">> =>
    Object.fromEntries(probes.map(({ module: { name, ...module } }) => [name, module]));
