/** Changes of the poc stack's DHCP settings, and what its user is told of those that are refused. */
import { expect } from "chai";

import { parseSettings } from "../components/settings";
import { type SettingChanges, withSettings } from "../tools/mock-engine";
import { stackConfig } from "../tools/stack-config";
import { messageOf } from "./support";

export const subnet = {
    id: 1,
    subnet: "192.168.1.0/24",
    pools: ["192.168.1.100-192.168.1.200"],
    router: "192.168.1.1",
};
export const client = { hwAddress: "02:00:00:00:00:01", address: "192.168.1.10" };

/** The key of the poc stack's only subnet. */
export const key = "noc:dhcp.subnets[0]";

/** That subnet, changed. */
export const inSubnet = (change: object) => ({ "dhcp.subnets": [{ ...subnet, ...change }] });

/** The same with reservations. */
export const reserved = (...reservations: object[]) => inSubnet({ reservations });

/** Another network in its place. */
export const networkOf = (network: string, router: string, pool: string) => ({
    "dhcp.resolvers": ["192.0.2.53"],
    ...inSubnet({ subnet: network, router, pools: [pool] }),
});

/** What is changed in the poc stack, and all that the error says about it. */
export type Refused = [title: string, change: SettingChanges, ...messages: string[]];

export const parsed = (change: SettingChanges) => parseSettings(withSettings(stackConfig("poc"), change));

export function testRefused(cases: readonly Refused[]): void {
    for (const [title, change, ...messages] of cases) {
        it(`refuse ${title}`, () => {
            const lines = messages.map((message) => `\n  ${message}${message.endsWith("?") ? "" : "."}`);
            expect(messageOf(() => parsed(change))).to.equal(
                `the stack's configuration cannot be deployed:${lines.join("")}`,
            );
        });
    }
}
