/** What was measured in each minute of the run. */
import type { DnsMeasurement } from "../bench/dnsperf";
import { mean, median } from "../bench/statistics";
import type { Sample } from "../drill/outcome";

/** A run of dnsperf or perfdhcp, which began at a time in milliseconds since 1970. */
export interface Timed<T> {
    readonly at: number;
    readonly measured: T;
}

/** A workload that was rolled. Times are milliseconds since 1970. */
export interface Roll {
    /** `noc/unbound`. */
    readonly workload: string;
    readonly began: number;
    readonly ended: number;
    /** Why it did not succeed. */
    readonly failed?: string;
}

export interface Minute {
    /** Milliseconds since 1970. */
    readonly began: number;
    /** Whether a workload was rolled in it, or it is one of the first ones, in which caches fill. */
    readonly disturbed: boolean;
    /** Medians of dnsperf's runs, in milliseconds. NaN if none began in this minute. */
    readonly p50: number;
    readonly p99: number;
    /** Queries of dnsperf, and those that were not answered within a second. */
    readonly sent: number;
    readonly unanswered: number;
    /** Requests of the clients that repeat them, and those that were never answered. */
    readonly requests: number;
    readonly lost: number;
    /** Mean share of the CPU time that other virtual machines took, in percent. NaN if it is not known. */
    readonly stolen: number;
}

export interface MinutesOptions {
    /** Milliseconds since 1970. */
    readonly began: number;
    readonly ended: number;
    /** How long the first, disturbed time lasts, in milliseconds. */
    readonly settling: number;
    readonly steps: readonly Timed<Pick<DnsMeasurement, "p50" | "p99" | "sent" | "lost">>[];
    readonly requests: readonly Sample[];
    readonly rolls: readonly Roll[];
    /** Shares of the CPU time that other virtual machines took, in percent. */
    readonly stolen: readonly Timed<number>[];
}

const length = 60_000;

/** The minutes from the beginning to the end. */
export function minutesOf({ began, ended, settling, steps, requests, rolls, stolen }: MinutesOptions): Minute[] {
    return Array.from({ length: Math.ceil((ended - began) / length) }, (_, i) => {
        const from = began + i * length;
        const within = (time: number) => time >= from && time < from + length;
        const own = steps.filter(({ at }) => within(at)).map(({ measured }) => measured);
        const asked = requests.filter(({ sent }) => within(sent));
        return {
            began: from,
            disturbed:
                from < began + settling || rolls.some((roll) => roll.began < from + length && roll.ended >= from),
            p50: median(own.map(({ p50 }) => p50)),
            p99: median(own.map(({ p99 }) => p99)),
            sent: own.reduce((sum, { sent }) => sum + sent, 0),
            unanswered: own.reduce((sum, { lost }) => sum + lost, 0),
            requests: asked.length,
            lost: asked.filter(({ answered }) => answered === undefined).length,
            stolen: mean(stolen.filter(({ at }) => within(at)).map(({ measured }) => measured)),
        };
    });
}

/** Medians of the undisturbed minutes of each half, in milliseconds. NaN for a half that has none. */
export function halves(minutes: readonly Minute[], value: (minute: Minute) => number): [first: number, second: number] {
    const middle = minutes.length / 2;
    const of = (some: readonly Minute[]) =>
        median(
            some
                .filter(({ disturbed }) => !disturbed)
                .map(value)
                .filter((one) => !Number.isNaN(one)),
        );
    return [of(minutes.slice(0, Math.floor(middle))), of(minutes.slice(Math.ceil(middle)))];
}
