import { closest, distance } from "fastest-levenshtein";

/** The word that was probably meant; undefined where none is near. Upper and lower case count as the same. */
export function nearest(word: string, words: readonly string[]): string | undefined {
    const folded = new Map(words.map((known) => [known.toLowerCase(), known]));
    const guess = folded.size > 0 ? closest(word.toLowerCase(), [...folded.keys()]) : "";
    return distance(word.toLowerCase(), guess) <= Math.min(3, Math.max(1, word.length / 3))
        ? folded.get(guess)
        : undefined;
}
