/** Where the stack's charts and images come from. */
import type { Settings } from "../../components/settings";
import { runProgram } from "../../tools/mock-engine";
import { pinnedVersions } from "../../tools/versions";

interface Wanted {
    readonly url: string;
    readonly items: readonly string[];
}

/** What the stack registers, as text: it names every chart and image that the stack uses. */
export const rendered = async (stack: string): Promise<string> => JSON.stringify((await runProgram(stack)).resources);

/** The address of each chart repository: its index, or the API of an OCI registry. */
export function chartSources({ site }: Pick<Settings, "site">, used: string): Wanted[] {
    const charts = pinnedVersions()
        .flatMap((versions) => Object.values(versions.charts))
        .filter(({ name }) => used.includes(`"${name}"`) || used.includes(`/${name}"`));
    return grouped(
        charts.map(({ name, version, repository }) => ({
            url: indexOf(site.chartMirror ?? repository),
            item: `${name} ${version}`,
        })),
    );
}

const indexOf = (repository: string): string =>
    repository.startsWith("oci://")
        ? `https://${repository.slice(6).split("/")[0] ?? ""}/v2/`
        : `${repository.replace(/\/$/, "")}/index.yaml`;

/** The API of each registry that images are pulled from. */
export function registrySources({ site: { imageMirror } }: Pick<Settings, "site">, used: string): Wanted[] {
    const images = pinnedVersions()
        .flatMap((versions) => Object.values(versions.images))
        .filter((image) => used.includes(pathOf(image)));
    return grouped(
        images.map((image) => {
            const [registry = "", ...path] = image.split("/");
            return {
                url: registryApi(imageMirror ?? registry),
                item: imageMirror ? [imageMirror, ...path].join("/") : image,
            };
        }),
    );
}

/** A reference without registry, tag and digest: charts take these apart. */
const pathOf = (image: string): string =>
    image
        .replace(/@.*$/, "")
        .replace(/:[^:/]*$/, "")
        .split("/")
        .slice(1)
        .join("/");

/** Docker Hub's registry has another name than its images. */
const registryApi = (registry: string): string => {
    const host = registry.split("/")[0] ?? "";
    return `https://${host === "docker.io" ? "registry-1.docker.io" : host}/v2/`;
};

function grouped(all: readonly { url: string; item: string }[]): Wanted[] {
    const byUrl = new Map<string, string[]>();
    all.forEach(({ url, item }) => byUrl.set(url, [...(byUrl.get(url) ?? []), item]));
    return [...byUrl].map(([url, items]) => ({ url, items }));
}
