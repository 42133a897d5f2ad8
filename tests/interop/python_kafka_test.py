"""python3-kafka, an implementation of the protocol of its own, unmodified, against kserver."""
import unittest

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, NewPartitions, NewTopic
from kafka.errors import TopicAlreadyExistsError, UnknownTopicOrPartitionError

from support import segment
from support.kserver import KserverTest


class PythonKafka(KserverTest):
    def produce(self, topic, records, **config):
        """Sends dictionaries of arguments to send(); returns the offsets acknowledged."""
        producer = KafkaProducer(bootstrap_servers=self.server.address, **config)
        self.addCleanup(producer.close)
        futures = [producer.send(topic, **record) for record in records]
        producer.flush(30)
        return [future.get(30).offset for future in futures]

    def consumer(self, topic, partition=0, **config):
        consumer = KafkaConsumer(bootstrap_servers=self.server.address, consumer_timeout_ms=5000, enable_auto_commit=False, **config)
        self.addCleanup(consumer.close)
        partition = TopicPartition(topic, partition)
        consumer.assign([partition])
        consumer.seek_to_beginning(partition)
        return consumer, partition

    def consume(self, topic, count, offset=0, **config):
        consumer, partition = self.consumer(topic, **config)
        consumer.seek(partition, offset)
        got = []
        for record in consumer:
            got.append(record)
            if len(got) == count:
                break
        self.assertEqual(len(got), count)
        return got


class Records(PythonKafka):
    def test_come_back_as_they_were(self):
        self.create("records")
        records = [
            {"key": b"k", "value": b"v", "timestamp_ms": 1_700_000_000_123, "headers": [("a", b"1"), ("a", b"")]},
            {"key": None, "value": b"no key", "timestamp_ms": 1_700_000_000_124, "headers": []},
            {"key": b"no value", "value": None, "timestamp_ms": 1_700_000_000_125, "headers": []},
        ]
        self.assertEqual(self.produce("records", records), [0, 1, 2])
        for sent, got in zip(records, self.consume("records", 3)):
            self.assertEqual((got.key, got.value, got.timestamp, got.headers), tuple(sent.values()))

    def test_of_990000_bytes_and_of_one_mebibyte(self):
        self.create("large")
        self.create("larger", max_message_bytes=2_000_000)
        self.produce("large", [{"value": b"x" * 990_000}])
        self.assertEqual(self.consume("large", 1)[0].value, b"x" * 990_000)
        self.produce("larger", [{"value": b"y" * (1 << 20)}], max_request_size=2_000_000)
        self.assertEqual(self.consume("larger", 1)[0].value, b"y" * (1 << 20))

    def test_acks(self):
        for acks in (1, "all"):
            self.create(f"acks-{acks}")
            self.assertEqual(self.produce(f"acks-{acks}", [{"value": b"x"}] * 3, acks=acks), [0, 1, 2])
        self.create("acks-0")
        self.produce("acks-0", [{"value": b"x"}] * 3, acks=0)
        self.assertEqual([r.offset for r in self.consume("acks-0", 3)], [0, 1, 2])


class Codecs(PythonKafka):
    def round_trip(self, codec):
        self.create(codec)
        values = [b"the same words again and again %d" % (i % 5) for i in range(500)]
        self.produce(codec, [{"value": value} for value in values], compression_type=codec, linger_ms=50)
        found = segment.batches(self.server.log_dir / f"{codec}-0")
        # It sends uncompressed what would not become smaller, such as a batch of one record.
        self.assertEqual({batch.codec for batch in found if batch.records > 10}, {codec})
        self.assertEqual([r.value for r in self.consume(codec, 500)], values)
        self.assertEqual(self.run_tool("kconsume", "-b", self.server.address, codec), b"".join(v + b"\n" for v in values))

    def test_gzip(self):
        self.round_trip("gzip")

    def test_snappy(self):
        self.round_trip("snappy")

    def test_lz4(self):
        self.round_trip("lz4")

    def test_zstd(self):
        self.round_trip("zstd")


