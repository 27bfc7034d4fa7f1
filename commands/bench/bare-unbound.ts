/** The Unbound that the stack's resolvers are compared with: the same settings, without Kubernetes and Redis. */
import type { DnsSettings } from "../../components/dns/settings";
import { configFiles, configFolder } from "../../components/dns/unbound-config";
import type { BareServer } from "./run-tool";

/** The trust anchors of the root zone: https://www.iana.org/dnssec/files. The pods' image brings its own file. */
const rootAnchors = [
    ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
    ". IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
];

/**
 * Rewrites the pods' configuration for a host: its own port, no control socket, no Redis, no limit for one client.
 * @param address that the server listens on.
 */
export function bareUnbound(settings: DnsSettings, address: string): Pick<BareServer, "files" | "command"> {
    const files = Object.entries(configFiles({ ...settings, clientQueryLimit: 0 })).map(([name, content]) => [
        name,
        content
            .split("\n")
            .filter((line) => !/^\s*(directory|control-interface):|^\s*#|cachedb\.conf/.test(line))
            .join("\n")
            .replace(/interface: 0\.0\.0\.0/, `interface: ${address}`)
            .replace(/port: \d+/, "port: 53")
            .replace(/control-enable: yes/, "control-enable: no")
            .replace(/(module-config: ".*)cachedb /, "$1")
            .replace(
                /^  trust-anchor-file: .*$/m,
                rootAnchors.map((anchor) => `  trust-anchor: "${anchor}"`).join("\n"),
            )
            .replaceAll(`${configFolder}/`, ""),
    ]);
    return { files: Object.fromEntries(files) as Record<string, string>, command: "unbound -d -c unbound.conf" };
}
