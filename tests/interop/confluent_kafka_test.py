"""python3-confluent-kafka (librdkafka), unmodified, against kserver."""
import threading
import time
import unittest

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, ConfigSource, NewPartitions, NewTopic

from support import segment
from support.kserver import KserverTest


class Librdkafka(KserverTest):
    def producer(self, **config):
        settings = {"bootstrap.servers": self.server.address, **{k.replace("_", "."): v for k, v in config.items()}}
        return Producer(settings)

    def produce(self, topic, records, **config):
        """Sends dictionaries of arguments to produce(); returns what was acknowledged, in order."""
        producer, acknowledged, errors = self.producer(**config), [], []

        def delivered(error, message):
            errors.append(error) if error else acknowledged.append(message)

        for record in records:
            producer.produce(topic, on_delivery=delivered, **record)
            producer.poll(0)
        self.assertEqual(producer.flush(30), 0)
        self.assertEqual(errors, [])
        return acknowledged

    def consumer(self, *partitions):
        consumer = Consumer({"bootstrap.servers": self.server.address, "group.id": "none", "enable.auto.commit": False,
                             "enable.partition.eof": False})
        self.addCleanup(consumer.close)
        consumer.assign(list(partitions))
        return consumer

    def consume(self, topic, count, partition=0, offset=OFFSET_BEGINNING):
        consumer, got = self.consumer(TopicPartition(topic, partition, offset)), []
        deadline = time.monotonic() + 30
        while len(got) < count and time.monotonic() < deadline:
            message = consumer.poll(0.5)
            if message is not None:
                self.assertIsNone(message.error())
                got.append(message)
        self.assertEqual(len(got), count)
        return got


class Records(Librdkafka):
    def test_come_back_as_they_were(self):
        self.create("records")
        records = [
            {"key": b"k", "value": b"v", "timestamp": 1_700_000_000_123, "headers": [("a", b"1"), ("a", None), ("", b"")]},
            {"key": None, "value": b"no key", "timestamp": 1_700_000_000_124},
            {"key": b"no value", "value": None, "timestamp": 1_700_000_000_125},
            {"key": b"", "value": b"", "timestamp": 1_700_000_000_126},
        ]
        acknowledged = self.produce("records", records)
        self.assertEqual([m.offset() for m in acknowledged], [0, 1, 2, 3])
        for offset, (sent, got) in enumerate(zip(records, self.consume("records", 4))):
            self.assertEqual((got.offset(), got.key(), got.value()), (offset, sent["key"], sent["value"]))
            self.assertEqual(got.timestamp()[1], sent["timestamp"])
            self.assertEqual(got.headers(), sent.get("headers"))

    def test_of_990000_bytes(self):
        self.create("large")
        values = [bytes([i]) * 990_000 for i in range(3)]
        self.produce("large", [{"value": value} for value in values])
        self.assertEqual([m.value() for m in self.consume("large", 3)], values)

    def test_of_more_than_one_mebibyte_with_both_limits_raised(self):
        self.create("larger", max_message_bytes=2_000_000)
        value = bytes(range(256)) * 4097
        self.produce("larger", [{"value": value}], message_max_bytes=2_000_000)
        self.assertEqual(self.consume("larger", 1)[0].value(), value)

    def test_ten_thousand_in_order(self):
        self.create("order")
        self.produce("order", [{"value": b"%d" % i} for i in range(10_000)], linger_ms=5)
        self.assertEqual([m.value() for m in self.consume("order", 10_000)], [b"%d" % i for i in range(10_000)])

    def test_from_an_offset(self):
        self.create("middle")
        self.produce("middle", [{"value": b"%d" % i} for i in range(100)])
        self.assertEqual([m.value() for m in self.consume("middle", 10, offset=90)], [b"%d" % i for i in range(90, 100)])


