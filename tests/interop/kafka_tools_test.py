"""Apache Kafka's own command line tools (4.3.1), unmodified, against kserver: what they print is what is true."""
import json
import re
import time

from interop.clients import drivers
from interop.clients.kafka_tools import TOOLS, KafkaToolsTest
from support.kserver import announced


class KafkaTools(KafkaToolsTest):
    def need(self, *apis):
        for api in apis:
            if drivers.API_KEYS[api] not in announced(self.server.address):
                self.skipTest(f"kserver does not announce {api} yet")

    def tool(self, name, *arguments, stdin="", status=0):
        """What a tool of this class prints on stdout."""
        words = [name, "--bootstrap-server", self.server.address, *map(str, arguments), stdin]
        if name.endswith("ClusterTool"):
            words[1:4] = [arguments[0], *words[1:3]]
        got, out, err = self.kafka(*words)
        self.assertEqual(got, status, f"{name} {arguments}\n{out}{err}")
        return out

    def topics(self):
        return self.run_tool("ktopics", "-b", self.server.address, "list").decode().split()

    def test_topics_create_and_list(self):
        said = self.tool(TOOLS + "TopicCommand", "--create", "--topic", "made", "--partitions", 3, "--config", "retention.ms=61000")
        self.assertEqual(said, "Created topic made.\n")
        self.assertIn("made", self.topics())
        self.create("ours")
        self.assertLessEqual({"made", "ours"}, set(self.tool(TOOLS + "TopicCommand", "--list").split()))
        again = self.tool(TOOLS + "TopicCommand", "--create", "--topic", "made", status=1)
        self.assertRegex(again, r"Error while executing topic command : .*made.*exists")

    def test_topics_describe(self):
        self.need("DescribeConfigs", "DescribeTopicPartitions")
        self.create("described", 3, retention_ms=61_000)
        lines = self.tool(TOOLS + "TopicCommand", "--describe", "--topic", "described").splitlines()
        self.assertRegex(lines[0], r"^Topic: described\tTopicId: \S{22}\tPartitionCount: 3\tReplicationFactor: 1\tConfigs: .*retention\.ms=61000")
        self.assertEqual(len(lines), 4)
        node = re.search(r"Leader: (\d+)", lines[1])[1]
        for partition, line in enumerate(lines[1:]):
            self.assertRegex(line, rf"^\tTopic: described\tPartition: {partition}\tLeader: {node}\tReplicas: {node}\tIsr: {node}\tElr: *\t")

    def test_topics_alter_and_delete(self):
        self.need("CreatePartitions", "DeleteTopics")
        self.create("changing")
        self.tool(TOOLS + "TopicCommand", "--alter", "--topic", "changing", "--partitions", 4)
        described = self.run_tool("ktopics", "-b", self.server.address, "describe", "changing").decode()
        self.assertEqual(described.count("changing"), 4)
        self.tool(TOOLS + "TopicCommand", "--delete", "--topic", "changing")
        self.assertNotIn("changing", self.topics())

    def test_get_offsets(self):
        self.create("counted", 2)
        self.produce("counted", 41, partition=1)
        time.sleep(0.01)
        self.produce("counted", 1, partition=1)
        offsets = lambda *more: self.tool(TOOLS + "GetOffsetShell", "--topic", "counted", *more).splitlines()
        self.assertEqual(offsets(), ["counted:0:0", "counted:1:42"])
        self.assertEqual(offsets("--time", "earliest"), ["counted:0:0", "counted:1:0"])
        self.assertEqual(offsets("--time", "1", "--partitions", "1"), ["counted:1:0"])
        self.assertEqual(offsets("--time", "max-timestamp", "--partitions", "1"), ["counted:1:41"])

    def test_api_versions(self):
        said = self.tool(TOOLS + "BrokerApiVersionsCommand")
        self.assertTrue(said.startswith(f"{self.server.address} (id: "), said)
        told = {int(key): (int(first), int(last or first))
                for key, first, last in re.findall(r"\w+\((\d+)\): (\d+)(?: to (\d+))? \[usable", said)}
        self.assertEqual(told, announced(self.server.address))

    def test_console_producer_and_consumer(self):
        self.create("console")
        self.tool(TOOLS + "ConsoleProducer", "--topic", "console", "--command-property", "enable.idempotence=false",
                  "--reader-property", "parse.key=true", stdin="a\tone\nb\ttwo\nc\tthree\n")
        self.assertEqual(self.run_tool("kconsume", "-b", self.server.address, "-f", r"%k=%s\n", "console"), b"a=one\nb=two\nc=three\n")
        said = self.tool(TOOLS + "consumer.ConsoleConsumer", "--topic", "console", "--partition", 0, "--offset", 1, "--max-messages", 2,
                         "--formatter-property", "print.key=true", "--formatter-property", "print.offset=true")
        self.assertEqual(said, "Offset:1\tb\ttwo\nOffset:2\tc\tthree\n")

    def test_configs(self):
        self.need("DescribeConfigs", "IncrementalAlterConfigs")
        self.create("set")
        of_set = ("--entity-type", "topics", "--entity-name", "set")
        self.tool("kafka.admin.ConfigCommand", "--alter", *of_set, "--add-config", "retention.ms=61000,max.message.bytes=2000")
        said = self.tool("kafka.admin.ConfigCommand", "--describe", *of_set)
        self.assertRegex(said, r"(?m)^  retention\.ms=61000 ")
        self.assertRegex(said, r"(?m)^  max\.message\.bytes=2000 ")
        self.tool("kafka.admin.ConfigCommand", "--alter", *of_set, "--delete-config", "retention.ms")
        self.assertNotIn("retention.ms=61000", self.tool("kafka.admin.ConfigCommand", "--describe", *of_set))
        everything = self.tool("kafka.admin.ConfigCommand", "--describe", "--all", *of_set)
        self.assertRegex(everything, r"(?m)^  cleanup\.policy=delete ")
        broker = self.tool("kafka.admin.ConfigCommand", "--describe", "--all", "--entity-type", "brokers", "--entity-name", 1)
        self.assertRegex(broker, r"(?m)^  log\.dirs=" + re.escape(str(self.server.log_dir)))

    def test_delete_records(self):
        self.need("DeleteRecords")
        self.create("cut")
        self.produce("cut", 50)
        path = self.server.folder / "offsets.json"
        path.write_text(json.dumps({"version": 1, "partitions": [{"topic": "cut", "partition": 0, "offset": 20}]}))
        self.assertIn("partition: cut-0\tlow_watermark: 20", self.tool(TOOLS + "DeleteRecordsCommand", "--offset-json-file", path))
        self.assertEqual(self.run_tool("kconsume", "-b", self.server.address, "cut").split()[0], b"20")

    def test_log_dirs(self):
        self.need("DescribeLogDirs")
        self.create("sized")
        self.produce("sized", 500)
        said = self.tool(TOOLS + "LogDirsCommand", "--describe", "--topic-list", "sized").splitlines()
        [broker] = json.loads(said[-1])["brokers"]
        [directory] = broker["logDirs"]
        size = sum(path.stat().st_size for path in (self.server.log_dir / "sized-0").glob("*.log"))
        self.assertEqual((directory["logDir"], directory["error"]), (str(self.server.log_dir), None))
        self.assertEqual([(one["partition"], one["size"]) for one in directory["partitions"]], [("sized-0", size)])

    def test_features(self):
        said = self.tool(TOOLS + "FeatureCommand", "describe")
        # Kafka 4.4's own level, 33, has no name yet in the tool of 4.3.
        self.assertRegex(said, r"Feature: metadata\.version +SupportedMinVersion: .*33 +SupportedMaxVersion: .*33 +FinalizedVersionLevel: .*33 ")

    def test_features_upgrade(self):
        self.need("UpdateFeatures")
        said = self.tool(TOOLS + "FeatureCommand", "upgrade", "--feature", "metadata.version=33", "--dry-run")
        self.assertIn("metadata.version", said)

    def test_cluster_id(self):
        self.need("DescribeCluster")
        said = self.tool(TOOLS + "ClusterTool", "cluster-id")
        properties = (self.server.log_dir / "meta.properties").read_text()
        self.assertEqual(said.strip(), "Cluster ID: " + re.search(r"cluster\.id=(\S+)", properties)[1])

    def test_metadata_quorum(self):
        self.need("DescribeQuorum")
        said = self.tool(TOOLS + "MetadataQuorumCommand", "describe", "--status")
        leader = re.search(r"LeaderId: +(\d+)", said)[1]
        self.assertRegex(said, rf"CurrentVoters: +\[.*\b{leader}\b.*\]")
