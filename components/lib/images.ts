import { registryPlaceholder } from "../../config/fields";
import type { Site } from "./site";

/** The parts of an image's reference that charts ask for. */
export interface ImageParts {
    /** Host and, of a mirror, path. */
    readonly registry: string;
    /** Path without the registry. */
    readonly path: string;
    /** Registry and path. */
    readonly repository: string;
    /** Empty where the reference has a digest alone. */
    readonly tag: string;
    /** `sha256:` and 64 hexadecimal digits, where the reference has one. */
    readonly digest?: string;
    /** The digest without `sha256:`, as the charts of kube-prometheus-stack and Grafana take it. */
    readonly sha?: string;
    /** `tag@digest`, for charts that have no value for the digest and join repository and tag with a colon. */
    readonly tagAndDigest: string;
}

/**
 * The reference to pull an image by: its own, or the same path, tag and digest at the site's mirror.
 * @param image reference with registry and tag, digest or both, as in a component's versions.ts.
 */
export function imageReference(image: string, site: Pick<Site, "imageMirror">): string {
    const { repository, tag, digest } = splitImage(image, site);
    return `${repository}${tag && `:${tag}`}${digest ? `@${digest}` : ""}`;
}

/**
 * The same reference in parts.
 * @throws Error where it has no registry, or neither tag nor digest.
 */
export function splitImage(image: string, site: Pick<Site, "imageMirror">): ImageParts {
    const [, ownRegistry, path, tag = "", digest] =
        /^([^/]+)\/([^:@]+)(?::([\w.-]+))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(image) ?? [];
    if (!ownRegistry || !path || (!tag && !digest)) {
        throw new Error(`${image} is not an image reference; write registry/path:tag or registry/path:tag@sha256:…`);
    }
    const registry = site.imageMirror?.replace(registryPlaceholder, ownRegistry) ?? ownRegistry;
    return {
        registry,
        path,
        repository: `${registry}/${path}`,
        tag,
        digest,
        sha: digest?.slice("sha256:".length),
        tagAndDigest: [tag, digest].filter(Boolean).join("@"),
    };
}

/** Where to pull an image from whose version the chart names: registry and path, without tag and digest. */
export const imageParts = (
    image: string,
    site: Pick<Site, "imageMirror">,
): Pick<ImageParts, "registry" | "path" | "repository"> => splitImage(`${image}:-`, site);

/**
 * The values of a chart for an image that it names itself, with registry and path apart. Empty without a mirror. A value
 * for all images of a chart (`global.imageRegistry`) knows no mirror with a path for each registry.
 * @param registry host of the registry that the chart names.
 */
export const mirroredRegistry = (registry: string, site: Pick<Site, "imageMirror">) =>
    site.imageMirror === undefined ? {} : { image: { registry: splitImage(`${registry}/path:tag`, site).registry } };
