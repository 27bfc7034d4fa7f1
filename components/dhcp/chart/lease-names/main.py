"""Answers DNS for the host names of Kea's leases: A records below the clients' domain, PTR records of the subnets.

It stores nothing. Each question is put to Kea, so that a name answers as soon as its lease is there, and no longer.

Usage: main.py PORT METRICS_PORT SOCKET CONFIGURATION NAMES
PORT: UDP and TCP port for DNS. METRICS_PORT: TCP port of http://…/metrics. SOCKET: Kea's control socket. CONFIGURATION:
kea-dhcp4.conf, for the reservations. NAMES: a JSON file, {"domain": …, "reverse": [zones], "taken": [labels]}.
"""
import asyncio
import json
import signal
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from answers import RCODES, Names
from leases import Leases

MOST_CONNECTIONS = 100
# How long a TCP connection may be idle, in seconds.
IDLE = 10


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, names):
        self.names = names
        self.tasks = set()

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, source):
        task = asyncio.ensure_future(self.send(data, source))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def send(self, data, source):
        reply = await self.names.reply(data)
        if reply is not None:
            self.transport.sendto(reply, source)


def stream_handler(names):
    connections = set()

    async def handle(reader, writer):
        connections.add(writer)
        try:
            while len(connections) <= MOST_CONNECTIONS:
                (length,) = struct.unpack("!H", await asyncio.wait_for(reader.readexactly(2), IDLE))
                reply = await names.reply(await asyncio.wait_for(reader.readexactly(length), IDLE))
                if reply is None:
                    break
                writer.write(struct.pack("!H", len(reply)) + reply)
                await asyncio.wait_for(writer.drain(), IDLE)
        except (OSError, EOFError, asyncio.TimeoutError):
            pass
        finally:
            connections.discard(writer)
            writer.close()

    return handle


def serve_metrics(port, names, loop):
    """Serves the metrics in Prometheus' text format, in a thread of its own."""

    def up():
        # A name that no client can have, so that the answer is never a kept one.
        future = asyncio.run_coroutine_threadsafe(names.leases.find_address("-"), loop)
        try:
            future.result(3)
            return 1
        except Exception:
            future.cancel()
            return 0

    def metrics():
        rows = [
            ("kea_names_up", "gauge", "Whether Kea answers questions for names.", [("", up())]),
            (
                "kea_names_answers_total",
                "counter",
                "Answers to DNS queries.",
                [(f'{{rcode="{name}"}}', names.answers[rcode]) for rcode, name in enumerate(RCODES)],
            ),
            (
                "kea_names_limited_total",
                "counter",
                "Queries that Kea was not asked for, because there were too many.",
                [("", names.leases.counters["limited"])],
            ),
            (
                "kea_names_disputed_total",
                "counter",
                "Questions for a name that several clients have.",
                [("", names.leases.counters["disputed"])],
            ),
        ]
        for name, kind, text, samples in rows:
            yield f"# HELP {name} {text}\n# TYPE {name} {kind}\n"
            yield from (f"{name}{labels} {value}\n" for labels, value in samples)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = "".join(metrics()).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            # A client behind a port forward is not told that the connection has ended.
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Logs no requests."""

    threading.Thread(target=ThreadingHTTPServer(("", port), Handler).serve_forever, daemon=True).start()


async def main(port, metrics_port, path, configuration, names_file):
    with open(configuration, encoding="utf-8") as file:
        kea = json.load(file)["Dhcp4"]
    with open(names_file, encoding="utf-8") as file:
        settings = json.load(file)
    names = Names(Leases(path, settings["domain"], settings["taken"], kea), settings["domain"], settings["reverse"])
    loop = asyncio.get_running_loop()
    end = asyncio.Event()
    # Process 1 of a container ignores a signal that it does not handle.
    loop.add_signal_handler(signal.SIGTERM, end.set)
    await loop.create_datagram_endpoint(lambda: Datagrams(names), local_addr=("0.0.0.0", port))
    await asyncio.start_server(stream_handler(names), "0.0.0.0", port)
    serve_metrics(metrics_port, names, loop)
    await end.wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:6]))
