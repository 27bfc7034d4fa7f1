import { z } from "zod";

/**
 * Text in which a function finds no problem.
 * @param problemOf returns what completes the sentence "<key> = <value> ..." and ends with the remedy.
 */
export const checked = (problemOf: (text: string) => string | undefined, ...examples: string[]) =>
    z
        .string()
        .superRefine((text, context) => {
            const message = problemOf(text);
            if (message !== undefined) {
                context.addIssue({ code: "custom", message });
            }
        })
        .meta({ examples });
