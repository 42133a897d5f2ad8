"""Real requests with a few bytes changed: a code or a closed connection, and nobody else notices.

KSTREAM_MUTATIONS says how many; `tests/run fuzz_long` takes a hundred thousand.
"""
import collections
import contextlib
import os
import pathlib
import random
import select
import socket
import struct
import threading
import time
import unittest

from support.kserver import KserverTest

FRAMES = pathlib.Path(__file__).parents[1] / "golden/frames"
REQUESTS = int(os.environ.get("KSTREAM_MUTATIONS", 20_000))


def recorded_requests():
    """Request frames of independent clients, with their sizes (tests/golden/README.md)."""
    requests = []
    for file in sorted(FRAMES.glob("*.frames")):
        data, at, number = file.read_bytes(), 0, 0
        while at < len(data):
            end = at + 4 + struct.unpack_from(">i", data, at)[0]
            if number % 2 == 0:
                requests.append(data[at:end])
            at, number = end, number + 1
    return requests


def mutated(frame, rng):
    """A few bytes changed, in a few frames the length or the end as well."""
    frame = bytearray(frame)
    for _ in range(rng.choice((1, 1, 2, 4, 8))):
        frame[rng.randrange(4, len(frame))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
    if rng.random() < 0.05:
        del frame[rng.randrange(4, len(frame)):]
    if rng.random() < 0.9:
        frame[:4] = struct.pack(">i", len(frame) - 4)
    return bytes(frame)


class Prober(threading.Thread):
    """Asks for ApiVersions now and then; remembers how long each answer took."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.took, self.failed, self.stopping = port, [], None, threading.Event()
        self.start()

    def run(self):
        request = struct.pack(">ihhih", 10, 18, 0, 1, -1)
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=20) as client:
                while not self.stopping.wait(0.002):
                    began = time.monotonic()
                    client.sendall(request)
                    size = struct.unpack(">i", client.recv(4, socket.MSG_WAITALL))[0]
                    client.recv(size, socket.MSG_WAITALL)
                    self.took.append(time.monotonic() - began)
        except OSError as error:
            self.failed = error

    def stop(self):
        self.stopping.set()
        self.join()
        return sorted(self.took)[len(self.took) * 99 // 100]


class Mutations(KserverTest):
    CONFIG = {"num.shards": 2}

    @staticmethod
    def see_off(client):
        """Waits until the server has read all of it, so that it is never far behind, however slow."""
        with client, contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_WR)
            while client.recv(1 << 16):
                pass

    def throw(self, requests, count, rng):
        """Sends that many and reads what comes; how many connections the server closed."""
        closed, clients = 0, collections.deque()
        for number in range(count):
            if len(clients) < 8:
                clients.append(socket.create_connection(("127.0.0.1", self.server.port), timeout=20))
            client = clients[0]
            clients.rotate(-1)
            try:
                client.sendall(mutated(rng.choice(requests), rng))
                while select.select([client], [], [], 0)[0]:
                    if not client.recv(1 << 16):
                        raise ConnectionResetError
            except (ConnectionError, TimeoutError):
                client.close()
                clients.remove(client)
                closed += 1
            if number % 50 == 49:  # one that waits for the rest of a frame would hide what follows
                self.see_off(clients.popleft())
        for client in clients:
            client.close()
        return closed

    def test_harm_nobody(self):
        self.create("kept")
        self.run_tool("kproduce", "-q", "-b", self.server.address, "kept", stdin=b"a\nb\n")
        requests, rng = recorded_requests(), random.Random(1)
        self.throw(requests, REQUESTS // 10, rng)
        before, lines = self.server.resident(), self.server.said().count("\n")
        prober = Prober(self.server.port)
        closed = self.throw(requests, REQUESTS - REQUESTS // 10, rng)
        p99 = prober.stop()
        grown = self.server.resident() - before
        print(f"# {closed} connections closed, {grown >> 10} KiB more, p99 of another {1000 * p99:.1f} ms")
        self.assertIsNone(prober.failed)
        self.assertGreater(closed, REQUESTS // 100)
        self.assertLess(grown, 32 << 20)
        self.assertLess(p99, 0.25)
        self.assertLess(self.server.said().count("\n") - lines, 2000)
        self.assertNotIn("a defect", self.server.said())
        self.assertEqual(self.run_tool("kconsume", "-b", self.server.address, "kept"), b"a\nb\n")


if __name__ == "__main__":
    unittest.main()
