/** Strings and fields in the syntax of zone files (RFC 1035), in which Unbound reads local records. */

/**
 * The bytes as a string in double quotes. Characters with a meaning in a zone file, the single quote, which would end the
 * option in unbound.conf, and bytes that are not ASCII are escaped as `\DDD`.
 */
export const quoted = (bytes: Buffer): string =>
    `"${Array.from(bytes, (byte) =>
        byte < 0x20 || byte > 0x7e || `"'\\`.includes(String.fromCharCode(byte))
            ? `\\${String(byte).padStart(3, "0")}`
            : String.fromCharCode(byte),
    ).join("")}"`;

/** One field: quoted parts may contain spaces, and a backslash escapes the next character. */
const field = /(?:"(?:[^"\\]|\\.)*"|[^\s"\\;()]|\\.)+/gsu;

/**
 * The fields of a value, as written.
 * @throws Error if a quote is not closed, or if a character outside of quotes ends or continues a record in a zone file.
 */
export function fieldsOf(value: string): string[] {
    if (value.replace(field, "").trim() !== "") {
        throw new Error("has an open quote, or one of ; ( ) outside of quotes; put the field between double quotes");
    }
    return value.match(field) ?? [];
}

/**
 * The bytes that a field represents.
 * @throws Error if it has an escaped octet above 255.
 */
export function bytesOf(text: string): Buffer {
    const parts = text.match(/\\\d{3}|\\.|"|[^\\"]+/gsu) ?? [];
    return Buffer.concat(
        parts.map((part) => {
            if (!/^\\\d{3}$/.test(part)) {
                return Buffer.from(part === '"' ? "" : part.replace(/^\\/, ""));
            }
            if (Number(part.slice(1)) > 255) {
                throw new Error(`has ${part}, which is no byte; write \\000 to \\255, or \\\\ for a backslash`);
            }
            return Buffer.of(Number(part.slice(1)));
        }),
    );
}
