/** The soak itself: the loads, the rolls and the samples. */
import { setTimeout as sleep } from "node:timers/promises";

import { deployedNamespaces } from "../../components/settings";
import { environment } from "../../config/environment";
import { type DnsMeasurement, measureDns } from "../bench/dnsperf";
import { type DhcpMeasurement, measureDhcp } from "../bench/perfdhcp";
import { stolenSince } from "../bench/report";
import type { Undo } from "../bench/restore";
import { shown } from "../bench/statistics";
import { kubernetesApi } from "../doctor/api";
import { DhcpLoad } from "../drill/dhcp-load";
import { DnsLoad } from "../drill/dns-load";
import type { Sample } from "../drill/outcome";
import type { Stack } from "../drill/stack";
import { liftClientLimit } from "./client-limit";
import { type MemorySample, samplesIn } from "./memory";
import { minutesOf, type Roll, type Timed } from "./minutes";

export interface SoakOptions {
    readonly minutes: number;
    /** Queries per second of dnsperf. */
    readonly rate: number;
    readonly names: readonly string[];
    /** What perfdhcp asks for. It is not run if not set. */
    readonly exchanges?: {
        /** Address of this machine that perfdhcp sends from. The clients that repeat have another one. */
        readonly relay: string;
        readonly clients: number;
        /** Leases and renewals per second, of each half. */
        readonly rate: number;
    };
}

/** All that was measured. Times are milliseconds since 1970. */
export interface SoakResult {
    readonly began: number;
    readonly ended: number;
    /** How long caches fill at the beginning, and memory grows in a new container, in milliseconds. */
    readonly settling: number;
    readonly steps: readonly Timed<DnsMeasurement>[];
    readonly exchanges: readonly Timed<DhcpMeasurement>[];
    /** Requests of the clients that repeat them. */
    readonly dns: readonly Sample[];
    readonly dhcp: readonly Sample[];
    /** Clients that were refused or given another address. */
    readonly addressesChanged: number;
    readonly rolls: readonly Roll[];
    readonly notRolled: readonly string[];
    readonly memory: readonly MemorySample[];
    /** Shares of the CPU time that other virtual machines took since the sample before, in percent. NaN if not known. */
    readonly stolen: readonly Timed<number>[];
    /** Containers that were restarted in a pod that lives on. */
    readonly restarts: number;
    /** What failed without ending the run. */
    readonly problems: readonly string[];
}

/** Queries per second of the clients that repeat them. */
const repeatingRate = 100;
/** Length of a run of dnsperf or perfdhcp, in seconds. */
const stepLength = 10;
const memoryPeriod = 15_000;
const minute = 60_000;

/** How long caches may fill: five minutes, or an eighth of a shorter run. */
export const settlingOf = (minutes: number): number => Math.min(5, minutes / 8) * minute;

/** When each of the rolls begins, in milliseconds since the beginning: spread evenly, none while caches still fill. */
export const rollTimes = (count: number, minutes: number): number[] => {
    const settling = settlingOf(minutes);
    return Array.from({ length: count }, (_, i) => settling + (i * (minutes * minute - 2 * settling)) / count);
};

export class SoakRun {
    private readonly steps: Timed<DnsMeasurement>[] = [];
    private readonly exchanges: Timed<DhcpMeasurement>[] = [];
    private readonly dhcp: Sample[] = [];
    private readonly rolls: Roll[] = [];
    private readonly memory: MemorySample[] = [];
    private readonly stolen: Timed<number>[] = [];
    private readonly problems: string[] = [];
    private readonly notRolled = new Set<string>();
    /** Restarts of each container that there were before, and that there are now. */
    private readonly restarts = new Map<string, { readonly before: number; readonly now: number }>();
    private readonly stolenShare = stolenSince();
    private dns?: DnsLoad;
    private population?: DhcpLoad;
    private began = NaN;
    private ended = NaN;
    /** Whether workloads still have to be rolled, which the load waits for. */
    private rolling = true;
    /** Whether it was interrupted. */
    private over = false;

    constructor(
        private readonly stack: Stack,
        private readonly options: SoakOptions,
    ) {}

    public get result(): SoakResult {
        const { began, steps, exchanges, dhcp, rolls, notRolled, memory, stolen, problems } = this;
        return {
            began,
            ended: this.ended,
            settling: settlingOf(this.options.minutes),
            steps,
            exchanges,
            dns: this.dns?.ended ?? [],
            dhcp,
            addressesChanged: this.population?.changed ?? 0,
            rolls,
            notRolled: [...notRolled],
            memory,
            stolen,
            restarts: [...this.restarts.values()].reduce((sum, { before, now }) => sum + now - before, 0),
            problems,
        };
    }

    /** @throws Error if the stack is not whole at the beginning, or a client gets no lease. */
    public async run(undoLater: (description: string, undo: Undo) => void): Promise<void> {
        const { stack, options } = this;
        await stack.settled();
        undoLater("repairing", () => stack.repair());
        undoLater("restoring noc:dns.clientQueryLimit", await liftClientLimit(stack));
        const router = stack.settings.dhcp.subnets[0]?.router ?? "";
        const population = await DhcpLoad.start(stack.dhcpAddresses, router, environment.relayAddress);
        this.population = population;
        undoLater("releasing the leases", () => population.stop());
        const dns = new DnsLoad([stack.resolver.address], options.names, repeatingRate);
        this.dns = dns;
        this.began = Date.now();
        const visits = setInterval(() => population.visit(), 1000);
        const clock = setInterval(() => this.report(), minute);
        const work = this.loops();
        undoLater("ending the load", async () => {
            this.over = true;
            clearInterval(clock);
            clearInterval(visits);
            await work;
            await dns.stop();
        });
        console.log(
            `${options.minutes} minutes of ${options.rate} + ${repeatingRate} DNS queries a second and two DHCP clients a second${options.exchanges ? ` + ${options.exchanges.rate} DHCP exchanges a second` : ""}; Ctrl-C ends it and restores the stack`,
        );
        await work;
        this.ended = Date.now();
        await dns.stop();
        this.dhcp.push(...(await population.take()));
    }