class Offsets(PythonKafka):
    def test_beginning_end_and_times(self):
        self.create("times")
        self.produce("times", [{"value": b"x", "timestamp_ms": 1_700_000_000_000 + 1000 * i} for i in range(10)])
        consumer, partition = self.consumer("times")
        self.assertEqual(consumer.beginning_offsets([partition]), {partition: 0})
        self.assertEqual(consumer.end_offsets([partition]), {partition: 10})
        found = consumer.offsets_for_times({partition: 1_700_000_003_500})[partition]
        self.assertEqual((found.offset, found.timestamp), (4, 1_700_000_004_000))
        self.assertIsNone(consumer.offsets_for_times({partition: 1_700_000_099_000})[partition])

    def test_from_an_offset(self):
        self.create("middle")
        self.produce("middle", [{"value": b"%d" % i} for i in range(100)])
        self.assertEqual([r.value for r in self.consume("middle", 5, offset=95)], [b"%d" % i for i in range(95, 100)])


class Admin(PythonKafka):
    def test_creates_topics(self):
        admin = KafkaAdminClient(bootstrap_servers=self.server.address)
        self.addCleanup(admin.close)
        admin.create_topics([NewTopic("made", 12, 1, topic_configs={"retention.ms": "60000"})])
        self.assertEqual(admin.describe_topics(["made"])[0]["topic"], "made")
        self.assertEqual(len(admin.describe_topics(["made"])[0]["partitions"]), 12)
        with self.assertRaises(TopicAlreadyExistsError):
            admin.create_topics([NewTopic("made", 1, 1)])

    def test_creates_a_topic_of_a_thousand_partitions(self):
        admin = KafkaAdminClient(bootstrap_servers=self.server.address)
        self.addCleanup(admin.close)
        admin.create_topics([NewTopic("many", 1000, 1)])
        self.assertEqual(len(admin.describe_topics(["many"])[0]["partitions"]), 1000)
        self.assertEqual(self.produce("many", [{"value": b"%d" % p, "partition": p} for p in range(1000)]), [0] * 1000)
        for partition in (0, 1, 499, 999):
            self.assertEqual(self.consume("many", 1, partition=partition)[0].value, b"%d" % partition)

    def test_describes_configs_and_the_cluster(self):
        admin = KafkaAdminClient(bootstrap_servers=self.server.address)
        self.addCleanup(admin.close)
        self.create("told", retention_ms=123456)
        wanted = [ConfigResource(ConfigResourceType.TOPIC, "told", {"retention.ms": None, "segment.bytes": None})]
        [answer] = admin.describe_configs(wanted, include_synonyms=True)
        [(error, _, _, name, configs)] = answer.resources
        self.assertEqual((error, name), (0, "told"))
        values = {config[0]: config[1] for config in configs}
        self.assertEqual(values, {"retention.ms": "123456", "segment.bytes": "1073741824"})
        [answer] = admin.describe_configs([ConfigResource(ConfigResourceType.BROKER, "1")])
        self.assertIn("num.shards", {config[0] for config in answer.resources[0][4]})
        self.assertEqual([broker["node_id"] for broker in admin.describe_cluster()["brokers"]], [1])

    def test_deletes_widens_and_configures_topics(self):
        admin = KafkaAdminClient(bootstrap_servers=self.server.address)
        self.addCleanup(admin.close)
        self.create("turned")
        admin.create_partitions({"turned": NewPartitions(3)})
        self.assertEqual(len(admin.describe_topics(["turned"])[0]["partitions"]), 3)
        answer = admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, "turned", {"retention.ms": "60000"})])
        self.assertEqual([resource[0] for resource in answer.resources], [0])
        answer = admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, "turned", {"retention.ms": "soon"})])
        self.assertEqual([resource[0] for resource in answer.resources], [40])  # INVALID_CONFIG
        admin.delete_topics(["turned"])
        self.assertEqual(admin.describe_topics(["turned"])[0]["error_code"], 3)
        with self.assertRaises(UnknownTopicOrPartitionError):
            admin.delete_topics(["turned"])


if __name__ == "__main__":
    unittest.main()
