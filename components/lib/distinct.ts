import type { Problem } from "../../config/problems";

/** A problem for each value that an earlier item of the list has. */
export function repeated(list: readonly { key: string; value: string | number }[], remedy: string): Problem[] {
    const first = new Map<string | number, string>();
    return list.flatMap(({ key, value }) => {
        const other = first.get(value);
        if (other === undefined) {
            first.set(value, key);
            return [];
        }
        return [{ key, value, remedy: `is also ${other}; ${remedy}` }];
    });
}
