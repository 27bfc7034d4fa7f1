/** The value below which the fraction of the numbers lies (nearest rank). NaN if there are none. */
export function quantile(numbers: readonly number[], fraction: number): number {
    const sorted = [...numbers].sort((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(sorted.length * fraction) - 1)] ?? NaN;
}

/** NaN if there are none. */
export const mean = (numbers: readonly number[]): number =>
    numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

export const median = (numbers: readonly number[]): number => quantile(numbers, 0.5);

/** A number with a sensible number of digits, or a dash if there is none. */
export const shown = (value: number, digits = 0): string => (Number.isFinite(value) ? value.toFixed(digits) : "-");

/** A ratio in two digits, or a dash if there is none. */
export const shownRatio = (value: number): string => shown(value, 2);
