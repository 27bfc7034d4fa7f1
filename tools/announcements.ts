/** What MetalLB says about the addresses that it announces. */

/** A node that announces the address of a Service. */
export interface Announcement {
    readonly namespace: string;
    /** Name of the Service. */
    readonly service: string;
    readonly node: string;
}

/**
 * What a list of MetalLB's ServiceL2Statuses says. A speaker sometimes makes two of them for one announcement
 * (https://github.com/metallb/metallb/pull/2712); they count once.
 */
export function announcementsIn(list: unknown): Announcement[] {
    type L2Status = { status?: { node?: string; serviceName?: string; serviceNamespace?: string } };
    const { items } = list as { items: L2Status[] };
    const all = items.map(({ status: { node = "", serviceName = "", serviceNamespace = "" } = {} }) => ({
        node,
        service: serviceName,
        namespace: serviceNamespace,
    }));
    return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}
