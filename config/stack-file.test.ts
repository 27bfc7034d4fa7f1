import { expect } from "chai";

import { readByTheEngine } from "../tests/stack-files";
import { readStackFile } from "./stack-file";

const read = (text: string) => readStackFile("Pulumi.venue.yaml", text);

describe("a stack's file", () => {
    for (const [title, text, config] of readByTheEngine) {
        it(`with ${title} is read as the engine reads it`, () => {
            const values = Object.entries(read(text).config).map(([key, value]) => [key, JSON.parse(value) as unknown]);
            expect(Object.fromEntries(values)).to.deep.equal(config);
        });
    }

    it("shows whether its secrets have been encrypted with a passphrase", () => {
        expect(read("encryptionsalt: v1:abc\nconfig: {}\n").hasEncryptionSalt).to.equal(true);
        expect(read("config: {}\n").hasEncryptionSalt).to.equal(false);
    });

    it("may have keys of its own beside config:, with x- before their names", () => {
        expect(read("x-pool: &pool {a: 1}\nconfig:\n  noc:dns: *pool\n").config).to.deep.equal({
            "noc:dns": '{"a":1}',
        });
    });

    for (const [title, text, message] of [
        ["a brace that is never closed", "config:\n  noc:dns: {a: 1\n", /^Pulumi\.venue\.yaml, line 3, column 1: .*}/],
        [
            "a key that is set twice",
            "config:\n  noc:dns: {a: 1, a: 2}\n",
            /, line 2, column 19: This key is set twice; correct the YAML there$/,
        ],
        ["a tab", "config:\n\tnoc:dns: {}\n", /, line 2, column 1: Tabs are not allowed/],
        [
            "an anchor that is not there",
            "config:\n  noc:dns: *dns\n",
            /, line 2, column 12: The anchor &dns is not above/,
        ],
        ["two documents", "config: {}\n---\nconfig: {}\n", /, line 2, column 1: A stack's file is one YAML document/],
        ["a list", "- noc:dns\n", /^Pulumi\.venue\.yaml is a list; begin it with the key config:/],
        ["text in place of settings", "config: hello\n", /^config in Pulumi\.venue\.yaml is not a set of keys; write/],
        [
            "a setting beside config:",
            "config: {}\nnoc:dns: {}\n",
            /noc:dns is not a key of Pulumi\.venue\.yaml; indent it/,
        ],
        [
            "a misspelt key",
            "Config:\n  noc:dns: {}\n",
            /Config is not a key of Pulumi\.venue\.yaml; did you mean config\?/,
        ],
        [
            "a key that nothing reads",
            "name: venue\n",
            /name is not a key of Pulumi\.venue\.yaml; there are: config, env/,
        ],
        [
            "an anchor that contains itself",
            "config:\n  noc:dns: &a {a: *a}\n",
            /, column 19: The anchor &a contains itself/,
        ],
        ["a merge of a number", "config:\n  noc:dns: {<<: 5}\n", /, column 13: What << merges is not a set of fields/],
        ["a merge of a list", "config:\n  noc:dns: {<<: [{a: 1}, 5]}\n", /What << merges is not a set of fields/],
        [
            "an unquoted template",
            "config:\n  noc:dns: {a: {{ b }}}\n",
            /, column 17: A key is a set of fields or a list/,
        ],
        [
            "a tag that nothing resolves",
            "config:\n  noc:dns: {a: !env B}\n",
            /, column 16: Unresolved tag: !env; correct/,
        ],
        [
            "a line that is indented too far",
            "config:\n  noc:dns: a\n    b: 1\n",
            /, line 2, column 12: A second colon in a line, or a line that is indented further/,
        ],
        [
            "aliases that repeat very much",
            `x-a: &a [${"x,".repeat(99)}x]\nx-b: &b [${"*a,".repeat(99)}*a]\nconfig:\n  noc:dns: {a: [${"*b,".repeat(200)}]}\n`,
            /, line 1, column \d+: Aliases repeat this value too often; correct the YAML there$/,
        ],
        [
            "a component in two spellings",
            "config:\n  dns: {}\n  noc:dns: {}\n",
            /noc:dns is set twice, once in another/,
        ],
    ] as const) {
        it(`with ${title} is refused`, () => {
            expect(() => read(text)).to.throw(message);
        });
    }
});
