"""Memory is bounded whatever clients do, and those who behave are served meanwhile (queued.max.request.bytes)."""
import socket
import struct
import time
import unittest

from support.kserver import KserverTest

MIB = 1 << 20


def metadata_request(correlation):
    """Metadata v1 of all topics, as a frame."""
    body = struct.pack(">hhihi", 3, 1, correlation, -1, -1)
    return struct.pack(">i", len(body)) + body


class Bounded(KserverTest):
    CONFIG = {"num.shards": 1, "socket.request.max.bytes": MIB, "queued.max.request.bytes": 4 * MIB}

    def connect(self):
        client = socket.create_connection(("127.0.0.1", self.server.port))
        self.addCleanup(client.close)
        client.setblocking(False)
        return client

    def closed_over_budget(self):
        text = self.run_tool("kserver", "status", "-X", f"log.dirs={self.server.log_dir}").decode()
        return sum(int(line.split("\t")[1]) for line in text.splitlines() if 'reason="over_budget"' in line)

    def press(self, clients, data):
        """Sends the same to each client's connection for a second, as far as the server takes it; a closed one is left."""
        left = {client: memoryview(data) for client in clients}
        for _ in range(20):
            for client in clients:
                try:
                    while left[client]:
                        left[client] = left[client][client.send(left[client]):]
                except BlockingIOError:
                    pass
                except (ConnectionResetError, BrokenPipeError):
                    left[client] = b""
            time.sleep(0.05)

    def check_service(self):
        """Somebody else produces and reads, and waits a second at most for room."""
        began = time.monotonic()
        self.run_tool("kproduce", "-q", "-b", self.server.address, "t", stdin=b"x\n")
        self.assertGreater(self.run_tool("kconsume", "-b", self.server.address, "t").count(b"x\n"), 0)
        self.assertLess(time.monotonic() - began, 10)

    def test_requests_that_are_never_finished(self):
        self.create("t")
        before = self.server.resident()
        begun = struct.pack(">i", MIB) + b"\0" * (MIB - 4096)
        self.press([self.connect() for _ in range(20)], begun)
        self.check_service()
        self.assertGreater(self.closed_over_budget(), 0)
        self.assertLess(self.server.resident() - before, 16 * MIB)

    def test_answers_that_are_never_read(self):
        for i in range(20):
            self.create(f"{i}-{'x' * 200}", partitions=100)
        self.create("t")
        before = self.server.resident()
        asked = b"".join(metadata_request(i) for i in range(2000))
        clients = [self.connect() for _ in range(20)]
        for client in clients:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.press(clients, asked)
        self.check_service()
        self.assertGreater(self.closed_over_budget(), 0)
        self.assertLess(self.server.resident() - before, 24 * MIB)


if __name__ == "__main__":
    unittest.main()
