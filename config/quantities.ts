/** Kubernetes quantities: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
import { checked } from "./checked";

const multipliers: Readonly<Record<string, number>> = {
    n: 1e-9,
    u: 1e-6,
    m: 1e-3,
    "": 1,
    k: 1e3,
    M: 1e6,
    G: 1e9,
    T: 1e12,
    P: 1e15,
    E: 1e18,
    Ki: 2 ** 10,
    Mi: 2 ** 20,
    Gi: 2 ** 30,
    Ti: 2 ** 40,
    Pi: 2 ** 50,
    Ei: 2 ** 60,
};

/** Number and unit of a quantity. It may have a decimal exponent in place of the unit. */
const form = /^(\d+\.?\d*|\.\d+)(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,2}))?$/;

/**
 * Reads a Kubernetes quantity into cores or bytes.
 * @throws Error where it is none, or not above zero.
 */
export function parseQuantity(text: string): number {
    const [, number = "", unit = "", exponent = "0"] = form.exec(text) ?? [];
    const value = Number.parseFloat(number) * (multipliers[unit] ?? Number.NaN) * 10 ** Number(exponent);
    if (!(value > 0)) {
        throw new Error("is not a Kubernetes quantity above zero; write it like 500m, 2, 256Mi or 10Gi");
    }
    return value;
}

/** A quantity of bytes between two of them. Also accepted as a number, because YAML reads `1073741824` as one. */
export const bytes = (least: string, most: string, ...examples: string[]) =>
    checked(
        (text) =>
            /^[\d.]+[num]$/.test(text)
                ? `is a fraction of a byte: ${text.at(-1) ?? ""} means a ${fractions[text.at(-1) ?? ""] ?? ""}; write it like ${examples[0] ?? least}`
                : outOfRange(
                      text,
                      least,
                      most,
                      `is not a size in bytes; write it like ${examples[0] ?? least} or 100Gi`,
                  ),
        ...examples,
    ).meta({ orNumber: true });

const fractions: Readonly<Record<string, string>> = { m: "thousandth", u: "millionth", n: "billionth" };

/** A quantity of CPU between two of them. Also accepted as a number, because YAML reads `2` as one. */
export const cpu = (least: string, most: string, ...examples: string[]) =>
    checked(
        (text) =>
            /^[\d.]+([kMGTPE]|[KMGTPE]i)$/.test(text)
                ? "has a unit of memory; write it like 500m or 2"
                : outOfRange(text, least, most, "is not an amount of CPU; write it like 500m or 2"),
        ...examples,
    ).meta({ orNumber: true });

function outOfRange(text: string, least: string, most: string, malformed: string): string | undefined {
    if (!form.test(text)) {
        return malformed;
    }
    const value = /[1-9]/.test(text) ? parseQuantity(text) : 0;
    return value < parseQuantity(least)
        ? `is too little; set it to ${least} or more`
        : value > parseQuantity(most)
          ? `is too much; set it to ${most} or less`
          : undefined;
}
