import { imageReference } from "../lib/images";
import { corePriority } from "../lib/pods";
import type { Site } from "../lib/site";
import type { Volume } from "./lease-volume";
import { images } from "./versions";

/** Name of the release, the StatefulSet and the Services, and of the monitoring job. */
export const app = "kea-dhcp";
/** The ports that Kea and its exporter listen on. The Service that relays send to maps port 67 to the first. */
export const ports = { dhcp: 6067, metrics: 9547 } as const;
/** The Job of the chart that checks a configuration before it is deployed. */
export const checkJob = `${app}-check`;

/**
 * The values of the chart in chart/. It replaced the chart kea-dhcp 0.7.1 of http://charts.glants.xyz, and its objects
 * have the same names, so that Helm updates them in place.
 * @param config the content of kea-dhcp4.conf.
 */
export function keaValues(config: string, volume: Volume, site: Pick<Site, "imageMirror">): Record<string, unknown> {
    return {
        image: imageReference(images.kea, site),
        exporterImage: imageReference(images.keaExporter, site),
        config,
        dhcpPort: ports.dhcp,
        metricsPort: ports.metrics,
        storage: { size: volume.size, class: volume.storageClass ?? "" },
        priorityClassName: corePriority,
    };
}
