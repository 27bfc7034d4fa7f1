/** What clients noticed of a failure. */
import { quantile } from "../bench/statistics";

/** A request of a client. Times are milliseconds since 1970. */
export interface Sample {
    readonly sent: number;
    /** When the answer arrived. Undefined if none did, not even to the repetitions. */
    readonly answered?: number;
    /** How often the request was sent. */
    readonly tries: number;
}

/** What the clients noticed between the failure and its repair. */
export interface Outcome {
    readonly requests: number;
    /** Requests that were answered only after they had been repeated. */
    readonly repeated: number;
    /** Requests that were never answered. */
    readonly lost: number;
    /** 99th percentile of the answers' delay, in milliseconds. NaN if there was no answer. */
    readonly p99: number;
    /** The longest delay of an answer, in seconds, with the repetitions that it took. 0 if there was no answer. */
    readonly longest: number;
    /** Seconds from the failure to the last request in trouble. 0 if none was. */
    readonly outage: number;
}

/** Sums up the requests that were sent at or after the failure. */
export function outcomeOf(samples: readonly Sample[], failure: number): Outcome {
    const own = samples.filter(({ sent }) => sent >= failure);
    const lost = own.filter(({ answered }) => answered === undefined);
    const repeated = own.filter(({ answered, tries }) => answered !== undefined && tries > 1);
    const last = highest([failure, ...[...lost, ...repeated].map(({ sent }) => sent)]);
    const delays = own.flatMap(({ sent, answered }) => (answered === undefined ? [] : [answered - sent]));
    return {
        requests: own.length,
        repeated: repeated.length,
        lost: lost.length,
        p99: quantile(delays, 0.99),
        longest: highest([0, ...delays]) / 1000,
        outage: (last - failure) / 1000,
    };
}

/** The highest of the numbers. Math.max takes no more arguments than the stack holds, and an hour has more requests. */
const highest = (numbers: readonly number[]): number => numbers.reduce((most, one) => Math.max(most, one), -Infinity);

/** The bound of a drill. A bound that is not given is not checked. */
export interface Bar {
    /** Requests that may be lost. */
    readonly lost?: number;
    /** Seconds that an answer may take, with the repetitions. */
    readonly longest?: number;
    /** Seconds that the outage may last. */
    readonly outage?: number;
    /** 99th percentile of the delay, in milliseconds. */
    readonly p99?: number;
}

/** What exceeds the bar, in words. */
export function exceeded({ lost, longest, outage, p99 }: Outcome, bar: Bar): string[] {
    return [
        bar.lost !== undefined && lost > bar.lost ? `${lost} lost` : "",
        bar.longest !== undefined && longest > bar.longest ? `an answer after ${longest.toFixed(1)} s` : "",
        bar.outage !== undefined && outage > bar.outage ? `outage ${outage.toFixed(1)} s` : "",
        bar.p99 !== undefined && !(p99 <= bar.p99) ? `p99 ${p99.toFixed(0)} ms` : "",
    ].filter(Boolean);
}

/** The bar in words. */
export const barText = ({ lost, longest, outage, p99 }: Bar): string =>
    [
        lost === undefined ? "" : `${lost} lost`,
        longest === undefined ? "" : `every answer within ${longest} s`,
        outage === undefined ? "" : `outage ${outage} s`,
        p99 === undefined ? "" : `p99 ${p99} ms`,
    ]
        .filter(Boolean)
        .join(", ");
