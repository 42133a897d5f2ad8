"""Our tools against Apache Kafka's own broker and against kserver: the same command lines do and print the same."""
import pathlib
import re
import subprocess
import tempfile
import unittest

from support.apache_kafka import Kafka
from support.kserver import BIN, Kserver

# What brokers choose freely, or the clock does.
FREE = ((re.compile(r"127\.0\.0\.1:\d+"), "BROKER"), (re.compile(r"(?<![\w-])(?!BROKER)[\w-]{21}[AQgw](?![\w-])"), "ID"),
        (re.compile(r"\b20\d\d-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)"), "TIME"), (re.compile(r"\b1[5-9]\d{11}\b"), "MS"))
# What a broker says behind the name of an error is its own.
SENTENCE = re.compile(r"(?m)\b([A-Z]+(?:_[A-Z]+)+): .*?(?=; see: |$)")
# Kafka sets this for all brokers by itself, once ELR is on (KIP-966).
SET_BY_KAFKA = re.compile(r"g\tmin\.insync\.replicas\t1\tbrokers\t1\n")


class SameAsKafka(unittest.TestCase):
    """The class has both brokers, one node with id 1 each."""

    @classmethod
    def setUpClass(cls):
        cls.kafka, cls.kserver = Kafka(), Kserver({"num.shards": 2, "node.id": 1})
        for broker in (cls.kafka, cls.kserver):
            cls.addClassCleanup(broker.close)
            broker.start()

    def run_on(self, broker, tool, *words, stdin=b""):
        """Exit status, stdout and stderr of a command line."""
        done = subprocess.run([BIN / tool, "-b", broker.address, *map(str, words)], input=stdin, capture_output=True, timeout=60)
        texts = [done.stdout.decode(errors="backslashreplace"), done.stderr.decode(errors="backslashreplace")]
        for pattern, name in (*FREE, (SENTENCE, r"\1"), (SET_BY_KAFKA, "")):
            texts = [pattern.sub(name, text) for text in texts]
        return done.returncode, *texts

    def same(self, *words, status=0, **more):
        """What both answer; returns stdout."""
        theirs, ours = (self.run_on(broker, *words, **more) for broker in (self.kafka, self.kserver))
        self.assertEqual(theirs, ours, words)
        self.assertEqual(theirs[0], status, (words, theirs))
        return theirs[1]

    def test_create_list_describe(self):
        self.assertEqual(self.same("ktopics", "create", "c-one", "-p", 3, "-c", "retention.ms=61s"), "c-one\t3\t1\tID\n")
        self.same("ktopics", "create", "c-one", status=4)
        self.same("ktopics", "create", "c-one", "--if-not-exists")
        self.same("ktopics", "create", "c-two", "c-three", "--like", "c-one")
        self.same("ktopics", "create", "c-bad", "-r", 3, status=1)
        self.same("ktopics", "create", "c-bad", "-c", "retention.ms=x", status=2)
        self.same("ktopics", "create", "c-bad", "-c", "retention.msec=1", status=1)
        self.same("ktopics", "create", "c/bad", status=1)
        self.same("ktopics", "create", "c-dry", "--dry-run", "-f", "csv")
        self.assertEqual(self.same("ktopics", "list", "c-*"), "c-one\nc-three\nc-two\n")
        self.assertEqual(self.same("ktopics", "list", "c-none"), "")
        for form in ("plain", "table", "csv", "json"):
            self.same("ktopics", "describe", "c-one", "c-two", "-f", form)
        self.same("ktopics", "describe", "c-none", status=3)
        self.same("ktopics", "describe", "--unhealthy", "c-*")

    def test_alter_and_delete(self):
        self.same("ktopics", "create", "a-one", "a-two")
        self.same("ktopics", "alter", "a-one", "-p", 4, status=2)
        self.same("ktopics", "alter", "-y", "a-one", "-p", 4)
        self.same("ktopics", "alter", "-y", "a-one", "-p", 2, status=1)
        self.same("ktopics", "alter", "-y", "a-none", "-p", 2, status=3)
        self.same("ktopics", "describe", "a-one")
        self.same("ktopics", "delete", "a-one", status=2)
        self.same("ktopics", "delete", "--dry-run", "a-one", "a-two")
        self.same("ktopics", "delete", "-y", "a-one", "a-none", status=1)
        self.assertEqual(self.same("ktopics", "list", "-E", "a-.*"), "a-two\n")

    def test_config(self):
        self.same("ktopics", "create", "g", "-c", "cleanup.policy=delete", "-c", "max.message.bytes=2MiB")
        self.assertEqual(self.same("ktopics", "config", "g", "max.message.bytes"), "2097152\n")
        self.same("ktopics", "config", "g")
        self.same("ktopics", "config", "g", "retention.ms=2h", "segment.bytes=4MiB")
        self.assertEqual(self.same("ktopics", "config", "g", "retention.ms"), "7200000\n")
        self.same("ktopics", "config", "g", "retention.ms=oops", status=2)
        self.same("ktopics", "config", "g", "min.insync.replicas=0", status=1)
        self.same("ktopics", "config", "g", "no.such.config", status=3)
        self.same("ktopics", "config", "g", "no.such.config=1", status=1)
        self.same("ktopics", "config", "g", "--unset", "retention.ms", "--dry-run")
        self.same("ktopics", "config", "g", "--unset", "retention.ms")
        self.assertEqual(self.same("ktopics", "config", "g", "retention.ms"), "604800000\n")
        (_, theirs, _), (_, ours, _) = (self.run_on(broker, "ktopics", "config", "g", "-a") for broker in (self.kafka, self.kserver))
        # kserver knows the configs of Kafka 4.4, too.
        self.assertLessEqual(set(theirs.splitlines()), set(ours.splitlines()))
        self.same("ktopics", "config", "none-such", status=3)

    def test_records_there_and_back(self):
        self.same("ktopics", "create", "r", "-p", 3)
        lines = b"".join(b"key%d:value %d\n" % (i % 17, i) for i in range(5_000))
        self.same("kproduce", "-K", ":", "r", stdin=lines)
        self.assertEqual(self.same("ktopics", "offsets", "r").count("\n"), 3)
        self.assertEqual(sorted(self.same("kconsume", "-K", ":", "r").splitlines()), sorted(lines.decode().splitlines()))
        for partition in range(3):
            self.same("kconsume", "-f", r"%p %o %k %s %h\n", f"r:{partition}@10..40")
            self.same("kconsume", f"r:{partition}", "-o", -3, "-f", "csv")
        self.same("kconsume", "-n", 3, "-k", "key4", "-o", "end", "r")
        self.same("kconsume", "--stats", "r", "-f", "plain")
        self.same("kconsume", "r", "-o", "+10", "-u", "20", "--merge", "-n", 5, "-p", 0)
        self.same("kconsume", "r:9", status=3)
        self.same("kconsume", "none-such", status=3)
        self.same("kproduce", "none-such", stdin=b"x\n", status=3)
        self.same("kproduce", "-p", 7, "r", stdin=b"x\n", status=3)

    def test_every_codec_and_json(self):
        for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
            self.same("ktopics", "create", f"j-{codec}")
            line = b'{"key":"k","value":null,"headers":[{"key":"h","value":"\xc3\xa4"}],"timestamp":1700000000000}\n'
            self.same("kproduce", "-J", "-z", codec, f"j-{codec}", stdin=line * 300 + b'{"value":"last"}\n')
            self.same("kconsume", "-J", f"j-{codec}")
            self.same("kproduce", "-f", "batch", "-p", 0, f"j-{codec}", stdin=self.batches(f"j-{codec}"))
            self.assertEqual(self.same("kconsume", f"j-{codec}").count("last"), 2)

    def batches(self, topic):
        return subprocess.run([BIN / "kconsume", "-b", self.kafka.address, "-f", "batch", topic], check=True, stdout=subprocess.PIPE).stdout

    def test_offsets_by_time_and_truncate(self):
        self.same("ktopics", "create", "o", "-p", 2)
        for at in (1_700_000_000_000, 1_700_000_100_000, 1_700_000_200_000):
            self.same("kproduce", "-J", "-p", 1, "o", stdin=b'{"value":"x","timestamp":%d}\n' % at * 10)
        self.same("ktopics", "offsets", "o", "-f", "csv")
        for position in ("beginning", "end", "-4", "+4", "@1700000100", "2023-11-14T22:16:40Z", "now"):
            self.same("ktopics", "offsets", "o", "-o", position)
        self.same("kconsume", "o", "-o", "@1700000100", "-u", "@1700000200", "-f", r"%p %o %T\n")
        self.same("ktopics", "truncate", "o", "--to", "@1700000100", status=2)
        self.same("ktopics", "truncate", "-y", "o", "--to", "@1700000100")
        self.same("ktopics", "offsets", "o")
        self.assertEqual(len(self.same("kconsume", "o").split()), 20)
        self.same("kconsume", "o:1", "-o", "3", "-f", r"%o\n", status=1)
        self.same("ktopics", "truncate", "-y", "o:1", "--to", "end")
        self.assertEqual(self.same("kconsume", "o"), "")
        self.same("ktopics", "truncate", "-y", "o:5", "--to", "end", status=3)

    def test_what_a_broker_refuses(self):
        self.same("ktopics", "create", "s", "-c", "max.message.bytes=1000")
        self.same("kproduce", "s", stdin=b"y" * 2_000 + b"\n", status=1)
        self.same("kproduce", "--on-error", "skip", "--linger", "0s", "s", stdin=b"a\n" + b"y" * 2_000 + b"\nb\n", status=1)

    def test_copy_and_compare(self):
        self.same("ktopics", "create", "from", "to", "-p", 2)
        self.same("kproduce", "-K", "=", "from", stdin=b"".join(b"%d=%d\n" % (i, i) for i in range(400)))
        self.same("kconsume", "from", "--to", "to", "--keep-partition")
        self.same("kconsume", "from", "--diff", "to")
        self.same("kproduce", "-p", 1, "to", stdin=b"more\n")
        self.same("kconsume", "from", "--diff", "to", status=7)

    def test_from_one_to_the_other(self):
        """A topic of Kafka's goes to kserver as it is stored, and comes back."""
        self.same("ktopics", "create", "bridge", "back")
        lines = b"".join(b"%d\n" % i for i in range(3_000))
        command = lambda tool, broker, *words: [BIN / tool, "-q", "-b", broker.address, *words]
        run = lambda *words, data=b"": subprocess.run(words[0], input=data, capture_output=True, check=True, timeout=60).stdout
        run(command("kproduce", self.kafka, "-z", "zstd", "bridge"), data=lines)
        batches = run(command("kconsume", self.kafka, "-f", "batch", "bridge"))
        run(command("kproduce", self.kserver, "-f", "batch", "-p", "0", "bridge"), data=batches)
        run(command("kproduce", self.kafka, "-J", "back"), data=run(command("kconsume", self.kserver, "-J", "bridge")))
        self.assertEqual(run(command("kconsume", self.kafka, "back")), lines)

    def test_transactions(self):
        """kserver has none yet: what Kafka's topics hold of them is shown, or not, as is asked."""
        try:
            import confluent_kafka
        except ImportError:
            self.skipTest("there is no confluent_kafka on this machine")
        self.run_on(self.kafka, "ktopics", "create", "tx")
        producer = confluent_kafka.Producer({"bootstrap.servers": self.kafka.address, "transactional.id": "t", "linger.ms": 0})
        producer.init_transactions(30)
        for words, end in (("a b", producer.commit_transaction), ("c d", producer.abort_transaction), ("e", producer.commit_transaction)):
            producer.begin_transaction()
            for word in words.split():
                producer.produce("tx", word)
            producer.flush(30)
            end(30)
        read = lambda *words: self.run_on(self.kafka, "kconsume", "tx", *words)
        self.assertEqual(read(), (0, "a\nb\ne\n", ""))
        self.assertEqual(read("--isolation-level", "read_uncommitted"), (0, "a\nb\nc\nd\ne\n", ""))
        self.assertEqual(read("--show-control", "-f", "%o %{control}\\n")[1].split(), "0 1 2 commit 5 abort 6 7 commit".split())
        last = read("--show-control", "-J", "-o", "-1")[1]
        self.assertTrue(last.endswith(',"headers":[],"control":"commit"}\n'), last)
        self.assertEqual(read("--show-control", "--tail", "2", "-f", "csv", "--columns", "offset,control")[1], "offset,control\r\n6,\r\n7,commit\r\n")
        self.assertEqual(read("--show-control", "--merge", "-f", "plain", "--columns", "control,offset", "-n", "3")[1], "-\t0\n-\t1\ncommit\t2\n")
        self.assertEqual(read("--show-control")[0], 2)
        self.assertEqual(read("--show-control", "--to", "x")[0], 2)


