/** Which rates are tried, and which one counts. */

/** A rate that was tried. */
export interface Tried {
    /** Requests per second. */
    readonly rate: number;
    /** Fraction of them that got no answer, 0 to 1. */
    readonly lost: number;
}

/** The rates that are tried, rising, as fractions of the peak: the rate with as many requests as are answered. */
export const steps = [0.2, 0.35, 0.5, 0.65, 0.8, 0.95] as const;

/**
 * Tries rising rates until one loses as much as is allowed, or more. Returns all of them.
 * @param repetitions how often such a rate is tried again, because the machine may just have been busy. Defaults to 0.
 */
export async function rising<T extends Tried>(
    rates: Iterable<number>,
    allowed: number,
    attempt: (rate: number) => Promise<T>,
    repetitions = 0,
): Promise<T[]> {
    const tried: T[] = [];
    for (const rate of rates) {
        let result = await attempt(rate);
        for (let i = 0; i < repetitions && result.lost >= allowed; i++) {
            result = await attempt(rate);
        }
        tried.push(result);
        if (result.lost >= allowed) {
            break;
        }
    }
    return tried;
}

/** The highest of the rates that lost less than is allowed. */
export const highest = <T extends Tried>(tried: readonly T[], allowed: number): T | undefined =>
    tried.filter(({ lost }) => lost < allowed).sort((a, b) => b.rate - a.rate)[0];

/** Rates from the first up to the last, each the given factor above the one before. */
export function* geometric(first: number, last: number, factor: number): Generator<number> {
    for (let rate = first; rate <= last; rate *= factor) {
        yield Math.round(rate);
    }
}
