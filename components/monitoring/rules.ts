/** Rules for monitoring's settings that the schema cannot express. */
import { overlap, parseRange } from "../../config/addresses";
import { type Problem, withoutEffect } from "../../config/problems";
import { repeated } from "../lib/distinct";
import type { MonitoringSettings } from "./settings";

const key = (setting: string) => `noc:monitoring.${setting}`;

/** What is wrong with the settings, and, as warnings, which have no effect. */
export const problems = (settings: MonitoringSettings): Problem[] => [
    ...grafanaProblems(settings),
    ...endpointProblems(settings),
];

function grafanaProblems(settings: MonitoringSettings): Problem[] {
    const { grafanaAddress, grafanaHost, grafanaTlsSecret, grafanaPlainHttp, grafanaSourceRanges } = settings;
    if (grafanaHost !== undefined && (grafanaAddress ?? grafanaTlsSecret) !== undefined) {
        const other = key(grafanaAddress === undefined ? "grafanaTlsSecret" : "grafanaAddress");
        return [
            {
                key: key("grafanaHost"),
                value: grafanaHost,
                remedy: `contradicts ${other}: behind the gateway, Grafana serves HTTP and has no address of its own; remove one of them`,
            },
        ];
    }
    if (grafanaAddress === undefined) {
        const reason = `${key("grafanaAddress")} is not set`;
        return [
            ...(grafanaPlainHttp ? [withoutEffect(key("grafanaPlainHttp"), true, reason)] : []),
            ...(grafanaSourceRanges.length > 0
                ? [withoutEffect(key("grafanaSourceRanges"), grafanaSourceRanges, reason)]
                : []),
        ];
    }
    if (grafanaTlsSecret === undefined && !grafanaPlainHttp) {
        return [
            {
                key: key("grafanaAddress"),
                value: grafanaAddress,
                remedy: `is neither with TLS nor without; set ${key("grafanaTlsSecret")} to a Secret with a certificate, or ${key("grafanaPlainHttp")} to true, with which passwords cross the network unencrypted`,
            },
        ];
    }
    return grafanaTlsSecret !== undefined && grafanaPlainHttp
        ? [
              {
                  key: key("grafanaPlainHttp"),
                  value: true,
                  remedy: `contradicts ${key("grafanaTlsSecret")}; remove one of them`,
              },
          ]
        : [];
}

/** Networks whose addresses the API server refuses in Endpoints, or that no pod can reach. */
const unusable = [
    ["0.0.0.0/8", "no address of a host"],
    ["127.0.0.0/8", "a loopback address"],
    ["169.254.0.0/16", "a link-local address"],
    ["224.0.0.0/3", "a multicast or reserved address"],
] as const;

function endpointProblems({ controlPlane, controlPlaneEndpoints }: MonitoringSettings): Problem[] {
    return Object.entries(controlPlaneEndpoints).flatMap(([component, addresses]): Problem[] => {
        const setting = key(`controlPlaneEndpoints.${component}`);
        const items = addresses.map((value, i) => ({ key: `${setting}[${i}]`, value }));
        return [
            ...(addresses.length > 0 && !controlPlane
                ? [withoutEffect(setting, addresses, `${key("controlPlane")} is false`)]
                : []),
            ...repeated(items, "list each address once"),
            ...items.flatMap((item) =>
                unusable
                    .filter(([network]) => overlap(parseRange(network), parseRange(item.value)))
                    .map(([, kind]) => ({
                        ...item,
                        remedy: `is ${kind}; write an address that pods can reach`,
                    })),
            ),
        ];
    });
}
