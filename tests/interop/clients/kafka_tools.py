"""Apache Kafka's own command line tools (4.3.1), unmodified, in one machine, and a kserver for them."""
import base64
import subprocess

from support import registry
from support.kserver import Kserver, KserverTest

TOOLS = "org.apache.kafka.tools."
# The heavy half of what kafka-tools needs serves Kafka Connect.
WITHOUT = ("org.apache.kafka:connect-api", "org.apache.kafka:connect-runtime", "org.apache.kafka:connect-json")


class KafkaToolsTest(KserverTest):
    """The class has the server, self.server, and the machine."""

    CONFIG = {"num.shards": 2}

    @classmethod
    def setUpClass(cls):
        jars = registry.java("tools", "org.apache.kafka:kafka-tools:4.3.1", "org.apache.kafka:kafka_2.13:4.3.1", without=WITHOUT)
        classes = registry.java_classes(registry.TOP / "tests/interop/clients/Tools.java", jars)
        cls.server = Kserver(cls.CONFIG)
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.machine = subprocess.Popen(["java", *registry.JAVA_FLAGS, "-cp", classes, "Tools"], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(cls.end)

    @classmethod
    def end(cls):
        cls.machine.stdin.close()
        cls.machine.wait(20)
        cls.machine.stdout.close()

    def setUp(self):
        pass

    def kafka(self, *words):
        """What the tool of this class does with its arguments and its input, the last word: status, stdout, stderr."""
        self.machine.stdin.write(b" ".join(base64.b64encode(word.encode()) for word in words) + b"\n")
        self.machine.stdin.flush()
        status, out, err = self.machine.stdout.readline().split()
        return int(status), *(base64.b64decode(text[:-1]).decode(errors="surrogateescape") for text in (out, err))

    def produce(self, topic, count, partition=0):
        lines = b"".join(b"%d\n" % i for i in range(count))
        self.run_tool("kproduce", "-b", self.server.address, "-p", partition, topic, stdin=lines)
