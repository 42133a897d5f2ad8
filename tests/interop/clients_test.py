"""Clients of other languages, installed from their registries, unmodified, against one kserver of two shards each.

clients/drivers.py says how they are driven. A client whose language or registry is not there is skipped.
"""
import base64
import concurrent.futures
import json
import random
import unittest

from interop.clients import drivers
from support import segment
from support.kserver import Kserver, KserverTest, announced

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
T0 = 1_700_000_000_000
SOME = random.Random(1)

# Keys, nulls, empty ones, headers, any bytes, and sizes from nothing to more than a fetch of a small record reads.
RECORDS = [
    (b"key", b"value", T0, [("a", b"1"), ("a", b"2"), ("\u00e9\u20ac", bytes(range(256)))]),
    (None, b"no key", T0 + 1, []),
    (b"no value", None, T0 + 2, []),
    (b"", b"", T0 + 3, [("empty", b"")]),
    (bytes(range(256)), bytes(reversed(range(256))), T0 + 4, []),
    (b"large", b"the same words again " * 10_000, T0 + 5, [("large", b"h" * 20_000)]),
    (b"random", SOME.randbytes(100_000), T0 + 6, []),
    *[(b"%d" % (i % 7), b"the same words again and again %d" % (i % 5), T0 + 10 + i, []) for i in range(200)],
]
NULL_HEADER = (b"header", b"without a value", T0 + 7, [("null", None)])


def shown(record):
    return [len(part) if isinstance(part, bytes) and len(part) > 100 else part for part in record]


def start(name, server):
    """A client's program; unittest.SkipTest if it cannot be had."""
    command, environment = drivers.CLIENTS[name]()
    return drivers.Driver(name, command, server.address, server.folder, environment)


class ClientTest(KserverTest):
    CONFIG = {"num.shards": 2}

    def produce(self, driver, topic, records, codec="none", acks="all", partition=0):
        return driver.call("produce", topic=topic, partition=partition, codec=codec, acks=acks,
                           records=[drivers.encoded(record) for record in records])

    def consume(self, driver, topic, count, partition=0, **where):
        got = driver.call("consume", topic=topic, partition=partition, count=count, **(where or {"offset": 0}))
        return [(offset, (drivers.decoded(key), drivers.decoded(value), timestamp, [(name, drivers.decoded(h)) for name, h in headers]))
                for offset, timestamp, key, value, headers in got]

    def check(self, driver, topic, records):
        got = self.consume(driver, topic, len(records))
        self.assertEqual([offset for offset, _ in got], list(range(len(records))), f"{driver.name} reads {topic}")
        for sent, (_, back) in zip(records, got):
            self.assertEqual(sent, back, f"{driver.name} reads {topic}: {shown(sent)} is {shown(back)}")


