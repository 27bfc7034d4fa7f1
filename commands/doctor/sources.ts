/** Where the stack's charts and images come from. */
import { definitions, type Settings, settingsOf } from "../../components/settings";
import { folderOf } from "../../components/lib/prometheus-rules";
import { pinnedVersions } from "../../tools/versions";

interface Wanted {
    readonly url: string;
    readonly items: readonly string[];
}

/** The pins of the components that are switched on. */
function pins(settings: Settings) {
    const folders = definitions
        .filter((definition) => settingsOf(settings, definition).enabled)
        .map(({ name }) => folderOf(name));
    return pinnedVersions().filter(({ folder }) => folders.includes(folder));
}

/** The address of each chart repository: its index, or the API of an OCI registry. */
export function chartSources(settings: Settings): Wanted[] {
    const charts = pins(settings).flatMap((versions) => Object.values(versions.charts));
    return grouped(
        charts.map(({ name, version, repository }) => ({
            url: indexOf(settings.site.chartMirror ?? repository),
            item: `${name} ${version}`,
        })),
    );
}

const indexOf = (repository: string): string =>
    repository.startsWith("oci://")
        ? `https://${repository.slice(6).split("/")[0] ?? ""}/v2/`
        : `${repository.replace(/\/$/, "")}/index.yaml`;

/** The API of each registry that images are pulled from. */
export function registrySources(settings: Settings): Wanted[] {
    const { imageMirror } = settings.site;
    const images = pins(settings).flatMap((versions) => Object.values(versions.images));
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
