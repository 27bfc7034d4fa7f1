import { instance } from "@viz-js/viz";

import { addressEdges, type Node, nodes } from "./graph";
import type { Run } from "./mock-engine";

const quoted = (text: string): string => JSON.stringify(text);

/** A box of the picture: a resource, or several that wait for the same and that nobody waits for. */
interface Box extends Omit<Node, "kind" | "name"> {
    readonly label: string;
}

function together(all: readonly Node[], addressed: readonly string[]): Box[] {
    const awaited = new Set(all.flatMap(({ after }) => after));
    const boxes = new Map<string, Node[]>();
    for (const node of all) {
        const alone = awaited.has(node.id) || addressed.includes(node.id);
        const key = alone ? node.id : JSON.stringify([node.component, [...node.after].sort()]);
        boxes.set(key, [...(boxes.get(key) ?? []), node]);
    }
    return [...boxes.values()].flatMap(([first, ...more]) =>
        first
            ? [
                  {
                      ...first,
                      label: [first, ...more]
                          .map(({ kind, name }) => `${kind}${more.length ? " " : "\n"}${name}`)
                          .join("\n"),
                  },
              ]
            : [],
    );
}

/** Draws the resource graph as SVG: components as boxes, waits as arrows, addresses as thick ones. */
export async function drawGraph(run: Run): Promise<string> {
    const flows = addressEdges(run).map(({ from, address, to }) => ({ from: from.id, address, to: to.id }));
    const all = together(
        // The provider and the cluster's identity are connected to everything.
        nodes(run).filter(({ id }) => !/^pulumi[-:]/.test(id)),
        flows.map(({ to }) => to),
    );
    const components = [...new Set(all.map(({ component }) => component))];
    const isFlow = (from: string, to: string) => flows.some((flow) => flow.from === from && flow.to === to);
    const shown = new Set(all.map(({ id }) => id));
    const dot = [
        "digraph {",
        'rankdir=LR; ranksep=0.9; nodesep=0.14; bgcolor=white; fontname="Helvetica";',
        'node [shape=box style="rounded,filled" fillcolor=white color="#5f6b7a" fontname="Helvetica" fontsize=10 height=0.3];',
        'edge [color="#9aa5b1" arrowsize=0.6 fontname="Helvetica" fontsize=9];',
        ...components.flatMap((component, i) => [
            ...(component
                ? [
                      `subgraph cluster_${i} { label=${quoted(component)}; style="rounded,filled"; fillcolor="#f4f6f8"; color="#c6ced6";`,
                  ]
                : []),
            ...all
                .filter((node) => node.component === component)
                .map(({ id, label }) => `${quoted(id)} [label=${quoted(label)}];`),
            ...(component ? ["}"] : []),
        ]),
        ...all.flatMap(({ id, after }) =>
            after
                .filter((before) => shown.has(before) && !isFlow(before, id))
                .map((before) => `${quoted(before)} -> ${quoted(id)};`),
        ),
        ...flows.map(
            ({ from, address, to }) =>
                `${quoted(from)} -> ${quoted(to)} [label=${quoted(address)} color="#c2410c" fontcolor="#c2410c" penwidth=2];`,
        ),
        "}",
    ].join("\n");
    return (await instance()).renderString(dot, { format: "svg" });
}