class One:
    """What every client must do; a class for each client follows."""

    NAME = None
    CODECS = CODECS
    RECORDS = [*RECORDS, NULL_HEADER]
    WITHOUT = ()  # tests of what the client has no call for
    SESSIONS = False  # fetches in sessions (KIP-227)

    @classmethod
    def setUpClass(cls):
        cls.server = Kserver(cls.CONFIG)
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.driver = start(cls.NAME, cls.server)
        cls.addClassCleanup(cls.driver.close)

    def setUp(self):
        pass  # the class has the server

    def __init_subclass__(cls):
        for name in cls.WITHOUT:
            setattr(cls, f"test_{name}", None)  # unittest sees no test in it

    def call(self, do, **arguments):
        return self.driver.call(do, **arguments)

    def refused(self, do, **arguments):
        """Kafka's name of the error by which a call is refused."""
        with self.assertRaises(drivers.Refused) as refused:
            self.driver.call(do, **arguments)
        return drivers.error_name(refused.exception)

    def need(self, api):
        """Skips the test as long as the server does not announce an API."""
        if drivers.API_KEYS[api] not in announced(self.server.address):
            self.skipTest(f"kserver does not announce {api} yet")

    def test_codecs(self):
        for codec in self.CODECS:
            with self.subTest(codec):
                if (self.NAME, codec) == ("confluent", "lz4"):
                    self.need("FindCoordinator")  # else librdkafka sends it uncompressed
                self.create(f"codec-{codec}")
                self.assertEqual(self.produce(self.driver, f"codec-{codec}", self.RECORDS, codec), list(range(len(self.RECORDS))))
                batches = segment.batches(self.server.log_dir / f"codec-{codec}-0")
                # A client leaves alone what would not become smaller.
                self.assertLessEqual({batch.codec for batch in batches}, {codec, "none"})
                self.assertGreater(sum(batch.records for batch in batches if batch.codec == codec), 100)
                self.check(self.driver, f"codec-{codec}", self.RECORDS)

    def test_acks(self):
        for acks in ("0", "1", "all"):
            self.create(f"acks-{acks}")
            for first in (0, 3):
                offsets = self.produce(self.driver, f"acks-{acks}", RECORDS[first:first + 3], acks=acks)
                self.assertEqual(offsets, None if acks == "0" else [first, first + 1, first + 2])
            self.check(self.driver, f"acks-{acks}", RECORDS[:6])

    def test_large_records(self):
        self.create("large", max_message_bytes=3_000_000)
        records = [(b"%d" % size, SOME.randbytes(size), T0, []) for size in (900_000, 990_000, 1)]
        self.produce(self.driver, "large", records)
        self.check(self.driver, "large", records)

    def test_too_large_a_record_is_refused(self):
        self.create("small", max_message_bytes=1000)
        error = self.refused("produce", topic="small", partition=0, codec="none", acks="all",
                             records=[drivers.encoded((None, b"x" * 5000, T0, []))])
        self.assertEqual(error, "MESSAGE_TOO_LARGE")

    def test_from_offsets_and_times(self):
        self.create("places", 2)
        records = [(None, b"%d" % i, T0 + 1000 * i, []) for i in range(100)]
        self.produce(self.driver, "places", records[:50], partition=1)
        self.produce(self.driver, "places", records[50:], partition=1)
        for time, offset in ((0, 0), (T0, 0), (T0 + 42_000, 42), (T0 + 42_001, 43), (T0 + 99_000, 99), (T0 + 99_001, -1)):
            found = self.driver.call("offsets", topic="places", partition=1, time=time)
            if offset == -1 and found[2] == 100:
                offset = 100  # some say the end where Kafka says that there is none
            self.assertEqual(found, [0, 100, offset], time)
        for offset in (0, 49, 50, 95):
            got = self.consume(self.driver, "places", 5, partition=1, offset=offset)
            self.assertEqual([record[1] for _, record in got], [b"%d" % i for i in range(offset, offset + 5)])
        got = self.consume(self.driver, "places", 3, partition=1, time=T0 + 59_500)
        self.assertEqual([offset for offset, _ in got], [60, 61, 62])

    def test_following_many_partitions(self):
        """A lasting consumer, over which fetch sessions change: some pause, some come, some go, nothing happens."""
        follow = Following(self, partitions=40)
        follow.assign(range(0, 20))
        for _ in range(4):
            follow.produce(300)
            follow.poll(0.3)
        follow.drain()
        status = json.loads(self.run_tool("kserver", "status", "-J", "-X", f"log.dirs={self.server.log_dir}"))
        self.assertEqual(status["metrics"]["kstream_fetch_sessions_open"] > 0, self.SESSIONS)
        follow.pause(range(5, 15))
        follow.produce(500)
        follow.poll(0.7)
        follow.poll(1.2)  # nothing comes for longer than a request waits
        follow.assign(range(0, 40))
        follow.produce(500)
        follow.resume(range(5, 15))
        follow.drain()
        follow.assign([*range(0, 8), *range(20, 40)])
        follow.produce(500)
        follow.drain()
        self.driver.call("poll", seconds=0.8)
        follow.new_topic()
        for _ in range(3):
            follow.produce(300)
            follow.poll(0.2)
        follow.drain()
        self.need("CreatePartitions")
        follow.grow("follow0", 26)
        follow.produce(300)
        follow.drain()
        self.need("DeleteTopics")
        follow.delete("follow-new")  # while it is read
        for _ in range(2):
            follow.produce(300)
            follow.drain()

    def test_topics(self):
        self.call("create", topic="made", partitions=12, configs={"max.message.bytes": "1000"})
        self.assertEqual(self.call("describe", topic="made"), 12)
        self.assertIn("made", self.call("topics"))
        self.assertEqual(self.largest("made"), 1000)
        self.assertEqual(self.refused("create", topic="made", partitions=1, configs={}), "TOPIC_ALREADY_EXISTS")
        self.assertEqual(self.refused("create", topic="odd", partitions=1, configs={"retention.ms": "soon"}), "INVALID_CONFIG")

    def largest(self, topic):
        """What max.message.bytes a topic has, by its deeds."""
        for size in (1000, 2000):
            done = self.run_tool("kproduce", "-b", self.server.address, topic, stdin=b"x" * (size - 100) + b"\n", check=False)
            more = self.run_tool("kproduce", "-b", self.server.address, topic, stdin=b"x" * size + b"\n", check=False)
            if done.returncode == 0 and more.returncode != 0:
                return size
        return None

    def test_admin_cluster(self):
        self.need("DescribeCluster")
        self.assertEqual(self.call("cluster")["brokers"], [self.server.address])

    def test_admin_delete_topics(self):
        self.need("DeleteTopics")
        self.create("gone", 3)
        self.produce(self.driver, "gone", RECORDS[:3])
        self.call("delete", topic="gone")
        self.assertNotIn("gone", self.call("topics"))
        self.create("gone")
        self.produce(self.driver, "gone", RECORDS[1:2])
        self.check(self.driver, "gone", RECORDS[1:2])

    def test_admin_create_partitions(self):
        self.need("CreatePartitions")
        self.create("growing", 2)
        self.call("grow", topic="growing", partitions=5)
        self.assertEqual(self.call("describe", topic="growing"), 5)
        self.produce(self.driver, "growing", RECORDS[:3], partition=4)
        self.assertEqual([o for o, _ in self.consume(self.driver, "growing", 3, partition=4)], [0, 1, 2])
        self.assertEqual(self.refused("grow", topic="growing", partitions=3), "INVALID_PARTITIONS")

    def test_admin_describe_configs(self):
        self.need("DescribeConfigs")
        self.create("told", retention_ms=61_000)
        configs = self.call("configs", topic="told")
        self.assertEqual((configs["retention.ms"], configs["cleanup.policy"]), ("61000", "delete"))

    def test_admin_incremental_alter_configs(self):
        self.need("IncrementalAlterConfigs")
        self.create("altered", max_message_bytes=1000)
        self.call("set_configs", topic="altered", configs={"max.message.bytes": "2000"})
        self.assertEqual(self.largest("altered"), 2000)
        self.call("set_configs", topic="altered", configs={"max.message.bytes": None})
        self.assertIsNone(self.largest("altered"))
        self.assertEqual(self.refused("set_configs", topic="altered", configs={"retention.ms": "soon"}), "INVALID_CONFIG")

    def test_admin_alter_configs(self):
        self.need("AlterConfigs")
        self.create("replaced", max_message_bytes=1000)
        self.call("replace_configs", topic="replaced", configs={"max.message.bytes": "2000", "retention.ms": "60000"})
        self.assertEqual(self.largest("replaced"), 2000)
        self.call("replace_configs", topic="replaced", configs={"retention.ms": "60000"})
        self.assertIsNone(self.largest("replaced"))
        self.assertEqual(self.refused("replace_configs", topic="replaced", configs={"retention.ms": "soon"}), "INVALID_CONFIG")

    def test_admin_delete_records(self):
        self.need("DeleteRecords")
        self.create("cut")
        self.produce(self.driver, "cut", RECORDS[7:27])
        self.assertEqual(self.call("delete_records", topic="cut", partition=0, offset=12), 12)
        self.assertEqual(self.driver.call("offsets", topic="cut", partition=0, time=0)[:2], [12, 20])
        self.assertEqual([o for o, _ in self.consume(self.driver, "cut", 8, offset=12)], list(range(12, 20)))
        self.assertEqual(self.refused("delete_records", topic="cut", partition=0, offset=99), "OFFSET_OUT_OF_RANGE")

    def test_admin_log_dirs(self):
        self.need("DescribeLogDirs")
        self.create("sized", 2)
        self.produce(self.driver, "sized", RECORDS)
        size = sum(path.stat().st_size for path in (self.server.log_dir / "sized-0").glob("*.log"))
        self.assertEqual(self.call("log_dirs", topic="sized", partitions=[0, 1])["sized-0"], size)

    def test_admin_epochs(self):
        self.need("OffsetForLeaderEpoch")
        self.create("epochs")
        self.produce(self.driver, "epochs", RECORDS[:5])
        self.assertEqual(self.call("epoch_end", topic="epochs", partition=0, count=0), [0, 5])

    def test_admin_features(self):
        self.need("UpdateFeatures")
        level = self.call("features")["metadata.version"]
        self.call("update_feature", feature="metadata.version", level=level)
        self.assertEqual(self.refused("update_feature", feature="no.such.feature", level=1), "INVALID_UPDATE_VERSION")

    def test_admin_quorum(self):
        self.need("DescribeQuorum")
        quorum = self.call("quorum")
        self.assertEqual(quorum["voters"], [quorum["leader"]])


