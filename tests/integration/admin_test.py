"""What admins ask of the real kserver, where it must outlive a crash or agree with what is on the disk."""
import threading
import time
import unittest

from confluent_kafka import Consumer, Producer, TopicPartition

from support.kserver import KserverTest
from support.wire import Connection


class AdminTest(KserverTest):
    def connect(self):
        connection = Connection(self.server.address)
        self.addCleanup(connection.close)
        return connection

    def produce(self, topic, partition, count, size=100):
        producer, errors = Producer({"bootstrap.servers": self.server.address, "linger.ms": 5}), []
        for i in range(count):
            producer.produce(topic, b"%d:" % i + b"x" * size, partition=partition,
                             on_delivery=lambda error, _: error and errors.append(error))
            producer.poll(0)
        self.assertEqual((producer.flush(30), errors), (0, []))

    def watermarks(self, topic, partition):
        consumer = Consumer({"bootstrap.servers": self.server.address, "group.id": "none", "enable.auto.commit": False})
        try:
            return consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=20)
        finally:
            consumer.close()


class DeleteRecords(AdminTest):
    CONFIG = {"num.shards": 2, "log.segment.bytes": 1 << 20, "log.retention.check.interval.ms": 100,
              "log.segment.delete.delay.ms": 0}

    def test_what_was_answered_outlives_kill_9(self):
        self.create("deleted", 3)
        for partition in range(3):
            self.produce("deleted", partition, 100)
        for offset in (10, 37, 99, 100):
            asked = {partition: offset for partition in range(3)}
            answer = self.connect().delete_records("deleted", asked)
            self.server.kill()
            self.assertEqual(answer, {partition: (offset, 0) for partition in range(3)})
            self.server.start()
            for partition in range(3):
                self.assertEqual(self.watermarks("deleted", partition), (offset, 100))

    def test_many_at_once_are_all_answered(self):
        self.create("deleted", 8)
        for partition in range(8):
            self.produce("deleted", partition, 20)
        connections = [self.connect() for _ in range(8)]
        failed = []

        def delete(partition):
            for offset in range(1, 21):
                if connections[partition].delete_records("deleted", {partition: offset}) != {partition: (offset, 0)}:
                    failed.append((partition, offset))

        threads = [threading.Thread(target=delete, args=(partition,)) for partition in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failed, [])

    def test_segments_wholly_below_the_start_leave_the_disk(self):
        self.create("deleted")
        self.produce("deleted", 0, 500, size=10_000)
        folder = self.server.log_dir / "deleted-0"
        before = sum(file.stat().st_size for file in folder.glob("*.log"))
        self.assertGreater(before, 4 << 20)
        self.assertEqual(self.connect().delete_records("deleted", {0: -1}), {0: (500, 0)})
        deadline = time.monotonic() + 20
        while len(list(folder.glob("*.log*"))) > 1 and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(len(list(folder.glob("*.log*"))), 1)
        self.assertLess(sum(file.stat().st_size for file in folder.glob("*.log")), before / 2)


class LogDirs(AdminTest):
    CONFIG = {"num.shards": 2}

    def setUp(self):
        super().setUp()
        self.server.stop()
        self.places = [self.server.folder / "one", self.server.folder / "two"]
        self.server.config["log.dirs"] = ",".join(map(str, self.places))
        self.server.start()

    def test_tell_what_is_on_the_disk(self):
        self.create("told", 4)
        for partition in range(3):
            self.produce("told", partition, 10 * (partition + 1))
        told = self.connect().describe_log_dirs()
        self.assertEqual(set(told), set(map(str, self.places)))
        found = {}
        for place in self.places:
            error, partitions = told[str(place)]
            self.assertEqual(error, 0)
            for (topic, partition), (size, lag) in partitions.items():
                folder = place / f"{topic}-{partition}"
                self.assertEqual(size, sum(file.stat().st_size for file in folder.glob("*.log")), folder)
                found[topic, partition] = lag
        self.assertEqual(found, {("told", partition): 0 for partition in range(4)})


if __name__ == "__main__":
    unittest.main()
