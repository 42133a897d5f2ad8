"""Command lines for Kafka's own tools, typed once to the tools and once to our programs under their names: the same
output and the same exit status, against the same kserver."""
import json
import pathlib
import re
import struct
import subprocess

from interop.clients.kafka_tools import TOOLS, KafkaToolsTest
from support.kserver import BIN

CLASSES = {"kafka-topics": TOOLS + "TopicCommand", "kafka-configs": "kafka.admin.ConfigCommand",
           "kafka-get-offsets": TOOLS + "GetOffsetShell", "kafka-delete-records": TOOLS + "DeleteRecordsCommand",
           "kafka-dump-log": TOOLS + "DumpLogSegments", "kafka-console-producer": TOOLS + "ConsoleProducer",
           "kafka-console-consumer": TOOLS + "consumer.ConsoleConsumer", "kafka-storage": "kafka.tools.StorageTool"}
PROGRAMS = {"kafka-dump-log": "kserver", "kafka-storage": "kserver", "kafka-console-producer": "kproduce", "kafka-console-consumer": "kconsume"}  # else ktopics
NO_BROKER = ("kafka-dump-log", "kafka-storage")
# What is another id in each run, another level in Kafka 4.3, and what only Kafka's tool prints.
OTHERS = ((r"TopicId: \S{22}", "TopicId: ID"), (r"directory.id=\S{22}", "directory.id=ID"), (r"metadata.version(=\d+ \(| )4\.\d-IV\d", "metadata.version 4.x-IVx"),
          (r"(?m)^Bootstrap metadata: .*\n", ""))


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