class Together(ClientTest):
    """What each client wrote, in each codec that it has, every other reads."""

    @classmethod
    def setUpClass(cls):
        cls.server = Kserver(cls.CONFIG)
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.drivers, cls.reasons = {}, {}
        for one in One.__subclasses__():
            try:
                cls.drivers[one] = start(one.NAME, cls.server)
                cls.addClassCleanup(cls.drivers[one].close)
            except unittest.SkipTest as reason:
                cls.reasons[one] = str(reason)

    def setUp(self):
        pass

    def written_by(self, writer):
        if writer in self.reasons:
            self.skipTest(self.reasons[writer])
        for codec in writer.CODECS:
            topic = f"{writer.NAME}-{codec}"
            self.create(topic)
            self.produce(self.drivers[writer], topic, writer.RECORDS, codec)
            self.read_by_all(topic, writer.RECORDS, codec)

    def read_by_all(self, topic, records, codec):
        with concurrent.futures.ThreadPoolExecutor() as readers:
            for done in [readers.submit(self.check, driver, topic, records)
                         for reader, driver in self.drivers.items() if codec in reader.CODECS]:
                done.result()
        lines = self.run_tool("kconsume", "-b", self.server.address, "-J", topic).splitlines()
        self.assertEqual([of_json(json.loads(line)) for line in lines], records, topic)

    def test_kproduce(self):
        for codec in CODECS:
            topic = f"kproduce-{codec}"
            self.create(topic)
            lines = b"".join(json.dumps(as_json(record)).encode() + b"\n" for record in RECORDS)
            self.run_tool("kproduce", "-b", self.server.address, "-z", codec, "-J", topic, stdin=lines)
            self.read_by_all(topic, RECORDS, codec)


