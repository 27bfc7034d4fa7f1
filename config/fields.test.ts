import { expect } from "chai";
import type { z } from "zod";

import { chartVersion, line, registry, token, url } from "./fields";

const link = url("https://example.org");
const charts = url("oci://example.org", ["https", "oci"]);
const version = chartVersion("v1.13.0", "v1.21.2");

describe("a text field", () => {
    const good: [field: string, schema: z.ZodType, ...texts: string[]][] = [
        ["URL", link, "https://u:p@a.example:8443/b?c=d&e=%20#f", "http://[2001:db8::1]:80/", "https://bücher.example"],
        ["URL of a registry", charts, "oci://10.0.0.5:5000/charts/", "https://a.example"],
        ["version", version, "v1.13.0", "v1.21.2", "v2.0.0", "v1.100.0"],
        ["line", line("it", "x"), "a", " ü ", "{{ x }}"],
        ["token", token("it", "x"), "a.b-c_d~e+f/g=="],
        ["registry", registry, "localhost/x", "10.0.0.5:5000", "a--b.example/c__d"],
    ];
    for (const [field, schema, ...texts] of good) {
        it(`takes each ${field}`, () => {
            for (const text of texts) {
                expect(schema.safeParse(text).error?.issues[0]?.message, text).to.equal(undefined);
            }
        });
    }

    const bad: [field: string, schema: z.ZodType, problem: RegExp, ...texts: string[]][] = [
        [
            "URL",
            link,
            /^is not a URL; write it like https:\/\/example\.org$/,
            ...["", "example.org", "ftp://a.example", "https:a.example", "https://", "https:///a", "https://a b"],
            ...["https://a\n", "https://a.example:0", "https://a.example:70000", "https://a/%zz", "https://a\\b"],
        ],
        ["URL with a template", link, /^has braces/, "https://a.example/{{ .x }}"],
        ["URL of a registry", charts, /^is not a URL/, "oci:a", "oci://", "http://a.example"],
        [
            "version",
            version,
            /^is not a version of the chart; write it like v1\.21\.2$/,
            "1.21.2",
            "v1.2",
            "v01.2.3",
            "v1.21.2-rc1",
        ],
        ["old version", version, /^is too old; set it to v1\.13\.0 or newer$/, "v1.12.9", "v0.20.0"],
        [
            "line",
            line("it", "x"),
            /^is empty or has a line break; name it on one line$/,
            "",
            "  ",
            "a\nb",
            "a\0b",
            "\0",
        ],
        ["token", token("it", "x"), /; copy it alone$/, "", "a b", "a\n", "ü"],
        ["registry", registry, /^is not a registry/, "a..b", "a-.b", "a.b:0", "a.b/", "-a.b", "A.b"],
    ];
    for (const [field, schema, problem, ...texts] of bad) {
        it(`refuses each bad ${field}`, () => {
            for (const text of texts) {
                expect(schema.safeParse(text).error?.issues[0]?.message, text).to.match(problem);
            }
        });
    }
});
