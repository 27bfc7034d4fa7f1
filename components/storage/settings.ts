import { z } from "zod";

import { label } from "../../config/fields";
import { charts } from "./versions";

export const storageSettings = z.strictObject({
    enabled: z
        .boolean()
        .default(false)
        .describe(
            "Install the local-path provisioner, whose volumes are directories of the node that the pod runs on.",
        ),
    version: z
        .string()
        .regex(/^\d+\.\d+\.\d+$/, { error: `is not a version of the chart; write it like ${charts.localPath.version}` })
        .default(charts.localPath.version)
        .describe("Version of the chart, 0.0.30 or newer.")
        .meta({ examples: [charts.localPath.version] }),
    className: label
        .default("local-path")
        .describe("Name of the StorageClass. It cannot be changed while volumes of it are in use.")
        .meta({ examples: ["local-path"] }),
    defaultClass: z
        .boolean()
        .default(false)
        .describe("Whether volumes that name no class are of this one. A cluster has one default class at most."),
    path: z
        .string()
        .regex(/^(\/[A-Za-z0-9._-]+)+$/, {
            error: "is not an absolute path below /; write it like /opt/local-path-provisioner",
        })
        .default("/opt/local-path-provisioner")
        .describe("Directory of the nodes that holds the volumes. Existing volumes stay where they are.")
        .meta({ examples: ["/opt/local-path-provisioner"] }),
});

export type StorageSettings = z.output<typeof storageSettings>;