def as_json(record):
    """A record as kproduce -J reads it."""
    def named(name, data):
        try:
            return {name: None if data is None else data.decode()}
        except UnicodeDecodeError:
            return {name: None, f"{name}_b64": base64.b64encode(data).decode()}

    key, value, timestamp, headers = record
    return {**named("key", key), **named("value", value), "timestamp": timestamp,
            "headers": [{"key": name, **named("value", data)} for name, data in headers]}


def of_json(record):
    def data(name, within):
        if f"{name}_b64" in within:
            return base64.b64decode(within[f"{name}_b64"])
        return None if within[name] is None else within[name].encode()

    return (data("key", record), data("value", record), record["timestamp"],
            [(header["key"], data("value", header)) for header in record["headers"]])


class Following:
    """Produces to random partitions of topics, and holds what a lasting consumer gets against it."""

    def __init__(self, test, partitions):
        self.test, self.driver, self.random = test, test.driver, random.Random(7)
        self.topics = [f"follow{i}" for i in range(2)]
        self.places = [(topic, partition) for partition in range(partitions // 2) for topic in self.topics]
        self.written, self.read, self.assigned, self.paused = {}, {}, [], set()
        for topic in self.topics:
            test.create(topic, partitions // 2)

    def new_topic(self):
        self.test.create("follow-new", 6)
        self.places += [("follow-new", partition) for partition in range(6)]
        self.assigned += self.places[-6:]
        self.driver.call("assign", partitions=self.assigned)

    def grow(self, topic, partitions):
        before = self.driver.call("describe", topic=topic)
        self.driver.call("grow", topic=topic, partitions=partitions)
        self.places += [(topic, partition) for partition in range(before, partitions)]
        self.assigned += self.places[before - partitions:]
        self.driver.call("assign", partitions=self.assigned)

    def delete(self, topic):
        """What is left of it is no longer asked for; the consumer is not told."""
        self.driver.call("delete", topic=topic)
        self.places = [place for place in self.places if place[0] != topic]
        self.assigned = [place for place in self.assigned if place[0] != topic]
        self.read = {place: values for place, values in self.read.items() if place[0] != topic}

    def produce(self, count):
        """Records for random partitions, by kproduce: what is under test only reads."""
        lines = []
        for _ in range(count):
            topic, partition = place = self.random.choice(self.assigned if self.random.random() < 0.8 else self.places)
            values = self.written.setdefault(place, [])
            values.append(b"%s/%d/%d" % (topic.encode(), partition, len(values)))
            lines.append({"topic": topic, "partition": partition, "value": values[-1].decode()})
        text = "".join(json.dumps(line) + "\n" for line in lines)
        self.test.run_tool("kproduce", "-b", self.test.server.address, "-J", "--keep-partition", stdin=text.encode())

    def assign(self, numbers):
        self.assigned = [self.places[i] for i in numbers]
        for place in list(self.read):
            if place not in self.assigned:
                del self.read[place]  # who comes back begins at the beginning
        self.driver.call("assign", partitions=self.assigned)

    def pause(self, numbers):
        self.paused = {self.places[i] for i in numbers}
        self.driver.call("pause", partitions=sorted(self.paused))

    def resume(self, numbers):
        self.paused -= {self.places[i] for i in numbers}
        self.driver.call("resume", partitions=[self.places[i] for i in numbers])

    def poll(self, seconds):
        for topic, partition, offset, value in self.driver.call("poll", seconds=seconds):
            place = (topic, partition)
            if place not in self.assigned:
                continue  # it was on its way when the assignment changed
            self.test.assertNotIn(place, self.paused)
            values = self.read.setdefault(place, [])
            self.test.assertEqual(offset, len(values), f"{place} after {len(values)} of {len(self.written[place])}")
            values.append(drivers.decoded(value))

    def drain(self):
        """Reads until all is there that is not paused; then it must be what was written."""
        wanted = {place: self.written[place] for place in self.assigned if place in self.written and place not in self.paused}

        def read():
            return {place: values for place, values in self.read.items() if place not in self.paused}

        for _ in range(40):
            if sum(map(len, read().values())) == sum(map(len, wanted.values())):
                break
            self.poll(0.25)
        self.test.assertEqual(read(), wanted)


class Java(One, ClientTest):
    NAME = "java"
    SESSIONS = True
    WITHOUT = ("admin_epochs", "admin_alter_configs")


class FranzGo(One, ClientTest):
    NAME = "franz_go"
    SESSIONS = True
    WITHOUT = ("admin_features", "admin_quorum")


class Sarama(One, ClientTest):
    NAME = "sarama"
    WITHOUT = ("admin_epochs", "admin_features", "admin_quorum")


class Confluent(One, ClientTest):
    NAME = "confluent"
    WITHOUT = ("admin_epochs", "admin_features", "admin_quorum", "admin_log_dirs")


class Aiokafka(One, ClientTest):
    NAME = "aiokafka"
    WITHOUT = ("admin_epochs", "admin_features", "admin_quorum", "admin_log_dirs", "admin_incremental_alter_configs")


class Kafkajs(One, ClientTest):
    NAME = "kafkajs"
    RECORDS = RECORDS  # it writes no header without a value
    WITHOUT = ("following_many_partitions", "admin_epochs", "admin_features", "admin_quorum", "admin_log_dirs",
               "admin_incremental_alter_configs")


class Platformatic(One, ClientTest):
    NAME = "platformatic"
    WITHOUT = ("following_many_partitions", "admin_epochs", "admin_features", "admin_quorum")


def test_of(writer):
    return lambda test: test.written_by(writer)


for name, test in [(one.NAME, test_of(one)) for one in One.__subclasses__()]:
    setattr(Together, f"test_{name}", test)


if __name__ == "__main__":
    unittest.main()
