/** Unbound's configuration in the cluster, and the check that it passes before any pod is given it. */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { configCheck } from "../lib/config-check";
import { imageReference } from "../lib/images";
import { runAs } from "../lib/pods";
import type { Site } from "../lib/site";
import { certificateMount, certificateVolume } from "./encryption";
import { configFolder } from "./unbound-config";
import { images } from "./versions";

/** The image's user and group `unbound`. */
export const unboundUser = runAs(101, 102);

/** The objects that hold Unbound's files, by their names. */
export interface UnboundFiles {
    /** The ConfigMap with the files that hold no secret. */
    readonly config: pulumi.Input<string>;
    /** The Secret with cachedb.conf. */
    readonly secret: pulumi.Input<string>;
    /** The Secret with the TLS certificate and its key. Undefined without encryption. */
    readonly certificate?: string;
}

/** The volumes with the files. */
export const fileVolumes = ({ config, secret, certificate }: UnboundFiles): k8s.types.input.core.v1.Volume[] => [
    { name: configMount.name, projected: { sources: [{ configMap: { name: config } }, { secret: { name: secret } }] } },
    ...(certificate === undefined ? [] : [certificateVolume(certificate)]),
];

/** Where a container has them. */
export const fileMounts = ({ certificate }: UnboundFiles): k8s.types.input.core.v1.VolumeMount[] => [
    configMount,
    ...(certificate === undefined ? [] : [certificateMount]),
];

const configMount = { name: "config", mountPath: configFolder, readOnly: true };

export interface UnboundCheckOptions {
    readonly namespace: pulumi.Input<string>;
    readonly files: UnboundFiles;
    readonly site: Site;
}

/** Reads the files with `unbound-checkconf` of the very image that is to serve. */
export const unboundCheck = (
    { namespace, files, site }: UnboundCheckOptions,
    opts: pulumi.CustomResourceOptions,
): k8s.batch.v1.Job =>
    configCheck(
        {
            name: "unbound-check",
            namespace,
            image: imageReference(images.unbound, site),
            command: ["/usr/sbin/unbound-checkconf", `${configFolder}/unbound.conf`],
            securityContext: unboundUser,
            volumeMounts: fileMounts(files),
            volumes: fileVolumes(files),
            certificate: files.certificate !== undefined,
        },
        opts,
    );