    private async loops(): Promise<void> {
        const { resolver, dhcpAddresses } = this.stack;
        const { rate, names, exchanges } = this.options;
        await Promise.all([
            this.repeat("dnsperf", async (at) => {
                const measured = await measureDns({ server: resolver.address, names, rate, seconds: stepLength });
                this.steps.push({ at, measured });
            }),
            exchanges &&
                this.repeat("perfdhcp", async (at) => {
                    const { relay, clients } = exchanges;
                    const each = Math.ceil(exchanges.rate / 2);
                    const load = { rate: each, renewals: each, clients, seconds: stepLength };
                    this.exchanges.push({
                        at,
                        measured: await measureDhcp({ server: dhcpAddresses[0], relay, ...load }),
                    });
                }),
            this.repeat("sampling", async (at) => {
                await this.sample(at);
                await this.wait(at + memoryPeriod);
            }),
            this.repeat("DHCP", async (at) => {
                await this.wait(at + minute);
                this.dhcp.push(...((await this.population?.take()) ?? []));
            }),
            this.rollAll().finally(() => (this.rolling = false)),
        ]);
    }

    private get deadline(): number {
        return this.began + this.options.minutes * minute;
    }

    /** Waits until a time, or until it is interrupted. */
    private async wait(time: number): Promise<void> {
        while (!this.over && Date.now() < time) {
            await sleep(Math.min(1000, Math.max(0, time - Date.now())));
        }
    }

    /** Repeats work until the time is over and no roll is under way. A failure of it is noted, and the run goes on. */
    private async repeat(title: string, work: (at: number) => Promise<void>): Promise<void> {
        while (!this.over && (this.rolling || Date.now() < this.deadline)) {
            await work(Date.now()).catch(async (error: unknown) => {
                this.note(title, error);
                await this.wait(Date.now() + 1000);
            });
        }
    }

    /** Keeps and prints why something failed. */
    private note(title: string, error: unknown): string {
        const text = `${title}: ${(error instanceof Error ? error.message : String(error)).split("\n")[0]}`;
        this.problems.push(text);
        console.log(`  ${text}`);
        return text;
    }

    private async rollAll(): Promise<void> {
        const workloads = await this.stack.workloads();
        const times = rollTimes(workloads.length, this.options.minutes);
        const named = workloads.map((workload) => ({ workload, title: `${workload.namespace}/${workload.name}` }));
        named.forEach(({ title }) => this.notRolled.add(title));
        for (const [i, { workload, title }] of named.entries()) {
            await this.wait(this.began + (times[i] ?? 0));
            if (this.over || Date.now() >= this.deadline) {
                return;
            }
            const began = Date.now();
            let failed: string | undefined;
            await this.stack.rollAndBack(workload).catch(async (error: unknown) => {
                failed = this.note(`roll of ${title}`, error);
                await this.stack.repair().catch((again: unknown) => this.note(`repair after it`, again));
            });
            this.notRolled.delete(title);
            this.rolls.push({ workload: title, began, ended: Date.now(), failed });
            console.log(`  rolled ${title} in ${shown((Date.now() - began) / 1000)} s`);
        }
    }

    /** Keeps the memory and the restarts of all containers, and the stolen CPU time. */
    private async sample(at: number): Promise<void> {
        this.stolen.push({ at, measured: this.stolenShare() });
        const { cluster, settings } = this.stack;
        const namespaces = new Set(deployedNamespaces(settings));
        const api = kubernetesApi(cluster.config);
        const { items: nodes } = await cluster.core.listNode();
        await Promise.all(
            nodes.map(async ({ metadata }) => {
                const path = `/api/v1/nodes/${metadata?.name ?? ""}/proxy/metrics/resource`;
                // A kubelet that is too busy to answer is asked again the next time.
                const text = await api.text(path).catch(() => "");
                this.memory.push(...samplesIn(text, at, namespaces));
            }),
        );
        const { items: pods } = await cluster.core.listPodForAllNamespaces();
        const isFirst = this.restarts.size === 0;
        for (const { metadata, status } of pods.filter((pod) => namespaces.has(pod.metadata?.namespace ?? ""))) {
            for (const { name, restartCount: now } of status?.containerStatuses ?? []) {
                const key = `${metadata?.uid ?? ""} ${name}`;
                this.restarts.set(key, { before: this.restarts.get(key)?.before ?? (isFirst ? now : 0), now });
            }
        }
    }

    /** Prints what was measured in the last minute. */
    private report(): void {
        const ended = Date.now();
        const requests = this.dns?.ended ?? [];
        const { steps, rolls, stolen } = this;
        const [last] = minutesOf({ began: ended - minute, ended, settling: 0, steps, requests, rolls, stolen });
        if (last) {
            console.log(
                `minute ${Math.round((ended - this.began) / minute)} of ${this.options.minutes}: p50 ${shown(last.p50, 2)} ms, p99 ${shown(last.p99, 2)} ms, ${last.unanswered} of ${last.sent} unanswered; with repetition ${last.lost} of ${last.requests} lost${Number.isNaN(last.stolen) ? "" : `; ${shown(last.stolen)} % of the CPU time stolen`}`,
            );
        }
    }
}
