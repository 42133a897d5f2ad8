"""Memory is bounded whatever clients do, and those who behave are served meanwhile (queued.max.request.bytes)."""
import os
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


def waiting_fetch(topic, padding):
    """Fetch v12 of an empty topic that waits for ten minutes, with a tagged field that nobody knows."""
    tag = b"\x64" + bytes([padding & 0x7f | 0x80, padding >> 7 & 0x7f | 0x80, padding >> 14]) + b"\0" * padding
    partition = struct.pack(">iiqiqi", 0, -1, 0, -1, -1, MIB) + b"\0"
    body = (struct.pack(">hhih", 1, 12, 1, -1) + b"\0" + struct.pack(">iiiibii", -1, 600_000, 1, MIB, 0, 0, -1) +
            b"\x02" + bytes([len(topic) + 1]) + topic + b"\x02" + partition + b"\0" + b"\x01\x01" + b"\x01" + tag)
    return struct.pack(">i", len(body)) + body


@unittest.skipIf(os.environ.get("KSTREAM_SANITIZED"), "a sanitizer has memory of its own")
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

    def check_service(self, timeout="10s"):
        """Somebody else produces and reads: a tool that is not served gives up after that."""
        self.run_tool("kproduce", "-q", "-b", self.server.address, "--timeout", timeout, "t", stdin=b"x\n")
        self.assertGreater(self.run_tool("kconsume", "-b", self.server.address, "t").count(b"x\n"), 0)

    def test_requests_that_are_never_finished(self):
        self.create("t")
        before = self.server.resident()
        begun = struct.pack(">i", MIB) + b"\0" * (MIB - 4096)
        self.press([self.connect() for _ in range(20)], begun)
        self.check_service()
        self.assertGreater(self.closed_over_budget(), 0)
        self.assertLess(self.server.resident() - before, 16 * MIB)

    def test_requests_that_wait_for_long(self):
        """What they wait for may come, but not in the memory that others need: after ten seconds they go."""
        self.create("t")
        self.create("empty")
        for _ in range(4):
            client = self.connect()
            client.setblocking(True)
            client.sendall(waiting_fetch(b"empty", MIB - 4096))
        self.press([self.connect() for _ in range(40)], waiting_fetch(b"empty", 60_000))
        before = self.closed_over_budget()
        self.check_service("30s")
        self.assertGreater(self.closed_over_budget(), before)

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


class Queued(KserverTest):
    """With queued.max.requests=1, who has a request that waits for its turn is not read; all are answered, in order."""

    CONFIG = {"num.shards": 1, "queued.max.requests": 1, "socket.receive.buffer.bytes": 65536}

    def connect(self):
        client = socket.socket()
        self.addCleanup(client.close)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        client.settimeout(30)
        client.connect(("127.0.0.1", self.server.port))
        return client

    def correlations(self, client, count):
        with client.makefile("rb") as answers:
            for _ in range(count):
                frame = answers.read(struct.unpack(">i", answers.read(4))[0])
                yield struct.unpack_from(">i", frame)[0]

    def test_pipelined_requests_are_answered_in_order(self):
        self.create("t")
        self.create("empty")
        held = self.connect()
        held.sendall(waiting_fetch(b"empty", 0) + b"".join(map(metadata_request, range(2, 302))))
        others = [self.connect() for _ in range(5)]
        for client in others:
            client.sendall(b"".join(map(metadata_request, range(300))))
        for client in others:
            self.assertEqual(list(self.correlations(client, 300)), list(range(300)))
        self.run_tool("kproduce", "-q", "-b", self.server.address, "empty", stdin=b"x\n")
        self.assertEqual(list(self.correlations(held, 301)), list(range(1, 302)))

    def test_what_waits_is_left_in_the_socket(self):
        """With the default, 500, it is four times as much, where the memory for requests ends."""
        self.create("empty")
        client = self.connect()
        client.settimeout(1)
        request, sent = waiting_fetch(b"empty", 40_000), 0
        try:
            while sent < 10 * MIB:
                client.sendall(request)
                sent += len(request)
        except TimeoutError:
            pass
        self.assertLess(sent, MIB, "bytes")
        self.run_tool("kproduce", "-q", "-b", self.server.address, "--create", "t", stdin=b"x\n")


class Described(KserverTest):
    def test_one_answer_has_a_bound(self):
        """A request names one resource again and again, of which a lot is to be told."""
        (self.server.folder / "configs").write_text(f"errors.deadletterqueue.topic.name.prefix={'x' * 30_000}\n")
        self.run_tool("ktopics", "--bootstrap-server", self.server.address, "--alter", "--entity-type", "brokers", "--entity-default",
                      "--add-config-file", str(self.server.folder / "configs"))
        body = struct.pack(">hhihi", 32, 1, 7, -1, 3000) + struct.pack(">bhi", 4, 0, -1) * 3000 + b"\0"
        with socket.create_connection(("127.0.0.1", self.server.port)) as client, client.makefile("rb") as answers:
            client.sendall(struct.pack(">i", len(body)) + body)
            answer = answers.read(struct.unpack(">i", answers.read(4))[0])
        self.assertLess(len(answer), 65 * MIB)
        self.assertGreater(len(answer), 63 * MIB)
        self.assertIn(b"ask for fewer resources", answer)


@unittest.skipIf(os.environ.get("KSTREAM_SANITIZED"), "a sanitizer has memory of its own")
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
