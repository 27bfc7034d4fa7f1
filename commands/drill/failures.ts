/** The failures that `npm run drill` brings about. */
import { projectFolder } from "../../tools/stack-config";
import { dhcpFailures } from "./dhcp-failures";
import { dnsFailures } from "./dns-failures";
import type { Failure } from "./failure";
import { KilledUps } from "./killed-up";
import { redisFailures } from "./redis-failures";
import { deployFrom, notInstalled } from "./upgrade";

/** All failures, in the order in which they are brought about. @param redundant whether there are two DHCP servers. */
export const failures = (redundant: boolean): readonly Failure[] => [
    {
        name: "nothing",
        title: "nothing, for comparison",
        breaks: (stack) => stack.pause(20),
    },
    ...redisFailures,
    ...dnsFailures,
    ...dhcpFailures(redundant),
    {
        name: "everything-rolled",
        title: "every workload of the stack rolled in turn, as an upgrade of its image does",
        dns: { lost: 0 },
        dhcp: redundant ? { lost: 0 } : {},
        breaks: async (stack) => {
            for (const workload of await stack.workloads()) {
                await stack.rollAndBack(workload);
            }
        },
    },
    {
        name: "upgraded",
        title: "the stack upgraded by npm run up to the version in --upgrade, and back",
        dns: { lost: 0 },
        dhcp: redundant ? { lost: 0 } : {},
        unavailable: ({ options: { upgrade } }) =>
            upgrade === undefined ? "needs --upgrade, a folder with the version to upgrade to" : notInstalled(upgrade),
        breaks: async (stack) => {
            const { upgrade = "" } = stack.options;
            stack.undoLater(() => deployFrom(projectFolder));
            await deployFrom(upgrade);
        },
    },
    upKilled(),
];

function upKilled(): Failure {
    let ups: KilledUps | undefined;
    return {
        name: "up-killed",
        title: "npm run up killed at random points and interrupted by Ctrl-C; then the next one has to converge",
        dns: { lost: 0 },
        dhcp: {},
        breaks: async (stack) => {
            const own = (ups = new KilledUps(stack.settings));
            stack.undoLater(() => own.restore());
            await own.run(stack.options.kills);
        },
        checks: () => Promise.resolve(ups?.problems ?? []),
    };
}