class Codecs(Librdkafka):
    def round_trip(self, codec):
        self.create(codec)
        values = [b"the same words again and again %d" % (i % 5) for i in range(500)]
        self.produce(codec, [{"value": value} for value in values], compression_type=codec, linger_ms=50)
        # librdkafka leaves a batch alone that a codec would make larger, as the first one may be on a slow machine.
        codecs = segment.codecs(self.server.log_dir / f"{codec}-0")
        self.assertIn(codec, codecs)
        self.assertLessEqual(codecs, {codec, "none"})
        self.assertEqual([m.value() for m in self.consume(codec, 500)], values)

    def test_none(self):
        self.round_trip("none")

    def test_gzip(self):
        self.round_trip("gzip")

    def test_snappy(self):
        self.round_trip("snappy")

    def test_zstd(self):
        self.round_trip("zstd")

    def test_lz4_made_by_kproduce(self):
        self.create("lz4")
        lines = [b"the same words again and again %d" % (i % 5) for i in range(500)]
        self.run_tool("kproduce", "-b", self.server.address, "-z", "lz4", "lz4", stdin=b"".join(line + b"\n" for line in lines))
        self.assertEqual(segment.codecs(self.server.log_dir / "lz4-0"), {"lz4"})
        self.assertEqual([m.value() for m in self.consume("lz4", 500)], lines)


class Offsets(Librdkafka):
    def test_watermarks_and_times(self):
        self.create("times")
        self.produce("times", [{"value": b"x", "timestamp": 1_700_000_000_000 + 1000 * i} for i in range(10)])
        consumer = self.consumer()
        self.assertEqual(consumer.get_watermark_offsets(TopicPartition("times", 0), timeout=10), (0, 10))
        asked = {1_700_000_000_000: 0, 1_700_000_003_000: 3, 1_700_000_003_001: 4, 1_700_000_009_001: OFFSET_END}
        for when, offset in asked.items():
            [found] = consumer.offsets_for_times([TopicPartition("times", 0, when)], timeout=10)
            self.assertIsNone(found.error)
            self.assertEqual(found.offset, offset, when)


