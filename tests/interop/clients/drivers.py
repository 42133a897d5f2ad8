"""Clients as programs of their own, told what to do in JSON: a line in, a line out.

A line is {"do": NAME, ...}; the answer is {"ok": RESULT}, {"error": NAME, "text": ...} with Kafka's name of the error
where it has one, or {"cannot": true} if the client has no such call. Bytes are base64 or null.

    produce topic partition codec acks records -> their offsets; null with acks "0". A record is
                                                  [key, value, timestamp, [[header, value], ...]]
    consume topic partition offset|time count  -> [[offset, timestamp, key, value, headers], ...]
    assign  [[topic, partition], ...]          what a lasting consumer reads from now on, from the beginning if it is new
    pause, resume [[topic, partition], ...]    some of them
    poll    seconds                            -> what came for it: [[topic, partition, offset, value], ...]
    offsets topic partition time               -> [first, end, the first at that time or later]
    create  topic partitions configs;  topics -> names;  describe topic -> partitions
    cluster -> {cluster, brokers};  delete topic;  grow topic partitions;  set_configs topic configs (null: back to the
    default);  replace_configs topic configs (the others: back to the default);  configs topic -> {name: value};  delete_records topic partition offset -> low watermark;
    log_dirs topic partitions -> {"TOPIC-PARTITION": bytes} of at least these;  features -> {name: level};  update_feature feature level (validated only);
    epoch_end topic partition count (the epoch) -> [epoch, offset];  quorum -> {leader, voters}
"""
import base64
import json
import os
import pathlib
import select
import subprocess
import sys
import time

from support import registry

HERE = pathlib.Path(__file__).resolve().parent


class Refused(Exception):
    """The client said no: `name` is Kafka's name of the error, or the client's own."""

    def __init__(self, client, call, answer):
        super().__init__(f"{client}: {call}: {answer['error']}: {answer.get('text')}")
        self.name = answer["error"]


class Cannot(Exception):
    """The client has no such call."""


def encoded(record):
    key, value, timestamp, headers = record
    text = lambda data: None if data is None else base64.b64encode(data).decode()
    return [text(key), text(value), timestamp, [[name, text(data)] for name, data in headers]]


def decoded(text):
    return None if text is None else base64.b64decode(text)


API_KEYS = {"FindCoordinator": 10, "DeleteTopics": 20, "DeleteRecords": 21, "OffsetForLeaderEpoch": 23, "DescribeConfigs": 32, "AlterConfigs": 33,
            "DescribeLogDirs": 35, "CreatePartitions": 37, "IncrementalAlterConfigs": 44, "DescribeQuorum": 55, "UpdateFeatures": 57,
            "DescribeCluster": 60, "DescribeTopicPartitions": 75}
# Sarama's errors are numbers; some have names of their own in librdkafka and aiokafka.
ERRORS = {"1": "OFFSET_OUT_OF_RANGE", "10": "MESSAGE_TOO_LARGE", "36": "TOPIC_ALREADY_EXISTS", "37": "INVALID_PARTITIONS",
          "40": "INVALID_CONFIG", "INVALID_CONFIGURATION": "INVALID_CONFIG", "95": "INVALID_UPDATE_VERSION", "MSG_SIZE_TOO_LARGE": "MESSAGE_TOO_LARGE",
          "RECORD_TOO_LARGE": "MESSAGE_TOO_LARGE", "MESSAGE_SIZE_TOO_LARGE": "MESSAGE_TOO_LARGE"}


def error_name(refused):
    return ERRORS.get(refused.name, refused.name)


class Driver:
    """A client's program, running. Its stderr is kept for what() if it dies."""

    def __init__(self, name, command, address, folder, environment=None):
        self.name = name
        self.errors = folder / f"{name}.stderr"
        with open(self.errors, "wb") as errors:
            self.process = subprocess.Popen([*map(str, command), address], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=errors, env={**os.environ, **(environment or {})})
        self.rest = b""

    def call(self, do, timeout=90, **arguments):
        try:
            self.process.stdin.write(json.dumps({"do": do, **arguments}).encode() + b"\n")
            self.process.stdin.flush()
            line = self._line(time.monotonic() + timeout)
        except (OSError, EOFError) as error:
            raise AssertionError(f"{self.name} did not answer {do} {str(arguments)[:200]}: {error}\n{self._said()}") from None
        answer = json.loads(line)
        if "ok" in answer:
            return answer["ok"]
        if answer.get("cannot"):
            raise Cannot(f"{self.name} has no {do}")
        raise Refused(self.name, do, answer)

    def _line(self, deadline):
        """One line of its stdout; the pipe is read as it fills, for an answer may be megabytes."""
        pieces = [self.rest]
        while b"\n" not in pieces[-1]:
            if not select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))[0]:
                raise EOFError("it took too long")
            piece = os.read(self.process.stdout.fileno(), 1 << 20)
            if not piece:
                raise EOFError(f"it ended with status {self.process.wait()}")
            pieces.append(piece)
        line, _, self.rest = b"".join(pieces).partition(b"\n")
        return line

    def _said(self):
        return self.errors.read_text(errors="replace")[-3000:]

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def java():
    classes = registry.java_classes(HERE / "JavaClient.java", registry.java("clients", *registry.JAVA_CLIENTS))
    return ["java", *registry.JAVA_FLAGS, "-cp", classes, "JavaClient"], {}


def franz_go():
    return [registry.go(HERE / "franz_go.go", "github.com/twmb/franz-go@v1.22.2", "github.com/twmb/franz-go/pkg/kadm@v1.19.0")], {}


def sarama():
    return [registry.go(HERE / "sarama.go", "github.com/IBM/sarama@v1.61.1")], {}


def confluent():
    return [sys.executable, HERE / "confluent.py"], {"PYTHONPATH": str(registry.python("confluent-kafka==2.16.1"))}


def aiokafka():
    return [sys.executable, HERE / "aio_kafka.py"], {"PYTHONPATH": str(registry.python("aiokafka==0.14.0", "cramjam==2.11.0"))}


def kafkajs():
    folder = registry.node("kafkajs@2.2.4", "kafkajs-snappy@1.1.0", "lz4-napi@2.10.0")
    return [registry.node_program(), HERE / "kafkajs.js"], {"NODE_PATH": str(folder / "node_modules"), "KAFKAJS_NO_PARTITIONER_WARNING": "1"}


def platformatic():
    folder = registry.node("@platformatic/kafka@2.12.1")
    return [registry.node_program(), HERE / "platformatic.js"], {"NODE_PATH": str(folder / "node_modules")}


CLIENTS = {"java": java, "franz_go": franz_go, "sarama": sarama, "confluent": confluent, "aiokafka": aiokafka, "kafkajs": kafkajs,
           "platformatic": platformatic}
