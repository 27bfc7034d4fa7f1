"""Answers DNS messages (RFC 1035) from the leases. It reads nothing of a query but its question and its OPT record."""
import ipaddress
import struct
import time
from collections import Counter

from leases import Unavailable

# How long a client may keep an answer, in seconds.
TTL = 1
# Queries that wait for Kea. More are not answered.
MOST_WAITING = 500

A, NS, SOA, PTR, OPT, ANY = 1, 2, 6, 12, 41, 255
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = range(6)
RCODES = ("NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED")


def wire(labels):
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def labels_of(name):
    return tuple(label.encode() for label in name.lower().removesuffix(".").split("."))


def question_in(query):
    """The labels of the question's name, its type, its class, and where it ends. Raises ValueError if it is malformed."""
    labels, at = [], 12
    while True:
        length = query[at] if at < len(query) else 0xFF
        # A question has nothing before it that a compressed name could point to.
        if length > 63 or at + length - 12 > 254:
            raise ValueError("malformed name")
        at += 1
        if length == 0:
            break
        labels.append(query[at : at + length].lower())
        at += length
    if len(query) < at + 4:
        raise ValueError("no type")
    kind, klass = struct.unpack_from("!HH", query, at)
    return tuple(labels), kind, klass, at + 4


class Names:
    """Answers DNS messages from the leases."""

    def __init__(self, leases, domain, reverse):
        self.leases = leases
        self.domain = labels_of(domain)
        self.zones = {self.domain, *map(labels_of, reverse)}
        self.answers = Counter()
        self.waiting = 0

    async def reply(self, query):
        """The answer to a message; `None` if it gets none, such as an answer."""
        if len(query) < 12 or query[2] & 0x80 or self.waiting >= MOST_WAITING:
            return None
        self.waiting += 1
        try:
            rcode, message = await self.answer(query)
        finally:
            self.waiting -= 1
        self.answers[rcode] += 1
        return message

    async def answer(self, query):
        (questions,) = struct.unpack_from("!H", query, 4)
        if query[2] & 0x78:
            return NOTIMP, message(query, NOTIMP)
        try:
            if questions != 1:
                raise ValueError("not one question")
            labels, kind, klass, end = question_in(query)
        except ValueError:
            return FORMERR, message(query, FORMERR)
        zone = next((labels[i:] for i in range(len(labels)) if labels[i:] in self.zones), None)
        if zone is None or klass != 1 or kind in (251, 252):
            return REFUSED, message(query, REFUSED, end)
        try:
            rcode, records = await self.records(labels, zone)
        except Unavailable:
            return SERVFAIL, message(query, SERVFAIL, end)
        wanted = [record for record in records if kind in (record[0], ANY)]
        return rcode, message(query, rcode, end, wanted, None if wanted else len(wire(labels)) - len(wire(zone)))

    async def records(self, labels, zone):
        """The rcode, and the records of the name: their types, lifetimes and data."""
        apex = [(SOA, TTL, SOA_DATA), (NS, TTL, wire([b"localhost"]))] if labels == zone else []
        if zone == self.domain:
            if apex:
                return NOERROR, apex
            host = labels[: -len(zone)]
            found = await self.leases.address_of(host[0].decode("latin-1")) if len(host) == 1 else None
            return found_record(A, found, lambda address: ipaddress.IPv4Address(address).packed)
        octets = [label.decode("latin-1") for label in reversed(labels[:-2])]
        if len(octets) < 4:
            return NOERROR, apex
        try:
            address = str(ipaddress.IPv4Address(".".join(octets)))
        except ValueError:
            return NXDOMAIN, []
        found = await self.leases.name_of(address)
        rcode, records = found_record(PTR, found, lambda label: wire([label.encode(), *self.domain]))
        return (NOERROR if apex else rcode), apex + records


def found_record(kind, found, data):
    if found is None:
        return NXDOMAIN, []
    value, end = found
    return NOERROR, [(kind, max(0, min(TTL, int(end - time.time()))), data(value))]


SOA_DATA = wire([b"localhost"]) + wire([b"nobody", b"invalid"]) + struct.pack("!5I", 1, 3600, 1200, 604800, TTL)


def message(query, rcode, end=12, records=(), apex=None):
    """An authoritative answer. `end`: where the question ends, which is repeated. `apex`: where, in the question's name,
    that of the zone begins, whose SOA record follows."""
    # A query with additional records has an OPT record (RFC 6891), which is the first one.
    extended = struct.unpack_from("!H", query, 10)[0] > 0 and query[end : end + 3] == b"\0\0\x29" and end > 12
    version_unknown = extended and len(query) > end + 6 and query[end + 6] != 0
    if version_unknown:
        rcode, records, apex = 0, (), None
    flags = 0x8400 | (query[2] & 0x01) << 8 | (query[2] & 0x78) << 8 | rcode
    parts = [query[:2], struct.pack("!5H", flags, end > 12, len(records), apex is not None, extended), query[12:end]]
    parts.extend(record(0xC00C, *one) for one in records)
    if apex is not None:
        parts.append(record(0xC00C + apex, SOA, TTL, SOA_DATA))
    if extended:
        parts.append(b"\0" + struct.pack("!HHIH", OPT, 1232, 1 << 24 if version_unknown else 0, 0))
    return b"".join(parts)


def record(owner, kind, ttl, data):
    return struct.pack("!HHHIH", owner, kind, 1, ttl, len(data)) + data