class Admin(Librdkafka):
    def test_creates_a_topic_of_a_thousand_partitions(self):
        admin = AdminClient({"bootstrap.servers": self.server.address})
        admin.create_topics([NewTopic("many", 1000, 1)], operation_timeout=30)["many"].result(30)
        self.assertEqual(len(admin.list_topics(timeout=10).topics["many"].partitions), 1000)
        self.produce("many", [{"value": b"%d" % p, "partition": p} for p in range(1000)])
        for partition in (0, 1, 499, 999):
            self.assertEqual(self.consume("many", 1, partition)[0].value(), b"%d" % partition)

    def test_is_told_what_is_wrong(self):
        admin = AdminClient({"bootstrap.servers": self.server.address})
        self.create("there")
        for topic, code in (
            (NewTopic("there", 1, 1), "TOPIC_ALREADY_EXISTS"),
            (NewTopic("no/slash", 1, 1), "TOPIC_EXCEPTION"),
            (NewTopic("three", 1, 3), "INVALID_REPLICATION_FACTOR"),
            (NewTopic("odd", 1, 1, config={"retention.ms": "soon"}), "INVALID_CONFIG"),
        ):
            with self.assertRaises(KafkaException) as refused:
                admin.create_topics([topic])[topic.topic].result(30)
            self.assertEqual(refused.exception.args[0].name(), code)


    def test_describes_configs(self):
        admin = AdminClient({"bootstrap.servers": self.server.address})
        self.create("told", retention_bytes=1000)

        def describe(kind, name):
            return admin.describe_configs([ConfigResource(kind, name)])[ConfigResource(kind, name)].result(30)

        topic = describe("topic", "told")
        entry = topic["retention.bytes"]
        self.assertEqual((entry.value, entry.source, entry.is_read_only, entry.is_default, entry.is_sensitive),
                         ("1000", ConfigSource.DYNAMIC_TOPIC_CONFIG.value, False, False, False))
        self.assertEqual({(given.name, given.value, given.source) for given in entry.synonyms.values()},
                         {("retention.bytes", "1000", 1), ("log.retention.bytes", "-1", 5)})
        self.assertEqual((topic["cleanup.policy"].value, topic["cleanup.policy"].source), ("delete", 5))
        broker = describe("broker", "1")
        self.assertEqual((broker["log.dirs"].value, broker["log.dirs"].source, broker["log.dirs"].is_read_only),
                         (str(self.server.log_dir), ConfigSource.STATIC_BROKER_CONFIG.value, True))
        self.assertTrue(broker["ssl.key.password"].is_sensitive)
        self.assertIsNone(broker["ssl.key.password"].value)
        with self.assertRaises(KafkaException) as refused:
            describe("topic", "nowhere")
        self.assertEqual(refused.exception.args[0].name(), "UNKNOWN_TOPIC_OR_PART")

    def refused(self, future):
        with self.assertRaises(KafkaException) as refused:
            future.result(30)
        return refused.exception.args[0].name()

    def test_deletes_topics_and_makes_them_again(self):
        admin = AdminClient({"bootstrap.servers": self.server.address})
        for round in range(3):
            admin.create_topics([NewTopic("passing", 2, 1)])["passing"].result(30)
            self.produce("passing", [{"value": b"round %d" % round, "partition": 1}])
            self.assertEqual(self.consume("passing", 1, 1)[0].value(), b"round %d" % round)
            admin.delete_topics(["passing"], operation_timeout=30)["passing"].result(30)
            self.assertNotIn("passing", admin.list_topics(timeout=10).topics)
        self.assertEqual(self.refused(admin.delete_topics(["passing"])["passing"]), "UNKNOWN_TOPIC_OR_PART")

    def test_adds_partitions(self):
        admin = AdminClient({"bootstrap.servers": self.server.address})
        self.create("wide", 2)
        admin.create_partitions([NewPartitions("wide", 5)])["wide"].result(30)
        self.assertEqual(len(admin.list_topics("wide", timeout=10).topics["wide"].partitions), 5)
        self.produce("wide", [{"value": b"new", "partition": 4}])
        self.assertEqual(self.consume("wide", 1, 4)[0].value(), b"new")
        self.assertEqual(self.refused(admin.create_partitions([NewPartitions("wide", 5)])["wide"]), "INVALID_PARTITIONS")
        assigned = NewPartitions("wide", 6, replica_assignment=[[7]])
        self.assertEqual(self.refused(admin.create_partitions([assigned])["wide"]), "INVALID_REPLICA_ASSIGNMENT")

    def test_alters_configs(self):
        admin = AdminClient({"bootstrap.servers": self.server.address})
        self.create("tuned")
        for kind, name, config, value, code in (
            (ConfigResource.Type.TOPIC, "tuned", "max.message.bytes", "2000", None),
            (ConfigResource.Type.TOPIC, "tuned", "max.message.bytes", "many", "INVALID_CONFIG"),
            (ConfigResource.Type.TOPIC, "nobody", "max.message.bytes", "2000", "UNKNOWN_TOPIC_OR_PART"),
            (ConfigResource.Type.BROKER, "1", "log.retention.ms", "100000", None),
            (ConfigResource.Type.BROKER, "1", "node.id", "5", "INVALID_REQUEST"),
            (ConfigResource.Type.BROKER, "1", "log.cleanup.policy", "compact", "INVALID_CONFIG"),
        ):
            resource = ConfigResource(kind, name)
            resource.set_config(config, value)
            altered = admin.alter_configs([resource])[resource]
            if code:
                self.assertEqual(self.refused(altered), code, (name, config))
            else:
                altered.result(30)
        with self.assertRaises(AssertionError):
            self.produce("tuned", [{"value": b"x" * 5000}])


class TwoClients(Librdkafka):
    def test_interleaved_producers_lose_nothing_and_keep_their_order(self):
        self.create("both")
        threads = [
            threading.Thread(target=self.produce, args=("both", [{"key": name, "value": b"%d" % i} for i in range(3000)]))
            for name in (b"a", b"b")
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        got = self.consume("both", 6000)
        self.assertEqual([m.offset() for m in got], list(range(6000)))
        for name in (b"a", b"b"):
            self.assertEqual([m.value() for m in got if m.key() == name], [b"%d" % i for i in range(3000)])


if __name__ == "__main__":
    unittest.main()
