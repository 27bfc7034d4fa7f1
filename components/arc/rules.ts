/** What the schema of the settings cannot say. */
import type { Problem } from "../../config/problems";
import { repeated } from "../lib/distinct";
import type { ArcSettings } from "./settings";
import { charts } from "./versions";

/** What is wrong with the settings: credentials, names, sizes, and labels that the version does not know. */
export function arcProblems({ github, scaleSets, version }: ArcSettings): Problem[] {
    const key = "noc:arc.scaleSets";
    const credentials = [github?.app, github?.token].filter((given) => given !== undefined);
    return [
        ...(credentials.length === 1
            ? []
            : [
                  {
                      key: "noc:arc.github",
                      remedy: `has ${credentials.length === 0 ? "no credentials" : "app and token"}; set exactly one of app and token`,
                  },
              ]),
        ...(scaleSets.length === 0 ? [{ key, remedy: "is empty; list at least one scale set" }] : []),
        ...repeated(
            scaleSets.map(({ name }, i) => ({ key: `${key}[${i}].name`, value: name })),
            "give each scale set a name of its own",
        ),
        ...scaleSets.flatMap(({ min, max, labels: further }, i): Problem[] => [
            ...(min > max
                ? [
                      {
                          key: `${key}[${i}].min`,
                          value: min,
                          remedy: `is more than ${key}[${i}].max = ${max}; lower it`,
                      },
                  ]
                : []),
            ...(further.length > 0 && version.startsWith("0.13.")
                ? [
                      {
                          key: `${key}[${i}].labels`,
                          remedy: `needs version 0.14.0 or newer; set noc:arc.version to ${charts.controller.version}`,
                      },
                  ]
                : []),
        ]),
    ];
}