class KafkaGrammar(KafkaToolsTest):
    """In a command line {} stands for what tells the topics of the one run from those of the other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.links = cls.server.folder / "links"
        cls.links.mkdir()
        for tool in CLASSES:
            (cls.links / f"{tool}.sh").symlink_to(BIN / PROGRAMS.get(tool, "ktopics"))

    def typed(self, who, tool, words, stdin="", alike=True):
        """Status and stdout of a command line, with all names told alike, where each knows only its own."""
        words = [str(word).replace("{server}", self.server.address).replace("{}", who) for word in words]
        if who == "x-theirs":
            status, out, err = self.kafka(CLASSES[tool], *words, stdin)
        else:
            done = subprocess.run([self.links / f"{tool}.sh", *words], capture_output=True, timeout=60, input=stdin.encode())
            status, out, err = done.returncode, done.stdout.decode(errors="surrogateescape"), done.stderr.decode()
        if alike:
            out = out.replace(who, "{}")
        for one, instead in OTHERS:
            out = re.sub(one, instead, out)
        return status, out, f"{tool} {words}\n{err}"

    def same(self, tool, *words, status=None, in_order=True, stderr=False, stdin="", alike=True):
        """Types a command line to both; returns what both print."""
        if "--bootstrap-server" not in words and tool not in NO_BROKER:
            words = ("--bootstrap-server", "{server}", *words)
        theirs_status, theirs, their_err = self.typed("x-theirs", tool, words, stdin, alike)
        our_status, ours, our_err = self.typed("x-ours", tool, words, stdin, alike)
        if not in_order:
            theirs, ours = sorted(theirs.splitlines()), sorted(ours.splitlines())
        self.assertEqual((our_status, ours), (theirs_status, theirs), their_err + our_err)
        if stderr:
            said = [[line for line in text.splitlines()[1:] if not line.startswith("SLF4J")] for text in (our_err, their_err)]
            self.assertEqual(said[0], said[1])
        if status is not None:
            self.assertEqual(our_status, status, their_err + our_err)
        return ours

    def refused(self, tool, *words):
        """Both fail, print nothing, and begin with the same line of stderr; where Kafka's ends by an exception that nobody catches
        (99), ours says one line."""
        if tool not in NO_BROKER:
            words = ("--bootstrap-server", "{server}", *words)
        theirs, ours = self.typed("x-theirs", tool, words), self.typed("x-ours", tool, words)
        self.assertEqual(ours[:2], (1, ""))
        if theirs[0] == 99:
            return self.assertEqual(len(ours[2].splitlines()), 2, ours[2])
        self.assertEqual(ours[:2], theirs[:2])
        first = lambda text: [line for line in text.splitlines()[1:] if not line.startswith("SLF4J")][0]
        self.assertEqual(first(ours[2]), first(theirs[2]))

    def test_topics(self):
        same = lambda *words, **more: self.same("kafka-topics", *words, **more)
        self.assertEqual(same("--create", "--topic", "{}-t-1", "--partitions", 2, "--config", "retention.ms=61000", status=0), "Created topic {}-t-1.\n")
        same("--create", "--topic", "{}-t-1", status=1)
        same("--create", "--topic", "{}-t-1", "--if-not-exists", status=0)
        self.assertIn("WARNING", same("--create", "--topic={}-t.2", status=0))
        same("--create", "--topic", "{}-t-3", "--replica-assignment", "1,1,1", status=0)
        same("--list", "--topic", "{}-t.*")
        same("--list", "--topic", "{}-t-1,{}-t-3", "--exclude-internal")
        self.assertIn("\tPartition: 1\t", same("--describe", "--topic", "{}-t-1", status=0))
        same("--describe", "--topic", "{}-t.*", in_order=False)
        same("--describe", "--topic", "{}-t.*", "--topics-with-overrides", in_order=False)
        same("--describe", "--topic", "{}-t-3", "--partition-size-limit-per-response", 1)
        self.assertIn("Partition: 2", same("--describe", "--topic", "{}-t-3", "--at-min-isr-partitions"))
        for report in ("--under-replicated-partitions", "--unavailable-partitions", "--under-min-isr-partitions"):
            self.assertEqual(same("--describe", report, status=0), "")
        same("--alter", "--topic", "{}-t-1", "--partitions", 4, status=0)
        same("--alter", "--topic", "{}-t-3", "--partitions", 5, "--replica-assignment", "1,1,1,1,1", status=0)
        same("--alter", "--topic", "{}-t-1", "--partitions", 3, status=1)
        same("--describe", "--topic", "{}-t-[13]", in_order=False)
        for action in (("--describe",), ("--delete",), ("--alter", "--partitions", 3)):
            same(*action, "--topic", "{}-t-none", status=1)
            same(*action, "--topic", "{}-t-none", "--if-exists", status=0)
        same("--delete", "--topic", "{}-t-[12]", status=0)
        self.assertEqual(same("--list", "--topic", "{}-t.*"), "{}-t-3\n{}-t.2\n")
        same("--delete", "--topic", "{}-t.*", status=0)
        self.assertEqual(same("--list", "--topic", "{}-t.*"), "\n")

    def test_topics_errors(self):
        same = lambda *words: self.same("kafka-topics", *words, status=1)
        same("--create", "--topic", "{}", "--partitions", 0)
        same("--create", "--topic", "{}", "--partitions", "x")
        same("--create", "--topic", "{}", "--replication-factor", 0)
        same("--create", "--topic", "{}", "--replication-factor", 5)
        same("--create", "--topic", "{}", "--config", "retention.ms")
        same("--create", "--topic", "{}", "--replica-assignment", "1:1")
        same("--create", "--topic", "{}", "--replica-assignment", "1:2,1")
        same("--create", "--topic", "{}", "--replica-assignment", "x")
        same("--create", "--topic", "{} {}")
        same("--list", "--topic", "(")
        same("--list", "--topic", "a", "--topic", "b")
        same("--describe", "--topic-id", "AAAAAAAAAAAAAAAAAAAAAQ")
        # Kafka names the two options in an order that changes from run to run.
        same("--alter", "--topic", "x", "--partitions", 2, "--config", "a=b")
        for words in (["--create"], ["--list", "--delete"], [], ["--list", "--nope"], ["--list", "--topic"], ["--list", "--config", "a=b"],
                      ["--alter", "--topic", "x"], ["--create", "--topic", "x", "--replica-assignment", "1", "--partitions", 1],
                      ["--describe", "--if-exists"], ["--delete", "--topic", "x", "--if-not-exists"], ["--help"],
                      ["--describe", "--topics-with-overrides", "--unavailable-partitions"]):
            self.refused("kafka-topics", *words)

    def test_configs(self):
        same = lambda *words, **more: self.same("kafka-configs", *words, **more)
        for topic in ("x-theirs", "x-ours"):
            self.create(topic)
        of_topic = ("--entity-type", "topics", "--entity-name", "{}")
        same("--describe", *of_topic)
        self.assertEqual(same("--alter", *of_topic, "--add-config", "retention.ms=61000,cleanup.policy=[delete]", status=0),
                         "Completed updating config for topic {}.\n")
        self.assertIn("  retention.ms=61000 ", same("--describe", "--topic", "{}", status=0))
        self.assertIn("  segment.bytes=", same("--describe", "--all", "--topic", "{}", status=0))
        same("--alter", "--topic", "{}", "--delete-config", "retention.ms,segment.ms", "--add-config", "segment.bytes=2000000", status=0)
        same("--describe", *of_topic)
        file = self.server.folder / "configs"
        file.write_text("retention.ms=7000\n")
        same("--alter", "--topic", "{}", "--add-config-file", file, status=0)
        self.assertIn("retention.ms=7000", same("--describe", "--topic", "{}"))
        same("--describe", "--topic", "{}-none")
        same("--alter", "--topic", "{}-none", "--add-config", "retention.ms=5", status=1)
        same("--alter", "--topic", "{}", "--add-config", "no.such=5", status=1)
        same("--alter", "--topic", "{}", "--delete-config", "no.such", status=0)
        same("--describe", "--all", "--topic", "{}-none", status=1)

    def test_configs_of_brokers(self):
        same = lambda *words, **more: self.same("kafka-configs", *words, **more)
        same("--describe", "--entity-type", "brokers")
        same("--alter", "--broker-defaults", "--add-config", "log.retention.ms=5000000", status=0)
        same("--alter", "--broker", 1, "--add-config", "log.retention.ms=6000000", status=0)
        self.assertIn("DYNAMIC_DEFAULT_BROKER_CONFIG:log.retention.ms=5000000", same("--describe", "--broker", 1, status=0))
        same("--describe", "--entity-type", "brokers")
        same("--describe", "--all", "--broker", 1)
        same("--describe", "--entity-type", "brokers", "--entity-default")
        same("--alter", "--entity-type", "brokers", "--entity-name", 1, "--delete-config", "log.retention.ms", status=0)
        same("--alter", "--entity-type", "brokers", "--entity-default", "--delete-config", "log.retention.ms", status=0)
        same("--describe", "--broker", 9)
        self.assertIn("root=INFO", same("--describe", "--broker-logger", 1, status=0))
        same("--alter", "--broker-logger", 1, "--add-config", "root=DEBUG", status=0)
        self.assertIn("root=DEBUG", same("--describe", "--entity-type", "broker-loggers", "--entity-name", 1))
        same("--alter", "--broker-logger", 1, "--add-config", "root=INFO", status=0)

    def test_configs_errors(self):
        for words in ([], ["--describe", "--alter"], ["--describe", "--entity-type", "frogs"], ["--alter", "--add-config", "a=b"],
                      ["--alter", "--topic", "c"], ["--describe", "--broker", "x"], ["--describe", "--topic", "c", "--broker", 1],
                      ["--describe", "--topic", "c", "--entity-type", "topics"], ["--alter", "--topic", "c", "--add-config", "a"],
                      ["--describe", "--topic", "c", "--entity-name", "c"], ["--describe", "--topic", "c", "--topic", "d"],
                      ["--describe", "--topic", "c", "--add-config", "a=b"], ["--alter", "--entity-type", "brokers", "--add-config", "a=b"],
                      ["--alter", "--broker-logger", 1, "--add-config", "nope=DEBUG"], ["--alter", "--topic", "c", "--add-config", "a b=5"],
                      ["--describe", "--entity-type", "broker-loggers"], ["--describe", "--entity-type", "topics", "--entity-default"]):
            self.refused("kafka-configs", *words)

    def test_get_offsets(self):
        same = lambda *words, **more: self.same("kafka-get-offsets", *words, **more)
        self.create("the-offsets", 11)
        self.produce("the-offsets", 30, partition=2)
        self.assertIn("the-offsets:2:30\n", same("--topic", "the-off.*", status=0))
        for time in ("-1", "-2", "-3", "-4", "-5", "-6", "latest", "earliest", "max-timestamp", "earliest-local", "latest-tiered",
                     "earliest-pending-upload", "1", "99999999999999"):
            same("--topic", "the-offsets", "--time", time, status=0)
        same("--topic", "the-offsets", "--partitions", "2,9,77")
        for rules in ("the-offsets:0-3", "the-offsets:9-,the-offsets:-2", "the-offsets:2", "the.*,the-offsets:1"):
            same("--topic-partitions", rules, "--exclude-internal-topics", status=0)
        for words in (["--topic", "none"], ["--topic-partitions", "a", "--topic", "c"], ["--time", "x"], ["--partitions", "x"], ["--nope"]):
            self.refused("kafka-get-offsets", *words)

    def test_delete_records(self):
        for topic in ("x-theirs", "x-ours"):
            self.create(topic + "-cut", 2)
            self.produce(topic + "-cut", 30, partition=1)

        def same(content, **more):
            for topic in ("x-theirs", "x-ours"):
                (self.server.folder / f"{topic}.json").write_text(json.dumps(content).replace("{}", topic))
            return self.same("kafka-delete-records", "--offset-json-file", f"{self.server.folder}/{{}}.json", **more)

        one = lambda offset, partition=1: {"topic": "{}-cut", "partition": partition, "offset": offset}
        self.assertIn("partition: {}-cut-1\tlow_watermark: 10\n", same({"partitions": [one(10)], "version": 1}, status=0))
        same({"partitions": [one(20), one(0, 0)]}, in_order=False, status=0)
        same({"partitions": [one(-1)]}, status=0)
        for wrong in ({"partitions": [one(1), one(2)]}, {"version": 2}, {"version": 1}, {"partitions": [{"topic": "x", "partition": 0}]}):
            same(wrong, status=1)
        # What failed exits with 1: Kafka's tool says 0.
        (self.server.folder / "x-ours.json").write_text(json.dumps({"partitions": [one(100)]}).replace("{}", "x-ours"))
        status, out, _ = self.typed("x-ours", "kafka-delete-records", ("--bootstrap-server", "{server}", "--offset-json-file", self.server.folder / "x-ours.json"))
        self.assertEqual(status, 1)
        self.assertIn("partition: {}-cut-1\terror: org.apache.kafka.common.errors.OffsetOutOfRangeException: The requested offset is not within the "
                      "range of offsets maintained by the server.\n", out)
        for words in ([], ["--offset-json-file", "/nonexistent"], ["--offset-json-file"]):
            self.refused("kafka-delete-records", *words)

    def files(self, topic, *suffixes):
        """The files of a topic's first partition, as a running broker leaves them once they are written."""
        folder = self.server.log_dir / f"{topic}-0"
        return ",".join(str(path) for suffix in suffixes for path in sorted(folder.glob("*" + suffix)))

    def test_dump_log(self):
        same = lambda *words, **more: self.same("kafka-dump-log", *words, **{"status": 0, "stderr": True, "alike": False, **more})
        send = lambda *words, stdin: self.run_tool("kproduce", "-b", self.server.address, *words, stdin=stdin)
        self.create("dumped", index_interval_bytes=0)
        for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
            send("-J", "-z", codec, "dumped", stdin=b"".join(
                json.dumps({"key": f"k{i}", "value": f"v\u00e9{i}", "headers": [{"key": "a", "value": "1"}, {"key": "b", "value": None}]}).encode() + b"\n"
                for i in range(3)))
        send("-J", "dumped", stdin=b'{"key":null,"value":null}\n{"key":"","value":""}\n')
        send("-f", "%k %s\n", "dumped", stdin=b"\xff\xe2\x82 \xf0\x9f\x98\x80\xf0\x9fx\xc0\xaf\n")
        self.server.stop()
        try:
            log, index, times = (self.files("dumped", suffix) for suffix in (".log", ".index", ".timeindex"))
            self.assertIn(" compresscodec: zstd ", same("--files", log))
            self.assertIn(" key: k2 payload: v\u00e92\n", same("--files", log, "--print-data-log"))
            self.assertIn(" headerKeys: [a,b]\n", same("--files", log, "--deep-iteration"))
            same("--files", log, "--print-data-log", "--skip-record-metadata")
            same("--files", log, "--deep-iteration", "--skip-record-metadata")
            same("--files", log, "--max-bytes", 300)
            same("--files", log, "--max-bytes", 10)
            same("--files", log, "--value-decoder-class", "org.apache.kafka.tools.api.StringDecoder", "--key-decoder-class")
            self.assertIn("offset: 5 position: 1", same("--files", index))
            same("--files", times)
            same("--files", f"{log},{index},{times}", "--verify-index-only")
            self.assertIn("passed sanity check", same("--files", f"{index},{times}", "--index-sanity-check"))
            same("--files", self.server.log_dir / "meta.properties")
            self.dump_damaged(same, log, index, times)
            self.dump_metadata(same)
        finally:
            self.server.start()
        for words in ([], ["--help"], ["--print-data-log"], ["--files"], ["--nope"], ["--files", "x.log", "--max-bytes", "x"],
                      ["--files", log, "--files", log]):
            self.refused("kafka-dump-log", *words)

    def dump_damaged(self, same, *files):
        folder = self.server.folder / "damaged"
        folder.mkdir()
        log, index, times = (folder / pathlib.Path(file).name for file in files)
        whole, entries, stamps = (pathlib.Path(file).read_bytes() for file in files)
        log.write_bytes(whole[:-20])
        self.assertIn(" invalid bytes at the end of 0", same("--files", log, "--deep-iteration"))
        log.write_bytes(whole[:-1] + b"X")
        self.assertIn(" isvalid: false\n", same("--files", log))
        log.write_bytes(whole)
        index.write_bytes(struct.pack(">ii", 1, 0) + entries[8:-8] + bytes(80))
        same("--files", index)
        same("--files", index, "--verify-index-only")
        index.write_bytes(entries)
        times.write_bytes(struct.pack(">qi", 5, 2) + stamps[12:] + struct.pack(">qi", 6, 99))
        same("--files", times)
        index.write_bytes(b"")
        same("--files", index)
        second = int.from_bytes(whole[8:12], "big") + 12  # the first batch is left out: a gap
        third = second + int.from_bytes(whole[second + 8 : second + 12], "big") + 12
        log.write_bytes(whole[:second] + whole[third:])
        same("--files", log, "--deep-iteration")
        producers = folder / "00000000000000000009.snapshot"
        body = struct.pack(">i", 2) + struct.pack(">qhiqiqiq", 7, 1, 5, 8, 2, 1700000000000, 3, 6)
        body += struct.pack(">qhiqiqiq", 8, 0, -1, -1, 0, 1700000000001, -1, -1)
        producers.write_bytes(struct.pack(">hI", 1, crc32c(body)) + body)
        self.assertIn("producerId: 7 ", same("--files", producers))
        transactions = folder / "00000000000000000000.txnindex"
        transactions.write_bytes(struct.pack(">hqqqq", 0, 7, 1, 5, 6) + struct.pack(">hqqqq", 0, 8, 6, 9, 10))
        same("--files", transactions)

    def dump_metadata(self, same):
        folder = self.server.log_dir / "__cluster_metadata-0"
        for path in sorted(folder.glob("0*.*")):
            said = same("--files", path, "--cluster-metadata-decoder")
            self.assertEqual(path.suffix == ".checkpoint", "SnapshotFooter {\"version\":0}" in said)
            if path.suffix == ".log":
                self.assertIn('payload: {"type":"TOPIC_RECORD","version":0,"data":{"name":"dumped","topicId":"', said)

    def records(self, topic):
        """What is in a topic: key, value and headers of each record, and their partitions and codecs."""
        said = self.run_tool("kconsume", "-b", self.server.address, "-J", topic).decode().splitlines()
        return [{name: value for name, value in json.loads(line).items() if name not in ("topic", "timestamp")} for line in said]

    def test_console_producer(self):
        def same(text, *words, status=0, **more):
            self.create("x-theirs-sent"), self.create("x-ours-sent")
            # Without this Kafka's producer wants what kserver does not have yet.
            way = "--producer-property" if "--producer-property" in words else "--command-property"
            words = (*words, way, "enable.idempotence=false")
            self.same("kafka-console-producer", "--topic", "{}-sent", *words, status=status, stdin=text, **more)
            theirs, ours = self.records("x-theirs-sent"), self.records("x-ours-sent")
            self.assertEqual(ours, theirs)
            self.run_tool("ktopics", "-b", self.server.address, "delete", "-y", "x-theirs-sent", "x-ours-sent")
            return ours

        reader = lambda *pairs: [word for pair in pairs for word in ("--reader-property", pair)]
        values = lambda records: [record["value"] for record in records]
        self.assertEqual(values(same("a\nb\r\nc\rd\n\ne")), ["a", "b", "c", "d", "", "e"])
        self.assertEqual(values(same("")), [])
        with_key = same("k\tv\n\tw\nk\t\nk\tv\tw\n", *reader("parse.key=true"))
        self.assertEqual([record["key"] for record in with_key], ["k", "", "k", "k"])
        same("k::v\n", *reader("parse.key=TRUE", "key.separator=::"))
        same("a:1,b:2\tk\tv\n:\tk\tv\na:,b:x:y,,\tk\tv\n", *reader("parse.key=true", "parse.headers=true"), "--sync")
        same("a:1\tk\tv\na:1,,b:2\tk\tv\n", *reader("parse.key=true", "parse.headers=true"), status=1)
        same("a:1,b:2\tk\tv\na:1,,\tk\tv\n,\tk\tv\n", *reader("parse.key=true", "parse.headers=true"))
        same("a->1;;b->2!v\n", *reader("parse.headers=true", "headers.delimiter=!", "headers.separator=;;", "headers.key.separator=->"))
        same("k\tv\nno key\na\tb\n", *reader("parse.key=true"), status=1)
        same("k\tv\nno key\n", *reader("parse.key=true", "ignore.error=true"))
        same("h1\tno key\nh2,x:\tk\tv\n", *reader("parse.key=true", "parse.headers=true", "ignore.error=true"))
        same("N\tN\nN\tv\nk\tN\n", *reader("parse.key=true", "null.marker=N"))
        same("N\tv\na:N\tN\n", *reader("parse.headers=true", "null.marker=N"))
        same("N:1\tv\n", *reader("parse.headers=true", "null.marker=N"), status=1)
        same("a\n", "--compression-codec", "zstd", "--batch-size", 1000, "--request-required-acks", "all", "--timeout", 0)
        same("a\n", "--compression-codec")
        same("k:v\n", "--property", "parse.key=true", "--property", "key.separator=:", "--max-partition-memory-bytes", 20000)
        same("a\n", "--producer-property", "client.id=me", "--max-block-ms", 5000, "--message-send-max-retries", 1, "--metadata-expiry-ms", 5000,
             "--retry-backoff-ms", 50, "--max-memory-bytes", 1000000, "--socket-buffer-size", 50000, "--request-timeout-ms", 3000)
        file = self.server.folder / "reader"
        file.write_text("parse.key=true\nkey.separator=;\n")
        same("k,v\n", "--reader-config", file, *reader("key.separator=,"), "--line-reader", TOOLS + "LineMessageReader")
        file.write_text("linger.ms=5\n")
        same("a\n", "--command-config", file, "--command-property", "acks=1")
        same("a\n", "--producer.config", file)
        # A topic that is not there is made, where the broker is willing.
        self.same("kafka-console-producer", "--topic", "{}-made", "--command-property", "enable.idempotence=false", stdin="a\n", status=0)
        self.assertEqual(self.records("x-theirs-made"), self.records("x-ours-made"))
        for words in ([], ["--topic", "t", "--help"], ["--topic", "t", "--nope"], ["--topic"], ["--topic", "t", "--batch-size", "x"], ["--topic", "t", "--topic", "u"],
                      ["--topic", "t", "--property", "a=b", "--reader-property", "a=b"], ["--topic", "t", "--command-property", "a=b", "--producer-property", "c=d"],
                      ["--topic", "t", "--command-config", file, "--producer.config", file]):
            self.refused("kafka-console-producer", *words)
        for equal in (["key.separator=,", "headers.separator=,", "null.marker=,"], ["headers.delimiter=,"], ["headers.delimiter=:"],
                      ["headers.separator=:"], ["null.marker=:"]):
            status, _, err = self.typed("x-theirs", "kafka-console-producer",
                                        ("--bootstrap-server", "{server}", "--topic", "t", *reader("parse.headers=true", "parse.key=true", *equal)))
            our_status, _, our_err = self.typed("x-ours", "kafka-console-producer",
                                                ("--bootstrap-server", "{server}", "--topic", "t", *reader("parse.headers=true", "parse.key=true", *equal)))
            self.assertEqual(our_status, 1)
            self.assertIn(our_err.splitlines()[1], err)

    def test_console_consumer(self):
        self.create("shown", 2)
        self.create("shown-too")
        line = lambda **record: json.dumps(record).encode() + b"\n"
        self.run_tool("kproduce", "-b", self.server.address, "-J", "-p", 0, "shown", stdin=line(key="k", value="v", timestamp=1000) + line(value="no key") +
                      line(key="tombstone") + line(key="", value="", headers=[{"key": "a", "value": "1"}, {"key": "n", "value": None}]) +
                      line(key_b64="AAAAAAAAACo=", value_b64="AAAAKg==") + line(key="\u00e9", value_b64="/w=="))
        self.run_tool("kproduce", "-b", self.server.address, "-p", 1, "shown", stdin=b"one\ntwo\n")

        def same(*words, status=0, count=6, partition=0, **more):
            # Without --partition Kafka's consumer is in a group, of which kserver has none yet.
            place = ("--topic", "shown", "--partition", partition, "--offset", "earliest", "--max-messages", count)
            if "--topic" in words:
                place = ("--max-messages", count)
            return self.same("kafka-console-consumer", *(() if "--timeout-ms" in words else ("--timeout-ms", 5000)), *place, *words, status=status, **more)

        formatter = lambda *pairs: [word for pair in pairs for word in ("--formatter-property", pair)]
        every = [f"print.{name}=true" for name in ("timestamp", "partition", "offset", "delivery", "epoch", "headers", "key", "value")]
        self.assertEqual(same().splitlines()[:3], ["v", "no key", "null"])
        self.assertIn("Partition:0\tOffset:3\tDelivery:NOT_PRESENT\tEpoch:NOT_PRESENT\ta:1,n:null\t\t\n", same(*formatter(*every)))
        for one in every:
            same(*formatter("print.value=false", one))
            same(*formatter(one, "key.separator=; ", "line.separator=|", "headers.separator= & ", "null.literal=NIL"))
        same(*formatter("print.value=false", "print.key= True"))
        same(*formatter("print.value=FALSE"))
        same("--property", "print.key=true", "--property", "key.separator=:")
        serialization = "org.apache.kafka.common.serialization."
        same(*formatter("print.key=true", f"key.deserializer={serialization}StringDeserializer"), "--value-deserializer", serialization + "StringDeserializer")
        same("--value-deserializer", serialization + "BytesDeserializer")
        self.assertIn("42\n", same("--value-deserializer", serialization + "IntegerDeserializer", "--skip-message-on-error"))
        self.assertIn("42\t", same("--key-deserializer", serialization + "LongDeserializer", *formatter("print.key=true"), "--skip-message-on-error"))
        same("--value-deserializer", serialization + "IntegerDeserializer", count=2, status=1)
        for package in ("consumer.NoOpMessageFormatter", "consumer.DefaultMessageFormatter", "consumer.LoggingMessageFormatter"):
            same("--formatter", TOOLS + package)
        file = self.server.folder / "formatter"
        file.write_text("print.key=true\nkey.separator=;\n")
        same("--formatter-config", file, *formatter("key.separator=:"))
        file.write_text("max.poll.records=2\n")
        same("--command-config", file, "--command-property", "fetch.min.bytes=1")
        same("--consumer.config", file)
        same("--consumer-property", "client.id=me", "--isolation-level", "read_committed")
        same("--topic", "shown", "--partition", 0, "--offset", 4, count=2)
        same("--topic", "shown", "--partition", 1, "--from-beginning", count=2)
        same("--topic", "shown", "--partition", 1, "--offset", "latest", "--timeout-ms", 500, count=1)
        same("--topic", "shown", "--partition", 1, "--offset", "earliest", "--timeout-ms", 800, count=5)
        for words in ([], ["--topic", "t", "--help"], ["--topic", "t", "--include", "u"], ["--partition", 1], ["--topic", "t", "--offset", 5],
                      ["--topic", "t", "--partition", 0, "--from-beginning", "--offset", 5], ["--include", "t", "--partition", 0], ["--topic", "t", "--nope"],
                      ["--topic", "t", "--partition", 0, "--offset", "x"], ["--topic", "t", "--partition", 0, "--offset", -5], ["--topic", "t", "--partition", "x"],
                      ["--topic", "t", "--property", "a=b", "--formatter-property", "a=b"],
                      ["--topic", "t", "--from-beginning", "--command-property", "auto.offset.reset=latest"]):
            self.refused("kafka-console-consumer", *words)

    def test_storage(self):
        folder = self.server.folder / "storage"
        folder.mkdir()
        config = lambda name: str(folder / f"{{}}-{name}.properties")

        def write(name, directories, **more):
            for who in ("x-theirs", "x-ours"):
                lines = {"process.roles": "broker,controller", "node.id": 1, "controller.quorum.bootstrap.servers": "127.0.0.1:9093",
                         "listeners": "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093", "controller.listener.names": "CONTROLLER",
                         "log.dirs": ",".join(f"{folder}/{who}-{one}" for one in directories), **more}
                (folder / f"{who}-{name}.properties").write_text("".join(f"{key}={value}\n" for key, value in lines.items() if value))

        write("one", ["a"])
        write("two", ["a", "b"])
        write("fixed", ["c"], **{"controller.quorum.voters": "1@127.0.0.1:9093", "controller.quorum.bootstrap.servers": ""})
        same = lambda *words, **more: self.same("kafka-storage", *words, **more)
        cluster, other = ("-t", "5L6g3nShT-eMCtK--X86sw"), ("--cluster-id", "4L6g3nShT-eMCtK--X86sw")
        self.assertIn("a does not exist\n", same("info", "-c", config("one"), status=1))
        same("format", *cluster, "-c", config("one"), status=1)
        self.assertIn("Formatting dynamic metadata voter directory ", same("format", *cluster, "-c", config("one"), "--standalone", status=0))
        same("format", *cluster, "--config", config("one"), "-s", status=1)
        same("format", *cluster, "-c", config("one"), "-s", "--ignore-formatted", "--feature", "kraft.version=1", status=0)
        self.assertIn("Found metadata: {cluster.id=5L6g3nShT-eMCtK--X86sw, directory.id=ID, node.id=1, version=1}\n", same("info", "-c", config("one"), status=0))
        self.assertIn("Found problem:\n", same("info", "-c", config("two"), status=1))
        for who in ("x-theirs", "x-ours"):
            (folder / f"{who}-b").mkdir()
        self.assertIn("b is not formatted.\n", same("info", "-c", config("two"), status=1))
        self.assertIn("Formatting data directory ", same("format", *cluster, "-c", config("two"), "-s", "-g", status=0))
        self.assertIn("Found log directories:\n", same("info", "-c", config("two"), status=0))
        self.assertIn("Formatting metadata directory ", same("format", *cluster, "-c", config("fixed"), status=0))
        same("format", *cluster, "-c", config("fixed"), "-s", status=1)
        for feature in ("kraft.version", "kraft.version=x"):
            self.refused("kafka-storage", "format", *cluster, "-c", config("one"), "-s", "-g", "-f", feature)
        self.assertEqual(len(self.typed("x-ours", "kafka-storage", ["random-uuid"])[1]), 23)
        for words in (["version-mapping", "-r", "nope"], ["feature-dependencies", "-f", "nope=1"], ["feature-dependencies", "-f", "kraft.version=9"]):
            same(*words, status=1)
        same("feature-dependencies", "--feature", "kraft.version=1", status=0)
        theirs = self.typed("x-theirs", "kafka-storage", ["version-mapping"])[1].splitlines()
        ours = self.typed("x-ours", "kafka-storage", ["version-mapping"])[1].splitlines()
        self.assertEqual(ours, theirs[:2])
        for words in ([], ["nope"], ["format"], ["format", "-c"], ["info", "-x"], ["random-uuid", "x"], ["format", *cluster]):
            status, out, err = self.typed("x-ours", "kafka-storage", words)
            self.assertEqual((status, out), (1, ""), err)
            self.assertEqual(self.typed("x-theirs", "kafka-storage", words)[:2], (1, ""), err)
        for words in (["-h"], ["format", "-h"]):
            self.assertEqual(self.typed("x-ours", "kafka-storage", words)[0], 0)
        # Another cluster's directory is left alone.
        before = (folder / "x-ours-a/meta.properties").read_text()
        self.assertEqual(self.typed("x-ours", "kafka-storage", ["format", *other, "-c", config("one"), "-s", "-g"])[0], 1)
        self.assertEqual((folder / "x-ours-a/meta.properties").read_text(), before)
        # Kafka's tools read what ours wrote.
        _, said, _ = self.typed("x-theirs", "kafka-storage", ["info", "-c", str(folder / "x-ours-two.properties")])
        self.assertIn("cluster.id=5L6g3nShT-eMCtK--X86sw", said)
