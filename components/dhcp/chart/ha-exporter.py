"""Exports what kea-exporter does not, http://PORT/metrics: the state of Kea's high availability or of its lease database.

It also counts the leases in Kea's database. Kea's own counters, which kea-exporter reports, miss the leases that another
server gave.

Usage: ha-exporter.py PORT SOCKET CONFIGURATION
PORT: TCP port to listen on. SOCKET: Kea's control socket. CONFIGURATION: kea-dhcp4.conf, for the names of the subnets.
"""
import json
import signal
import socket
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STATES = [
    "backup",
    "communication-recovery",
    "hot-standby",
    "in-maintenance",
    "load-balancing",
    "partner-down",
    "partner-in-maintenance",
    "passive-backup",
    "ready",
    "syncing",
    "terminated",
    "waiting",
]


def ask(path, command, **arguments):
    """Sends a command to Kea and returns the arguments of its answer. Raises OSError or ValueError if there is none."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(3)
        connection.connect(path)
        connection.sendall(json.dumps({"command": command, "arguments": arguments}).encode())
        answer = json.loads(b"".join(iter(lambda: connection.recv(65536), b"")))
    # Kea answers 3 if there are no leases.
    if answer["result"] not in (0, 3):
        raise ValueError(f"{command}: {answer.get('text')}")
    return answer.get("arguments", {})


def metrics(path, subnets, database):
    """Returns the metrics in Prometheus' text format.

    `subnets` maps a subnet's id to its network. `database`: whether Kea has its leases in a database on the network.
    """
    lines = []

    def metric(name, kind, text, samples):
        lines.extend([f"# HELP {name} {text}", f"# TYPE {name} {kind}"])
        lines.extend(f"{name}{labels} {value}" for labels, value in samples)

    status = ask(path, "status-get")
    received = ask(path, "statistic-get", name="pkt4-received").get("pkt4-received", [[0]])[0][0]
    metric("kea_ha_packets_received_total", "counter", "Packets, also those that the server ignores.", [("", received)])
    if database:
        connected = not status["dhcp-state"]["disabled-by-db-connection"]
        text = "Whether this server is connected to its lease database."
        metric("kea_lease_database_connected", "gauge", text, [("", int(connected))])
        if not connected:
            return "\n".join(lines) + "\n"
    else:
        current = status["high-availability"][0]["ha-servers"]["local"]["state"]
        text = "Whether this server is in the state."
        metric("kea_ha_state", "gauge", text, [(f'{{state="{state}"}}', int(state == current)) for state in STATES])
        metric("kea_ha_clock_seconds", "gauge", "The server's clock.", [("", f"{time.time():.3f}")])
    leases = ask(path, "stat-lease4-get").get("result-set", {"columns": [], "rows": []})
    rows = {row[0]: dict(zip(leases["columns"], row)) for row in leases["rows"]}
    samples = []
    for subnet_id, subnet in subnets.items():
        # A subnet without leases has no row.
        row = rows.get(subnet_id, {})
        declined = row.get("declined-addresses", 0)
        counts = {"assigned": row.get("assigned-addresses", 0) + declined, "declined": declined}
        for state, count in counts.items():
            samples.append((f'{{subnet="{subnet}",subnet_id="{subnet_id}",state="{state}"}}', count))
    metric("kea_ha_leases", "gauge", "Leases in the database. Declined ones also count as assigned.", samples)
    return "\n".join(lines) + "\n"


def serve(port, path, configuration):
    """Serves the metrics until the process ends. Without an answer of Kea, a scrape fails with status 503."""
    with open(configuration, encoding="utf-8") as file:
        config = json.load(file)["Dhcp4"]
    subnets = {subnet["id"]: subnet["subnet"] for subnet in config["subnet4"]}
    database = config["lease-database"]["type"] != "memfile"

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            try:
                status, text = 200, metrics(path, subnets, database)
            except (OSError, ValueError, LookupError) as error:
                status, text = 503, f"{type(error).__name__}: {error}\n"
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            # A client behind a port forward is not told that the connection has ended.
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Logs no requests."""

    ThreadingHTTPServer(("", port), Handler).serve_forever()


if __name__ == "__main__":
    # Process 1 of a container ignores a signal that it does not handle.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    serve(int(sys.argv[1]), sys.argv[2], sys.argv[3])
