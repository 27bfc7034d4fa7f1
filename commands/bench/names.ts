/** Names that the measurements ask the resolver for. */
import type { DnsSettings } from "../../components/dns/settings";

/** The zone that names are made up in if the command line names none: the first one that is forwarded. */
export const forwardedZone = ({ forwardZones }: Pick<DnsSettings, "forwardZones">): string | undefined =>
    forwardZones.find(({ name }) => name !== ".")?.name;

/** A name that the resolver itself answers, and so many of a zone. Without a zone, only the former. */
export const namesToAsk = (zone: string | undefined, count: number): string[] => [
    "health.noc.internal",
    ...(zone === undefined ? [] : Array.from({ length: count }, (_, i) => `drill-${i}.${zone}`)),
];
