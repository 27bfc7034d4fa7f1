/** Files of a stack, and what the engine hands over of them: tried with the Pulumi CLI 3.259. */
export const readByTheEngine: [title: string, file: string, config: Record<string, unknown>][] = [
    ["no line", "", {}],
    ["no setting", "config:\n", {}],
    ["a key without its namespace", "config:\n  dns: {a: 1}\n", { "noc:dns": { a: 1 } }],
    ["a key in its long form", "config:\n  noc:config:dns: {a: 1}\n", { "noc:dns": { a: 1 } }],
    ["empty fields", "config:\n  noc:dns: {a: null, b: , c: [~]}\n", { "noc:dns": { a: null, b: null, c: [null] } }],
    [
        "merge keys",
        "config:\n  noc:dns: &dns {a: 1, b: 2}\n  noc:site:\n    <<: *dns\n    b: 3\n",
        { "noc:dns": { a: 1, b: 2 }, "noc:site": { a: 1, b: 3 } },
    ],
    ["a merged setting", "config:\n  <<: {noc:dns: {a: 1}}\n", { "noc:dns": { a: 1 } }],
    [
        "words and numbers",
        "config:\n  noc:dns: {a: yes, b: on, c: True, d: 012, e: 0o17, f: 0x10, g: 1_000, h: 1.50, i: 1:30, j: .5, k: 1e3}\n",
        { "noc:dns": { a: "yes", b: "on", c: true, d: 10, e: 15, f: 16, g: 1000, h: 1.5, i: "1:30", j: 0.5, k: 1000 } },
    ],
    [
        "single dots",
        "config:\n  noc:dns: {a: ., b: -., c: 1., d: -.5}\n",
        { "noc:dns": { a: ".", b: "-.", c: 1, d: -0.5 } },
    ],
    [
        "many aliases",
        `x-a: &a {a: 1}\nconfig:\n  noc:dns: {b: [${"*a,".repeat(1000)}]}\n`,
        { "noc:dns": { b: Array.from({ length: 1000 }, () => ({ a: 1 })) } },
    ],
    [
        "dates",
        "config:\n  noc:dns: {a: 2026-01-01, b: 2026-01-01T10:00:00Z}\n",
        { "noc:dns": { a: "2026-01-01 00:00:00 +0000 UTC", b: "2026-01-01 10:00:00 +0000 UTC" } },
    ],
    ["numbers as keys", "config:\n  noc:dns: {1: a, true: b}\n", { "noc:dns": { 1: "a", true: "b" } }],
    ["secrets", "config:\n  noc:dns: {a: {secure: v1:abc}}\n", { "noc:dns": { a: { secure: "v1:abc" } } }],
];
