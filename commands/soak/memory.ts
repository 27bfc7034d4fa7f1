/** Memory of containers over time: samples from the kubelets, and whether it grows. */
import { mean } from "../bench/statistics";

/** The working set of a container at a moment. */
export interface MemorySample {
    /** Milliseconds since 1970. */
    readonly at: number;
    /** Namespace and container: `noc/unbound`. */
    readonly container: string;
    readonly pod: string;
    readonly bytes: number;
}

/** How the memory of one container in one pod developed. */
export interface MemoryTrend {
    readonly container: string;
    readonly pod: string;
    /** Both ends of the straight line that fits the samples best (least squares), in bytes. */
    readonly from: number;
    readonly to: number;
    /** How long it was observed, in seconds. */
    readonly seconds: number;
}

const line =
    /^container_memory_working_set_bytes\{container="([^"]*)",namespace="([^"]*)",pod="([^"]*)"\} (\S+)(?: \d+)?$/gm;

/**
 * Reads what a kubelet answers at `/metrics/resource`: https://kubernetes.io/docs/reference/instrumentation/node-metrics/
 * @param namespaces others are left out.
 */
export const samplesIn = (text: string, at: number, namespaces: ReadonlySet<string>): MemorySample[] =>
    [...text.matchAll(line)].flatMap(([, container = "", namespace = "", pod = "", bytes]) =>
        namespaces.has(namespace) ? [{ at, container: `${namespace}/${container}`, pod, bytes: Number(bytes) }] : [],
    );

/** The straight line through points by least squares, as its values at the first and the last one. */
export function fittedLine(points: readonly (readonly [x: number, y: number])[]): [from: number, to: number] {
    const [meanX, meanY] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))];
    const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
    const slope = spread === 0 ? 0 : points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
    const at = (x: number) => meanY + slope * (x - meanX);
    return [at(points[0]?.[0] ?? NaN), at(points.at(-1)?.[0] ?? NaN)];
}

/** The time of the run, in milliseconds. */
export interface Observation {
    /** Since 1970. */
    readonly began: number;
    readonly ended: number;
    /** How long memory may still grow after the run or a container has begun. */
    readonly settling: number;
}

/**
 * The trend of each container, of the pod in which it grew most. Pods that were observed for less than a third of the run
 * are left out: a roll of a pod that lives on for the rest of the run leaves it or its successor for longer than that.
 */
export function memoryTrends(samples: readonly MemorySample[], { began, ended, settling }: Observation): MemoryTrend[] {
    const trends = [...grouped(samples, ({ container, pod }) => `${container} ${pod}`).values()].flatMap((own) => {
        const [first] = own;
        const settled = own.filter(({ at }) => at >= Math.max(began, first?.at ?? 0) + settling);
        const seconds = ((settled.at(-1)?.at ?? 0) - (settled[0]?.at ?? 0)) / 1000;
        if (!first || settled.length < 3 || seconds * 1000 < (ended - began) / 3) {
            return [];
        }
        const [from, to] = fittedLine(settled.map(({ at, bytes }) => [at, bytes]));
        return [{ container: first.container, pod: first.pod, from, to, seconds }];
    });
    return [...grouped(trends, ({ container }) => container).values()]
        .flatMap((own) => own.sort((a, b) => growth(b) - growth(a))[0] ?? [])
        .sort((a, b) => b.to - a.to);
}

const growth = ({ from, to }: MemoryTrend): number => to - from;

/** Growth that counts as none: of the memory at the beginning, and in bytes for small containers. */
export const allowedGrowth = { fraction: 0.1, bytes: 8 * 2 ** 20 } as const;

/** Whether the memory of a container grew by more than is allowed. */
export const grows = (trend: MemoryTrend): boolean =>
    growth(trend) > Math.max(allowedGrowth.fraction * trend.from, allowedGrowth.bytes);

/** Groups of items with the same key, in the order of their first item. */
export function grouped<T>(items: readonly T[], key: (item: T) => string | number): Map<string | number, T[]> {
    const groups = new Map<string | number, T[]>();
    for (const item of items) {
        const group = groups.get(key(item));
        if (group) {
            group.push(item);
        } else {
            groups.set(key(item), [item]);
        }
    }
    return groups;
}
