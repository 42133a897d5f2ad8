"""kcat, unmodified, against kserver."""
import os
import time
import unittest

from support import segment
from support.kserver import KserverTest


class Kcat(KserverTest):
    def kcat(self, *options, stdin=b"", check=True):
        return self.run_tool("kcat", "-b", self.server.address, *options, stdin=stdin, check=check)

    def consume(self, topic, *options):
        return self.kcat("-C", "-t", topic, "-e", "-q", *options)

    def folder(self, topic, partition=0):
        return self.server.log_dir / f"{topic}-{partition}"


class Pipes(Kcat):
    def test_lines_in_are_lines_out(self):
        self.create("lines")
        lines = b"".join(b"line %d\n" % i for i in range(5000))
        self.kcat("-P", "-t", "lines", stdin=lines)
        self.assertEqual(self.consume("lines"), lines)

    def test_metadata_names_the_broker_and_the_topic(self):
        self.create("listed", 3)
        listing = self.kcat("-L").decode()
        self.assertIn(f"at {self.server.address}", listing)
        self.assertIn('topic "listed" with 3 partitions', listing)

    def test_acks_0_1_and_all(self):
        for acks in ("0", "1", "all"):
            self.create(f"acks-{acks}")
            self.kcat("-P", "-t", f"acks-{acks}", "-X", f"acks={acks}", stdin=b"one\ntwo\n")
            self.assertEqual(self.consume(f"acks-{acks}"), b"one\ntwo\n")

    def test_from_an_offset_and_from_behind(self):
        self.create("offsets")
        self.kcat("-P", "-t", "offsets", stdin=b"".join(b"%d\n" % i for i in range(100)))
        self.assertEqual(self.consume("offsets", "-p", "0", "-o", "95"), b"95\n96\n97\n98\n99\n")
        self.assertEqual(self.consume("offsets", "-p", "0", "-o", "-2"), b"98\n99\n")
        self.assertEqual(self.consume("offsets", "-p", "0", "-o", "10", "-c", "2"), b"10\n11\n")
        self.assertEqual(self.consume("offsets", "-p", "0", "-o", "end"), b"")

    def test_from_a_time(self):
        self.create("times")
        self.kcat("-P", "-t", "times", stdin=b"before\n")
        time.sleep(0.05)
        between = int(time.time() * 1000)
        time.sleep(0.05)
        self.kcat("-P", "-t", "times", stdin=b"after\n")
        self.assertEqual(self.consume("times", "-p", "0", "-o", f"s@{between}"), b"after\n")
        self.assertIn(b"offset 1", self.kcat("-Q", "-t", f"times:0:{between}"))
        self.assertEqual(self.consume("times", "-p", "0", "-o", f"e@{between}"), b"before\n")

    def test_following_sees_what_comes_later(self):
        import subprocess

        self.create("followed")
        reader = subprocess.Popen(
            ["kcat", "-b", self.server.address, "-C", "-t", "followed", "-q", "-u", "-c", "2", "-X", "fetch.wait.max.ms=100"],
            stdout=subprocess.PIPE,
        )
        self.addCleanup(reader.kill)
        self.kcat("-P", "-t", "followed", stdin=b"first\n")
        self.assertEqual(reader.stdout.readline(), b"first\n")
        self.kcat("-P", "-t", "followed", stdin=b"second\n")
        self.assertEqual(reader.communicate(timeout=30)[0], b"second\n")


