"""Memory is bounded whatever clients do, and those who behave are served meanwhile (queued.max.request.bytes)."""
import socket
import struct
import time
import unittest

from support.kserver import KserverTest

MIB = 1 << 20


def resident(pid):
    """Bytes of a process in memory."""
    with open(f"/proc/{pid}/smaps_rollup") as rollup:
        return next(int(line.split()[1]) << 10 for line in rollup if line.startswith("Rss:"))


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

    def send_what_goes(self, client, data):
        """Sends until the socket takes no more; how much it took, or None if the server closed it."""
        sent = 0
        try:
            while sent < len(data):
                sent += client.send(data[sent:])
        except BlockingIOError:
            return sent
        except (ConnectionResetError, BrokenPipeError):
            return None
        return sent

    def check_service(self):
        """Somebody else produces and reads, and waits a second at most for room."""
        began = time.monotonic()
        self.run_tool("kproduce", "-q", "-b", self.server.address, "t", stdin=b"x\n")
        self.assertGreater(self.run_tool("kconsume", "-b", self.server.address, "t").count(b"x\n"), 0)
        self.assertLess(time.monotonic() - began, 10)

    def test_requests_that_are_never_finished(self):
        self.create("t")
        before = resident(self.server.process.pid)
        begun = struct.pack(">i", MIB) + b"\0" * (MIB - 4096)
        clients = [[self.connect(), begun] for _ in range(20)]
        for _ in range(20):
            for entry in clients:
                sent = self.send_what_goes(*entry)
                entry[1] = entry[1][len(entry[1]) if sent is None else sent:]
            time.sleep(0.05)
        self.check_service()
        self.assertGreater(self.closed_over_budget(), 0)
        self.assertLess(resident(self.server.process.pid) - before, 16 * MIB)

    def test_answers_that_are_never_read(self):
        for i in range(20):
            self.create(f"{i}-{'x' * 200}", partitions=100)
        self.create("t")
        before = resident(self.server.process.pid)
        asked = b"".join(metadata_request(i) for i in range(2000))
        clients = [[self.connect(), asked] for _ in range(20)]
        for client, _ in clients:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for _ in range(20):
            for entry in clients:
                sent = self.send_what_goes(*entry)
                entry[1] = entry[1][len(entry[1]) if sent is None else sent:]
            time.sleep(0.05)
        self.check_service()
        self.assertGreater(self.closed_over_budget(), 0)
        self.assertLess(resident(self.server.process.pid) - before, 24 * MIB)


if __name__ == "__main__":
    unittest.main()