if __name__ == "__main__":
    unittest.main()


class WhatKafkaWrote(unittest.TestCase):
    """The logs of a Kafka that has stopped, as kserver verify reads them."""

    def test_is_whole(self):
        with tempfile.TemporaryDirectory(prefix="kafka-test-") as folder:
            kafka = Kafka(folder=pathlib.Path(folder) / "kafka")
            try:
                kafka.start()
                subprocess.run([BIN / "ktopics", "-b", kafka.address, "create", "-q", "logs", "-p", "2", "-c", "segment.bytes=1048576",
                                "-c", "index.interval.bytes=100"], check=True)
                subprocess.run([BIN / "ktopics", "-b", kafka.address, "create", "-q", "stamped", "-c", "message.timestamp.type=LogAppendTime"],
                               check=True)
                lines = b"".join(b"%09d %s\n" % (number, b"x" * (number % 90)) for number in range(30_000))
                for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
                    for topic in ("logs", "stamped"):
                        subprocess.run([BIN / "kproduce", "-q", "-b", kafka.address, "-z", codec, "-X", "max.request.size=20000", topic],
                                       input=lines, check=True)
                subprocess.run([BIN / "ktopics", "-b", kafka.address, "truncate", "-yq", "logs:0", "--to", "20000"], check=True)
                done = self.verify(kafka.log_dir / "logs-0")
                self.assertEqual(done.returncode, 1, done)
                self.assertIn("is in use by a broker", done.stderr)
            finally:
                kafka.close()
            for name in ("logs-0", "logs-1", "stamped-0"):
                done = self.verify(kafka.log_dir / name)
                self.assertEqual((done.returncode, done.stdout), (0, ""), done)
                self.assertIn("nothing is damaged", done.stderr)
            self.assertGreater(len(list((kafka.log_dir / "logs-0").glob("*.log"))), 1)

    def verify(self, folder):
        return subprocess.run([BIN / "kserver", "verify", folder], capture_output=True, text=True, timeout=60)
