"""Memory is bounded whatever clients do, and those who behave are served meanwhile (queued.max.request.bytes)."""
import socket
import struct
import time
import unittest

import confluent_kafka

from support import segment
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
        """Somebody else produces and reads: a tool that is not served gives up after ten seconds."""
        self.run_tool("kproduce", "-q", "-b", self.server.address, "t", stdin=b"x\n")
        self.assertGreater(self.run_tool("kconsume", "-b", self.server.address, "t").count(b"x\n"), 0)

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


class Search(KserverTest):
    def test_by_time_in_a_batch_that_expands(self):
        """200 MB of zeros are a few kB of zstd; what they expand to is looked at and never held."""
        self.create("bomb")
        large = [word for name in ("batch.size", "max.request.size", "buffer.memory") for word in ("-X", f"{name}=500000000")]
        lines = b"".join(b'{"timestamp":%d,"value":"%s"}\n' % (timestamp, b"0" * 100_000_000) for timestamp in (1000, 2000))
        self.run_tool("kproduce", "-q", "-b", self.server.address, "-J", "-z", "zstd", "-X", "linger.ms=20000", *large, "bomb", stdin=lines)
        self.assertEqual([batch.records for batch in segment.batches(self.server.log_dir / "bomb-0")], [2])
        before = self.server.peak_resident()
        consumer = confluent_kafka.Consumer({"bootstrap.servers": self.server.address, "group.id": "none"})
        for timestamp, offset in ((500, 0), (1001, 1), (2000, 1)):
            found = consumer.offsets_for_times([confluent_kafka.TopicPartition("bomb", 0, timestamp)], timeout=30)
            self.assertEqual(found[0].offset, offset)
        consumer.close()
        self.assertLess(self.server.peak_resident() - before, 16 * MIB)


if __name__ == "__main__":
    unittest.main()
