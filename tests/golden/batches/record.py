#!/usr/bin/python3
"""Records the batches of this folder: record.py PROGRAM, where PROGRAM is kafka-python, librdkafka, java or franz-go.

The first builds batches with its own classes. The others run as they are; librdkafka and franz-go produce to a broker
that is none: it answers three requests and keeps the records of the Produce request. README.md says what each needs.
"""
import os
import socket
import struct
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
# Fetch and FindCoordinator are there because librdkafka takes them for signs of lz4, zstd and batches of version 2.
API_VERSIONS = [(0, 0, 7), (1, 0, 11), (3, 0, 1), (10, 0, 0), (18, 0, 0)]
CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]


def sample(codec):
    """The records of every file: (timestamp, key, value, headers). Compressed ones span several blocks."""
    for i in range(50):
        value = None if i % 11 == 10 else b"value-%d " % i * (i % 7 + 1)
        if i == 7 and codec != "none":
            value = b"0123456789" * 7000
        headers = [("h", b"%d" % i), ("null", None), ("h", b"")] if i % 5 == 0 else []
        yield 1700000000000 + i * 10 - i % 4 * 25, None if i % 3 == 0 else b"key-%d" % i, value, headers


def write(program, codec, batch):
    assert struct.unpack_from(">i", batch, 57)[0] == 50, "the records went out in more than one batch"
    with open(os.path.join(HERE, f"{program}-{codec}.bin"), "wb") as file:
        file.write(batch)


class FakeBroker(threading.Thread):
    """Topic `t` with one partition. `batch` is the records field of the first Produce request."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.batch = None
        self.start()

    def run(self):
        while True:
            threading.Thread(target=self.serve, args=(self.listener.accept()[0],), daemon=True).start()

    def serve(self, connection):
        stream = connection.makefile("rb")
        while len(size := stream.read(4)) == 4:
            request = stream.read(struct.unpack(">i", size)[0])
            key, version, correlation, name = struct.unpack_from(">hhih", request)
            answer = struct.pack(">i", correlation) + self.answer(key, version, request[10 + max(name, 0):])
            connection.sendall(struct.pack(">i", len(answer)) + answer)

    def answer(self, key, version, body):
        if key == 18:
            versions = b"".join(struct.pack(">hhh", *v) for v in API_VERSIONS)
            return struct.pack(">hi", 0 if version == 0 else 35, len(API_VERSIONS)) + versions
        if key == 3:
            host = struct.pack(">h9si", 9, b"127.0.0.1", self.port)
            partition = struct.pack(">hiiiiii", 0, 0, 0, 1, 0, 1, 0)
            return struct.pack(">ii", 1, 0) + host + struct.pack(">hiihhs?i", -1, 0, 1, 0, 1, b"t", False, 1) + partition
        assert key == 0 and version == 7, (key, version)
        at = 2 + max(struct.unpack_from(">h", body)[0], 0) + 6  # transactional id, acks, timeout
        topics, length, topic, partitions, index, size = struct.unpack_from(">ihsiii", body, at)
        assert (topics, length, topic, partitions, index) == (1, 1, b"t", 1, 0)
        self.batch = self.batch or body[at + 19:at + 19 + size]
        return struct.pack(">ihsiihqqqi", 1, 1, b"t", 1, 0, 0, 0, -1, 0, 0)


def kafka_python():
    from kafka.record.default_records import DefaultRecordBatchBuilder
    for codec in CODECS:
        builder = DefaultRecordBatchBuilder(2, CODECS.index(codec), 0, -1, -1, -1, 1 << 30)
        for i, (timestamp, key, value, headers) in enumerate(sample(codec)):
            builder.append(i, timestamp, key, value, headers)
        write("kafka-python", codec, bytes(builder.build()))


def librdkafka():
    from confluent_kafka import Producer
    for codec in CODECS:
        broker = FakeBroker()
        producer = Producer({"bootstrap.servers": f"127.0.0.1:{broker.port}", "compression.type": codec, "linger.ms": 1000})
        producer.list_topics("t")  # the first batch goes out at once if the leader is found late
        for timestamp, key, value, headers in sample(codec):
            producer.produce("t", value, key, timestamp=timestamp, headers=headers)
        producer.flush(10)
        write("librdkafka", codec, broker.batch)


def java():
    subprocess.check_call(["java", "-cp", os.environ["CLASSPATH"], os.path.join(HERE, "Recorder.java"), HERE])


def franz_go():
    for codec in CODECS:
        broker = FakeBroker()
        subprocess.check_call([os.environ["RECORDER"], f"127.0.0.1:{broker.port}", codec])
        write("franz-go", codec, broker.batch)


if __name__ == "__main__":
    {"kafka-python": kafka_python, "librdkafka": librdkafka, "java": java, "franz-go": franz_go}[sys.argv[1]]()
