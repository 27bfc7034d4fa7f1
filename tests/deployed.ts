/** The deployed stack, for the suites that check it. */
import type { Context } from "mocha";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { existingStack } from "../commands/pulumi";
import type { Settings } from "../components/settings";
import { environment } from "../config/environment";
import { Cluster, fetchForwarded } from "../tools/cluster";
import { stackSettings } from "../tools/stack-config";

/** The stack's outputs, see index.ts. */
export interface Outputs {
    readonly kubeContext: string;
    /** The first of `dnsAddresses`. */
    readonly dnsAddress?: string;
    readonly dnsAddresses?: readonly string[];
    readonly dnsdistAddresses?: readonly string[];
    readonly dhcpAddress?: string;
    readonly dhcpStandbyAddress?: string;
    readonly grafanaAddress?: string;
    readonly grafanaPassword?: string;
    readonly caCertificate?: string;
}

/** What a suite has to know of the stack. */
export interface Deployed {
    readonly outputs: Outputs;
    readonly settings: Settings;
    readonly cluster: Cluster;
}

let known: Promise<Deployed> | undefined;

/** The selected stack, as it is deployed. @throws Error where it is not. */
export function deployed(): Promise<Deployed> {
    known ??= look();
    return known;
}

async function look(): Promise<Deployed> {
    const { stackOutputs } = environment;
    const text = stackOutputs
        ? readFileSync(stackOutputs, "utf8")
        : (await existingStack())?.read(["stack", "output", "--json", "--show-secrets"]);
    const outputs = JSON.parse(text ?? "{}") as Partial<Outputs>;
    if (!outputs.kubeContext) {
        throw new Error(`the stack ${environment.stack} is not deployed; run: npm run up`);
    }
    return {
        outputs: { ...outputs, kubeContext: outputs.kubeContext },
        settings: stackSettings(environment.stack),
        cluster: new Cluster(outputs.kubeContext),
    };
}

/** Skips a test and prints the reason. It counts as pending, never as passed. */
export function unchecked(test: Context, why: string): never {
    console.log(`      not checked: ${test.test?.title ?? ""} (${why})`);
    return test.skip();
}

/** Repeats a check until it passes. @throws the last error when the time is up. */
export async function eventually<T>(check: () => Promise<T>, seconds: number): Promise<T> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
        try {
            return await check();
        } catch (error) {
            if (Date.now() > deadline) {
                throw error;
            }
            await sleep(500);
        }
    }
}

/** Sums the samples of a metric over its series, or over those with the given label text in them. */
export function sumOf(exposition: string, metric: string, label = ""): number {
    return exposition
        .split("\n")
        .filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `))
        .filter((line) => line.includes(label))
        .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

/** What the exporters of all pods with this label export, one text a pod. */
export async function scrape(namespace: string, selector: string, port: number): Promise<string[]> {
    const { cluster } = await deployed();
    return Promise.all(
        (await cluster.pods(namespace, selector)).map((pod) =>
            cluster.whileForwarded(pod, port, async (url) => (await fetchForwarded(`${url}/metrics`)).text()),
        ),
    );
}
