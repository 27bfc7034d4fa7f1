import { parse } from "yaml";
import { z } from "zod";

import { checked } from "../../config/checked";
import { chartVersion, subdomain } from "../../config/fields";
import { charts } from "./versions";

function pathProblem(path: string): string | undefined {
    if (!/^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._-]+)+$/.test(path)) {
        return "is not an absolute path below /; write it like /opt/local-path-provisioner";
    }
    const [, lost] = /^\/(dev|proc|run|sys|tmp)\//.exec(`${path}/`) ?? [];
    return lost === undefined
        ? undefined
        : `is in /${lost}, which a node loses when it restarts; write it like /opt/local-path-provisioner`;
}

export const storageSettings = z.strictObject({
    enabled: z
        .boolean()
        .default(false)
        .describe(
            "Install the local-path provisioner, whose volumes are directories of the node that the pod runs on.",
        ),
    version: chartVersion("0.0.30", charts.localPath.version)
        .default(charts.localPath.version)
        .describe("Version of the chart, 0.0.30 or newer."),
    className: subdomain("the name of a StorageClass", "local-path")
        // The chart writes it without quotes.
        .refine((name) => typeof parse(name, { schema: "yaml-1.1" }) === "string", {
            error: "is a number or a word of YAML; write it with other letters, like local-path",
        })
        .default("local-path")
        .describe("Name of the StorageClass. It cannot be changed while volumes of it are in use."),
    defaultClass: z
        .boolean()
        .default(false)
        .describe("Whether volumes that name no class are of this one. A cluster has one default class at most."),
    path: checked(pathProblem, "/opt/local-path-provisioner")
        .default("/opt/local-path-provisioner")
        .describe("Directory of the nodes that holds the volumes. Existing volumes stay where they are."),
});

export type StorageSettings = z.output<typeof storageSettings>;
