/** Failures of the DHCP server. With two servers, the clients notice little of them. */
import { needsNodes } from "./dns-failures";
import type { Failure } from "./failure";
import { malformedPackets, sendMalformedDhcp } from "./packets";
import { primaryKea } from "./stack";

/** How long a drained node stays so, in seconds. A volume may keep the pod from moving to another one. */
const duration = 20;

/** @param redundant whether there are two servers. */
export function dhcpFailures(redundant: boolean): readonly Failure[] {
    // The return of the primary is a change of servers, too.
    const takenOver = { lost: 0, longest: 3 };
    // A single server is back with its node; how long that takes is the node's affair.
    const withNode = redundant ? takenOver : {};
    const which = redundant ? "the primary DHCP server" : "the DHCP server";
    return [
        {
            name: "kea-killed",
            title: `${which}'s pod killed`,
            dhcp: redundant ? takenOver : { outage: 30 },
            breaks: (stack) => stack.kill(primaryKea),
        },
        {
            name: "kea-node-drained",
            title: `the node of ${which} drained of it for ${duration} s`,
            dhcp: withNode,
            breaks: async (stack) => {
                await stack.drain(await stack.nodeOf(primaryKea), primaryKea);
                await stack.pause(duration);
            },
        },
        {
            name: "kea-node-lost",
            title: `the node of ${which} lost`,
            dhcp: withNode,
            unavailable: needsNodes,
            breaks: async (stack) => stack.loseNode(await stack.nodeOf(primaryKea)),
        },
        {
            name: "malformed-dhcp",
            title: `${malformedPackets.toLocaleString("en")} malformed DHCP packets`,
            dhcp: { lost: 0, outage: 3 },
            breaks: ({ dhcpAddresses: [address] }) => sendMalformedDhcp(address),
        },
    ];
}
