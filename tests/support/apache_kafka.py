"""Apache Kafka itself, a broker and controller in one, from the jars of Maven Central: what kserver stands beside."""
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

from support import registry
from support.kserver import BIN

KAFKA = "org.apache.kafka:kafka_2.13:4.3.1"


def jars():
    """Skips the test that calls it where they cannot be had."""
    return registry.java("kafka", KAFKA)


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Kafka:
    """Serves at kafka.address once start() has returned. Its data go with close()."""

    def __init__(self, config=None, folder=None, flags=registry.JAVA_FLAGS, prefix=()):
        """`flags` are for the Java machine; `prefix` is a command that starts it."""
        self.own_folder = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="kafka-test-"))
        self.port, controller = free_port(), free_port()
        self.address = f"127.0.0.1:{self.port}"
        self.log_dir = self.folder / "data"
        self.config = {"process.roles": "broker,controller", "node.id": 1, "controller.quorum.voters": f"1@127.0.0.1:{controller}",
                       "listeners": f"PLAINTEXT://{self.address},CONTROLLER://127.0.0.1:{controller}",
                       "controller.listener.names": "CONTROLLER", "log.dirs": self.log_dir, "offsets.topic.replication.factor": 1,
                       "transaction.state.log.replication.factor": 1, "transaction.state.log.min.isr": 1, **(config or {})}
        self.java = [*prefix, registry.need("java"), *flags, f"-Dlog4j2.configurationFile={self.folder / 'log4j2.properties'}",
                     "-cp", f"{jars()}/*"]
        self.process = None

    def start(self, timeout=60):
        self.folder.mkdir(exist_ok=True)
        properties = self.folder / "server.properties"
        properties.write_text("".join(f"{name}={value}\n" for name, value in self.config.items()))
        (self.folder / "log4j2.properties").write_text("rootLogger.level=error\n")
        with open(self.folder / "out", "wb") as out:
            subprocess.run([*self.java, "kafka.tools.StorageTool", "format", "-t", "AAAAAAAAQACAAAAAAAAAAA", "-c", properties], check=True,
                           stdout=out, stderr=out)
            self.process = subprocess.Popen([*self.java, "kafka.Kafka", properties], stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        self.wait_for(BIN / "ktopics", "-b", self.address, "list", "--timeout", "2s", timeout=timeout)

    def wait_for(self, *command, timeout=60):
        """Until the command exits with 0."""
        until = time.monotonic() + timeout
        while subprocess.run(command, capture_output=True).returncode != 0:
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"Kafka did not start: {(self.folder / 'out').read_text()[-2000:]}")
            time.sleep(0.2)

    def close(self):
        try:
            if self.process is not None:
                self.process.terminate()
                try:
                    self.process.wait(20)
                except subprocess.TimeoutExpired:
                    self.process.kill()
                    self.process.wait()
        finally:
            if self.own_folder:
                shutil.rmtree(self.folder, ignore_errors=True)
