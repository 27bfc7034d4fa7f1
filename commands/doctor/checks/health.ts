/** Checks of a cluster that the stack runs on: what people would look at by hand every now and then. */
import type { V1CronJob } from "@kubernetes/client-node";

import { defineCheck, type Finding, found, skipped } from "../check";
import { assigned, nameOf } from "./read";

export const apiServer = defineCheck({
    name: "api-server",
    looksAt: "the API server's own checks (`/readyz?verbose`), etcd's among them",
    needs: ["readyz"],
    run: ({ readyz: { passed, failed } }) =>
        found(
            `${passed} of ${passed + failed.length} passed`,
            ...failed.map((name) => ({
                severity: "error" as const,
                what: `the API server is not ready: ${name} fails`,
                why: "requests to it are refused or hang, and nothing in the cluster changes",
                mend: `kubectl get --raw '/readyz/${name}?verbose'`,
            })),
        ),
});

/** An event that happens as often as this in an hour does not pass by itself. */
const manyTimes = 5;

export const events = defineCheck({
    name: "events",
    looksAt: `warning events of the last hour that happened ${manyTimes} times or more`,
    needs: ["warnings"],
    run: ({ warnings }) => {
        const repeated = warnings.filter(({ count }) => count >= manyTimes).sort((a, b) => b.count - a.count);
        return found(
            `${warnings.length} kinds of warnings, ${repeated.length} of them repeated`,
            ...repeated.slice(0, 10).map(({ namespace, object, reason, message, count }) => ({
                severity: "warning" as const,
                what: `${object} in ${namespace}, ${count} times: ${reason}: ${message}`,
                why: "what happens this often in an hour rarely mends itself",
                mend: `kubectl events -n ${namespace} --for ${object}`,
            })),
        );
    },
});

const hours = (from: Date): number => (Date.now() - new Date(from).getTime()) / 3_600_000;

/** How long ago, roughly. */
const ago = (from: Date): string =>
    hours(from) < 48 ? `${hours(from).toFixed(0)} h` : `${(hours(from) / 24).toFixed(0)} days`;

/** A backup takes minutes; later than this after its start, it has failed. */
const longestBackup = 2;

export const backupAge = defineCheck({
    name: "backups",
    looksAt: "how old the newest backup of each kind is, and whether a later one has failed",
    needs: ["cronJobs"],
    run: ({ cronJobs }, { backups }) => {
        if (!backups.enabled) {
            return skipped("noc:backups.enabled is false");
        }
        const own = cronJobs.filter(({ metadata }) => metadata?.labels?.["k8s-noc/backup"] !== undefined);
        const missed = own.filter(({ status }) => {
            const { lastScheduleTime: begun, lastSuccessfulTime: done } = status ?? {};
            return begun !== undefined && hours(begun) > longestBackup && (!done || new Date(done) < new Date(begun));
        });
        const age = ({ metadata, status }: V1CronJob) =>
            `${metadata?.name ?? ""} ${status?.lastSuccessfulTime ? ago(status.lastSuccessfulTime) : "never"}`;
        return found(
            own.map(age).join(", ") || "no CronJob makes any",
            ...missed.map(({ metadata }) => ({
                severity: "error" as const,
                what: `the last ${metadata?.name ?? ""} in ${metadata?.namespace ?? ""} has failed`,
                why: "what has changed since the one before it is lost with the disk",
                mend: `kubectl -n ${metadata?.namespace ?? ""} get jobs,pods, and see components/backups/runbook.md`,
            })),
        );
    },
});

export const announced = defineCheck({
    name: "announced-addresses",
    looksAt: "whether a node announces each Service's address (MetalLB's ServiceL2Status)",
    needs: ["services", "announcements"],
    run: ({ services, announcements }, { metallb }) => {
        if (!metallb.enabled) {
            return skipped("noc:metallb.enabled is false");
        }
        const balanced = services.filter((service) => assigned([service]).length > 0);
        const all = balanced.map((service) => {
            const namespace = service.metadata?.namespace ?? "";
            const nodes = announcements
                .filter((one) => one.service === nameOf(service) && one.namespace === namespace)
                .map(({ node }) => node);
            return { namespace, name: nameOf(service), address: assigned([service]).join(", "), nodes };
        });
        return found(
            all.map(({ address, nodes }) => `${address} ${nodes.join(" and ") || "nowhere"}`).join("; ") || "none",
            ...all
                .filter(({ nodes }) => nodes.length === 0)
                .map(({ namespace, name, address }): Finding => ({
                    severity: "error",
                    what: `no node announces ${address}, the address of ${namespace}/${name}`,
                    why: "nobody on the network reaches it; with traffic policy Local, it needs a ready pod on a node",
                    mend: `kubectl -n ${namespace} get endpointslices -l kubernetes.io/service-name=${name}`,
                })),
        );
    },
});

export const routes = defineCheck({
    name: "routes",
    looksAt: "whether each Service behind an HTTPRoute has a pod that is ready",
    needs: ["routes", "endpoints"],
    run: ({ routes, endpoints }) => {
        const backends = routes.flatMap(({ namespace, name, hosts, services }) =>
            services.map((service) => ({
                route: `${namespace}/${name}`,
                hosts,
                service,
                ready:
                    endpoints.find((one) => one.service === service.name && one.namespace === service.namespace)
                        ?.ready ?? 0,
            })),
        );
        return found(
            backends.map(({ hosts, ready }) => `${hosts.join(", ")} ${ready}`).join("; ") || "none",
            ...backends
                .filter(({ ready }) => ready === 0)
                .map(({ route, hosts, service }): Finding => ({
                    severity: "error",
                    what: `${hosts.join(", ")} (${route}) leads to ${service.namespace}/${service.name}, which has no ready pod`,
                    why: "the gateway answers with 503",
                    mend: `kubectl -n ${service.namespace} describe service ${service.name}`,
                })),
        );
    },
});
