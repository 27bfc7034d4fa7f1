"""What Kea knows of a host name or an address."""
import asyncio
import json
import re
import time
from collections import Counter, OrderedDict

# How long an answer of Kea's is used again, in seconds.
KEPT = 0.5
# How long Kea may take, in seconds. Unbound repeats a query after about this time.
PATIENCE = 1
# Questions to Kea per second. Each is up to five commands.
LIMIT = 200
MOST_HOLDERS = 100_000

LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
# In these states of high availability, a server may lack leases.
INCOMPLETE = ("waiting", "syncing")


class Unavailable(Exception):
    """Kea has not answered, or is asked too often."""


class Leases:
    """What Kea knows. `configuration` is kea-dhcp4.conf."""

    def __init__(self, path, domain, taken, configuration):
        self.path = path
        self.domain = domain
        self.taken = frozenset(taken)
        self.redundant = any("libdhcp_ha" in hook["library"] for hook in configuration.get("hooks-libraries", []))
        # The name of a reservation is that client's, at that address.
        self.reserved = {}
        for subnet in configuration["subnet4"]:
            for reservation in subnet.get("reservations", []):
                label = self.label_of(reservation.get("hostname", ""))
                if label:
                    self.reserved.setdefault(label, set()).add(reservation["ip-address"])
        self.holders = OrderedDict()
        self.kept = {}
        self.tokens, self.filled = LIMIT, time.monotonic()
        self.slots = asyncio.Semaphore(4)
        self.counters = Counter()

    def label_of(self, hostname):
        """The first label of a host name that Kea stores, `None` if it is not directly in the domain.

        Kea stores names in lower case: as the client sent them (option 12), or with a final dot (option 81).
        """
        name = hostname.lower().removesuffix(".").removesuffix("." + self.domain)
        return name if LABEL.fullmatch(name) else None

    async def address_of(self, label):
        """The address of the lease with that name, and when it ends; `None` if there is none."""
        if not LABEL.fullmatch(label) or label in self.taken:
            return None
        return await self.shared(label, self.find_address)

    async def name_of(self, address):
        """The name of the address's lease, and when it ends; `None` if it has none, or if the name is another lease's."""
        found = await self.shared(address, self.find_name)
        if found is None:
            return None
        label, _ = found
        holder = await self.address_of(label)
        return found if holder and holder[0] == address else None

    async def shared(self, key, find):
        """Asks Kea once for all who ask at the same time and shortly after."""
        now = time.monotonic()
        entry = self.kept.get(key)
        if entry is None or entry[0] < now:
            if not self.allowed(now):
                self.counters["limited"] += 1
                raise Unavailable("limit")
            if len(self.kept) > 10 * LIMIT:
                self.kept = {key: entry for key, entry in self.kept.items() if entry[0] >= now}
            entry = (now + KEPT, asyncio.ensure_future(asyncio.wait_for(find(key), PATIENCE)))
            self.kept[key] = entry
        try:
            return await asyncio.shield(entry[1])
        except (OSError, ValueError, LookupError, TypeError, asyncio.TimeoutError) as error:
            raise Unavailable(str(error)) from error

    def allowed(self, now):
        self.tokens = min(LIMIT, self.tokens + (now - self.filled) * LIMIT)
        self.filled = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    async def find_address(self, label):
        await self.require_all_leases()
        full = f"{label}.{self.domain}"
        leases = []
        for hostname in (label, f"{label}.", full, f"{full}."):
            answer = await self.ask("lease4-get-by-hostname", hostname=hostname)
            leases.extend(answer.get("leases", []))
        lease = self.holder_of(label, [lease for lease in leases if self.is_valid(lease)])
        return lease and (lease["ip-address"], ends(lease))

    async def find_name(self, address):
        await self.require_all_leases()
        lease = await self.ask("lease4-get", **{"ip-address": address})
        label = self.label_of(lease.get("hostname", ""))
        return (label, ends(lease)) if label and self.is_valid(lease) else None

    def is_valid(self, lease):
        """Whether the lease runs and may have its name. Kea keeps released and expired leases for a while."""
        addresses = self.reserved.get(self.label_of(lease["hostname"]))
        return (
            lease["state"] == 0
            and ends(lease) > time.time()
            and (addresses is None or lease["ip-address"] in addresses)
        )

    def holder_of(self, label, leases):
        """The lease that has the name: the only client's newest one, or that of the client that had it alone before.

        A client that takes the name of another one's lease does not get it. Kea does not record when a lease began, so
        that nobody gets a name that two clients had when this process first heard of it.
        """
        newest = {}
        for lease in sorted(leases, key=ends):
            newest[lease.get("client-id") or lease.get("hw-address") or lease["ip-address"]] = lease
        if len(newest) == 1:
            [(client, lease)] = newest.items()
            self.holders[label] = client
            self.holders.move_to_end(label)
            if len(self.holders) > MOST_HOLDERS:
                self.holders.popitem(last=False)
            return lease
        if not newest:
            self.holders.pop(label, None)
            return None
        self.counters["disputed"] += 1
        return newest.get(self.holders.get(label))

    async def require_all_leases(self):
        if self.redundant:
            status = await self.ask("status-get")
            state = status["high-availability"][0]["ha-servers"]["local"]["state"]
            if state in INCOMPLETE:
                raise ValueError(f"Kea is in the state {state}")

    async def ask(self, command, **arguments):
        """Sends a command to Kea and returns the arguments of its answer."""
        async with self.slots:
            reader, writer = await asyncio.open_unix_connection(self.path)
            try:
                writer.write(json.dumps({"command": command, "arguments": arguments}).encode())
                answer = json.loads(await reader.read())
            finally:
                writer.close()
        # Kea answers 3 if there are no leases.
        if answer["result"] not in (0, 3):
            raise ValueError(f"{command}: {answer.get('text')}")
        return answer.get("arguments", {})


def ends(lease):
    """When the lease ends, in seconds since 1970."""
    return lease["cltt"] + lease["valid-lft"]
