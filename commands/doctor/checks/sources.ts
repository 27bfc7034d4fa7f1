/** Checks of where charts and images come from. */
import { defineCheck, type Finding, found } from "../check";
import type { Source } from "../facts";
import { nameOf } from "./read";

const reached = (sources: readonly Source[]): string =>
    `${sources.filter(({ error }) => error === undefined).length} of ${sources.length} reached from this machine`;

export const chartSources = defineCheck({
    name: "charts",
    looksAt: "the repositories of the charts, from this machine",
    needs: ["chartSources"],
    run: ({ chartSources }) =>
        found(
            reached(chartSources),
            ...chartSources
                .filter(({ error }) => error !== undefined)
                .map(({ url, items, error = "" }): Finding => ({
                    severity: "error",
                    what: `${url} is not reached: ${error}`,
                    why: `\`up\` gets ${items.join(", ")} from there`,
                    mend: `curl -v ${url}; without the internet: pulumi config set --path noc:site.chartMirror URL`,
                })),
        ),
});

export const registries = defineCheck({
    name: "images",
    looksAt: "the images' registries, from this machine, unless every node has the images already",
    needs: ["registries", "nodes"],
    run: ({ registries, nodes }) => {
        const findings = registries.flatMap(({ url, items, error }): Finding[] => {
            const absent = items.filter((image) =>
                nodes.some(
                    ({ status }) => !status?.images?.some(({ names }) => names?.some((name) => sameImage(name, image))),
                ),
            );
            return error === undefined || absent.length === 0
                ? []
                : [
                      {
                          severity: "error",
                          what: `${url} is not reached (${error}), and not every node (${nodes.map(nameOf).join(", ")}) has ${absent.join(", ")}`,
                          why: "their pods would stay in ImagePullBackOff",
                          mend: `curl -v ${url}; without the internet: pulumi config set --path noc:site.imageMirror REGISTRY`,
                      },
                  ];
        });
        return found(reached(registries), ...findings);
    },
});

/** Whether a node's name of an image is the reference's. Nodes keep tag and digest as two names. */
const sameImage = (name: string, reference: string): boolean => {
    const [tagged = "", digest] = reference.split("@");
    return name === tagged || (digest !== undefined && name.endsWith(`@${digest}`));
};