class Records(Kcat):
    def test_keys_headers_and_nulls(self):
        self.create("fields")
        self.kcat("-P", "-t", "fields", "-K", ":", "-Z", "-H", "a=1", "-H", "b=", "-H", "a=2", stdin=b"key:value\n:no key\nno value:\n")
        shown = self.consume("fields", "-f", r"%K %k|%S %s|%h\n").decode()
        self.assertEqual(shown, "3 key|5 value|a=1,b=,a=2\n-1 |6 no key|a=1,b=,a=2\n8 no value|-1 |a=1,b=,a=2\n")

    def test_any_bytes(self):
        self.create("bytes")
        value = bytes(range(256)) * 3
        path = self.server.folder / "value"
        path.write_bytes(value)
        self.kcat("-P", "-t", "bytes", path)
        self.assertEqual(self.consume("bytes", "-f", "%s"), value)

    def test_records_of_990000_bytes(self):
        self.create("large")
        value = os.urandom(990_000).replace(b"\n", b".")
        self.kcat("-P", "-t", "large", stdin=value + b"\n" + value[::-1] + b"\n")
        self.assertEqual(self.consume("large"), value + b"\n" + value[::-1] + b"\n")

    def test_one_mebibyte_with_both_limits_raised(self):
        self.create("larger", max_message_bytes=2_000_000)
        value = os.urandom(1 << 20).replace(b"\n", b".")
        self.kcat("-P", "-t", "larger", "-X", "message.max.bytes=2000000", stdin=value + b"\n")
        self.assertEqual(self.consume("larger"), value + b"\n")

    def test_too_large_a_batch_is_refused_by_name(self):
        self.create("small", max_message_bytes=1000)
        done = self.kcat("-P", "-t", "small", "-X", "retries=0", stdin=b"x" * 5000 + b"\n", check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b"Message size too large", done.stderr)
        self.assertEqual(self.consume("small"), b"")


class Codecs(Kcat):
    LINES = b"".join(b"the same words again and again, number %d\n" % (i % 7) for i in range(3000))

    def round_trip(self, codec):
        self.create(codec)
        self.kcat("-P", "-t", codec, "-z", codec, stdin=self.LINES)
        codecs = segment.codecs(self.folder(codec))
        self.assertIn(codec, codecs)
        self.assertLessEqual(codecs, {codec, "none"})  # a batch that it would make larger
        self.assertEqual(self.consume(codec), self.LINES)

    def test_gzip(self):
        self.round_trip("gzip")

    def test_snappy(self):
        self.round_trip("snappy")

    def test_zstd(self):
        self.round_trip("zstd")

    def test_lz4_made_by_kproduce(self):
        self.create("lz4")
        self.run_tool("kproduce", "-b", self.server.address, "-z", "lz4", "lz4", stdin=self.LINES)
        self.assertEqual(segment.codecs(self.folder("lz4")), {"lz4"})
        self.assertEqual(self.consume("lz4"), self.LINES)


class ManyPartitions(Kcat):
    def test_a_thousand(self):
        self.create("many", 1000)
        lines = b"".join(b"key%d:%d\n" % (i, i) for i in range(5000))
        self.kcat("-P", "-t", "many", "-K", ":", stdin=lines)
        got = self.consume("many", "-f", "%k:%s\n")
        self.assertEqual(sorted(got.splitlines()), sorted(lines.splitlines()))
        folders = list(self.server.log_dir.glob("many-*"))
        self.assertGreater(len(folders), 900, "5000 keys meet almost every partition")


class UnknownTopics(Kcat):
    CONFIG = {"auto.create.topics.enable": "false"}

    def test_are_refused_by_name(self):
        done = self.kcat("-P", "-t", "nowhere", "-X", "message.timeout.ms=3000", "-X", "topic.metadata.propagation.max.ms=100",
                         stdin=b"x\n", check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(b"Unknown topic", done.stderr)
        self.assertNotIn(b"nowhere", self.kcat("-L"))


class AutoCreation(Kcat):
    CONFIG = {"num.partitions": 3}

    def test_makes_a_topic_for_a_producer(self):
        self.kcat("-P", "-t", "made", stdin=b"a\nb\n")
        self.assertEqual(sorted(self.consume("made").splitlines()), [b"a", b"b"])
        self.assertIn(b'topic "made" with 3 partitions', self.kcat("-L"))


class TwoShards(Kcat):
    CONFIG = {"num.shards": 2}

    def test_partitions_of_both_shards_over_one_connection_each(self):
        self.create("shared", 4)
        for partition in range(4):
            self.kcat("-P", "-t", "shared", "-p", partition, stdin=b"".join(b"%d/%d\n" % (partition, i) for i in range(500)))
        for partition in range(4):
            wanted = b"".join(b"%d/%d\n" % (partition, i) for i in range(500))
            self.assertEqual(self.consume("shared", "-p", partition), wanted)
        self.assertEqual(len(self.consume("shared").splitlines()), 2000)


if __name__ == "__main__":
    unittest.main()
