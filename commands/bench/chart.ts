/** Pictures of measurements as SVG. */

export interface Series {
    readonly name: string;
    readonly points: readonly (readonly [x: number, y: number])[];
}

/** A stretch of the horizontal axis in which something happened. */
export interface Mark {
    readonly label: string;
    readonly from: number;
    readonly to: number;
}

export interface LineChart {
    readonly title: string;
    readonly x: string;
    readonly y: string;
    readonly series: readonly Series[];
    /** Defaults to none. */
    readonly marks?: readonly Mark[];
}

export interface Bar {
    readonly label: string;
    readonly from: number;
    readonly to: number;
    /** Where a mark is drawn, such as the bound that the bar must not exceed. */
    readonly mark?: number;
}

export interface BarChart {
    readonly title: string;
    readonly x: string;
    readonly bars: readonly Bar[];
}

const colours = ["#2563eb", "#c2410c", "#15803d", "#7c3aed", "#b91c1c", "#0e7490", "#a16207", "#475569"];
const colour = (i: number): string => colours[i % colours.length] ?? "black";

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

const text = (x: number, y: number, content: string, more = ""): string =>
    `<text x="${round(x)}" y="${round(y)}" ${more}>${escaped(content)}</text>`;
const stroke = (x1: number, y1: number, x2: number, y2: number, style: string): string =>
    `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" ${style}/>`;
const round = (value: number): number => Math.round(value * 10) / 10;

const svg = (width: number, height: number, parts: readonly string[]): string =>
    [
        `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Helvetica, Arial, sans-serif" font-size="12" fill="#1f2937">`,
        `<rect width="${width}" height="${height}" fill="white"/>`,
        ...parts,
        "</svg>",
        "",
    ].join("\n");

/** Round numbers from 0 to at least `most`, about five. */
export function ticks(most: number): number[] {
    const rough = Math.max(most, Number.MIN_VALUE) / 5;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
    return Array.from({ length: Math.ceil(most / step) + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

const grid = 'stroke="#e5e7eb"';

/** Points of a series up to which each is marked. */
const mostMarkedPoints = 100;

/** A line for each series, with its points marked where they are few. Both axes begin at 0. */
export function lineChart({ title, x, y, series, marks = [] }: LineChart): string {
    const [width, height, left, top, bottom, right] = [760, 400, 70, 40, 50, 200];
    const all = series.flatMap(({ points }) => points);
    const across = ticks(Math.max(1e-9, ...all.map(([value]) => value), ...marks.map(({ to }) => to)));
    const up = ticks(Math.max(1e-9, ...all.map(([, value]) => value)));
    const px = (value: number) => left + (value / (across.at(-1) ?? 1)) * (width - left - right);
    const py = (value: number) => height - bottom - (value / (up.at(-1) ?? 1)) * (height - top - bottom);
    return svg(width, height, [
        text(left, 24, title, 'font-size="15" font-weight="bold"'),
        ...across.flatMap((tick) => [
            stroke(px(tick), py(0), px(tick), top, grid),
            text(px(tick), height - bottom + 18, String(tick), 'text-anchor="middle"'),
        ]),
        ...up.flatMap((tick) => [
            stroke(left, py(tick), width - right, py(tick), grid),
            text(left - 8, py(tick) + 4, String(tick), 'text-anchor="end"'),
        ]),
        ...marks.flatMap(({ label, from, to }) => [
            `<rect x="${round(px(from))}" y="${top}" width="${round(Math.max(1, px(to) - px(from)))}" height="${height - bottom - top}" fill="#64748b" fill-opacity="0.15"/>`,
            text(
                0,
                0,
                label,
                `font-size="8" transform="translate(${round(px((from + to) / 2)) + 3} ${top + 4}) rotate(90)"`,
            ),
        ]),
        text((left + width - right) / 2, height - 12, x, 'text-anchor="middle"'),
        text(0, 0, y, `text-anchor="middle" transform="translate(16 ${(top + height - bottom) / 2}) rotate(-90)"`),
        ...series.flatMap(({ name, points }, i) => [
            `<polyline fill="none" stroke="${colour(i)}" stroke-width="2" points="${points.map(([a, b]) => `${round(px(a))},${round(py(b))}`).join(" ")}"/>`,
            ...(points.length > mostMarkedPoints ? [] : points).map(
                ([a, b]) => `<circle cx="${round(px(a))}" cy="${round(py(b))}" r="3" fill="${colour(i)}"/>`,
            ),
            stroke(
                width - right + 16,
                top + 18 * i,
                width - right + 36,
                top + 18 * i,
                `stroke="${colour(i)}" stroke-width="3"`,
            ),
            text(width - right + 42, top + 18 * i + 4, name),
        ]),
    ]);
}

/** A horizontal bar for each value, from its beginning to its end. The axis begins at 0. */
export function barChart({ title, x, bars }: BarChart): string {
    const [width, left, top, row, bottom, right] = [860, 330, 40, 22, 50, 60];
    const height = top + row * bars.length + bottom;
    const across = ticks(Math.max(1e-9, ...bars.flatMap(({ to, mark = 0 }) => [to, mark])));
    const px = (value: number) => left + (value / (across.at(-1) ?? 1)) * (width - left - right);
    const end = height - bottom;
    return svg(width, height, [
        text(20, 24, title, 'font-size="15" font-weight="bold"'),
        ...across.flatMap((tick) => [
            stroke(px(tick), top, px(tick), end, grid),
            text(px(tick), end + 18, String(tick), 'text-anchor="middle"'),
        ]),
        text((left + width - right) / 2, height - 12, x, 'text-anchor="middle"'),
        ...bars.flatMap(({ label, from, to, mark }, i) => {
            const y = top + row * i;
            const exceeds = mark !== undefined && to > mark;
            return [
                text(left - 8, y + 15, label, 'text-anchor="end"'),
                `<rect x="${round(px(from))}" y="${y + 4}" width="${round(Math.max(1, px(to) - px(from)))}" height="${row - 8}" fill="${exceeds ? colour(1) : colour(0)}"/>`,
                ...(mark === undefined
                    ? []
                    : [stroke(px(mark), y + 1, px(mark), y + row - 1, 'stroke="#111827" stroke-width="2"')]),
                text(px(to) + 6, y + 15, String(Number((to - from).toPrecision(3)))),
            ];
        }),
    ]);
}
