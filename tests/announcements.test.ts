import { expect } from "chai";

import { announcementsIn } from "../tools/announcements";

describe("the announcements of MetalLB", () => {
    const status = (serviceName: string, node: string) => ({
        status: { node, serviceName, serviceNamespace: "noc" },
    });
    const announced = (...items: unknown[]) => announcementsIn({ items }).map(({ service, node }) => [service, node]);

    it("count once where a speaker has made two statuses of one", () => {
        expect(
            announced(status("unbound", "node3"), status("kea-dhcp", "node3"), status("unbound", "node3")),
        ).to.deep.equal([
            ["unbound", "node3"],
            ["kea-dhcp", "node3"],
        ]);
    });

    it("of two nodes for one Service are both told", () => {
        expect(announced(status("unbound", "node2"), status("unbound", "node3"))).to.deep.equal([
            ["unbound", "node2"],
            ["unbound", "node3"],
        ]);
    });
});
