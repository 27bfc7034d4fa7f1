import type { Site } from "./site";

/** The parts of an image's reference that charts ask for. */
export interface ImageParts {
    /** Host and, of a mirror, path. */
    readonly registry: string;
    /** Path without the registry. */
    readonly path: string;
    /** Registry and path. */
    readonly repository: string;
    readonly tag: string;
}

/**
 * The reference to pull an image by: its own, or the same path at the site's mirror.
 * @param image reference with registry and tag, as in a component's versions.ts.
 */
export function imageReference(image: string, site: Pick<Site, "imageMirror">): string {
    const { repository, tag } = splitImage(image, site);
    return `${repository}:${tag}`;
}

/** The same reference in parts. */
export function splitImage(image: string, site: Pick<Site, "imageMirror">): ImageParts {
    const [, ownRegistry = "", path = "", tag = ""] = /^([^/]+)\/(.+):([^:]+)$/.exec(image) ?? [];
    const registry = site.imageMirror ?? ownRegistry;
    return { registry, path, repository: `${registry}/${path}`, tag };
}
