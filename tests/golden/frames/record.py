#!/usr/bin/python3
"""Records PROGRAM.frames: record.py PROGRAM LIB, where PROGRAM is librdkafka, kafka-python, java or franz-go.

LIB holds the jars of org.apache.kafka:kafka_2.13:4.4.0 and what it needs. One node runs behind a proxy that keeps, for
each API and version, the first request and its response, both with their size. README.md says what each program needs.
"""
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROXY, NODE, INTERNAL, CONTROLLER = 39192, 39193, 39194, 39195
LARGEST_PAIR = 16384
# The node speaks to itself on a listener of its own, so that what the proxy sees is the program's.
PROPERTIES = f"""
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{CONTROLLER}
listeners=PLAINTEXT://127.0.0.1:{NODE},INTERNAL://127.0.0.1:{INTERNAL},CONTROLLER://127.0.0.1:{CONTROLLER}
advertised.listeners=PLAINTEXT://127.0.0.1:{PROXY},INTERNAL://127.0.0.1:{INTERNAL},CONTROLLER://127.0.0.1:{CONTROLLER}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=INTERNAL
controller.listener.names=CONTROLLER
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
"""


class Proxy:
    """Passes frames on. `pairs` maps (API key, version) to a request and its response."""

    def __init__(self):
        self.lock = threading.Lock()
        self.pairs = {}
        self.listener = socket.create_server(("127.0.0.1", PROXY))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client = self.listener.accept()[0]
            node = socket.create_connection(("127.0.0.1", NODE))
            waiting = {}
            threading.Thread(target=self.requests, args=(client, node, waiting), daemon=True).start()
            threading.Thread(target=self.responses, args=(node, client, waiting), daemon=True).start()

    def requests(self, client, node, waiting):
        for frame in forwarded(client, node):
            waiting[struct.unpack_from(">i", frame, 8)[0]] = frame

    def responses(self, node, client, waiting):
        for frame in forwarded(node, client):
            request = waiting.pop(struct.unpack_from(">i", frame, 4)[0])
            if len(request) + len(frame) <= LARGEST_PAIR:
                with self.lock:
                    self.pairs.setdefault(struct.unpack_from(">hh", request, 4), (request, frame))


def forwarded(source, target):
    """The frames that come from `source`, each before it goes on to `target`, which ends when `source` does."""
    try:
        stream = source.makefile("rb")
        while len(size := stream.read(4)) == 4:
            frame = size + stream.read(struct.unpack(">i", size)[0])
            yield frame
            target.sendall(frame)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        source.close()


class Node:
    def __init__(self, lib, folder):
        self.messages = open(os.path.join(folder, "messages"), "wb")
        properties = os.path.join(folder, "properties")
        with open(properties, "w") as file:
            file.write(PROPERTIES + f"log.dirs={folder}/data\n")
        tool = ["java", "-cp", f"{lib}/*", "kafka.tools.StorageTool"]
        cluster = subprocess.check_output(tool + ["random-uuid"], stderr=self.messages, text=True).strip()
        subprocess.check_call(tool + ["format", "-t", cluster, "-c", properties, "--standalone"], stdout=self.messages,
                              stderr=self.messages)
        self.process = subprocess.Popen(["java", "-cp", f"{lib}/*", "kafka.Kafka", properties], stdout=self.messages,
                                        stderr=self.messages)

    def prepare(self):
        """Makes topic `orders` and the coordinators, unrecorded: else many first responses would be `not yet`."""
        while (connection := self.connect()) is None:
            time.sleep(0.5)
        with connection, connection.makefile("rb") as stream:
            def ask(key, version, body):
                """The response behind its correlation id and throttle time."""
                connection.sendall(struct.pack(">ihhih", 10 + len(body), key, version, 0, -1) + body)
                return stream.read(struct.unpack(">i", stream.read(4))[0])[8:]

            def made():
                topic = struct.pack(">ih6sihiii?", 1, 6, b"orders", 2, 1, 0, 0, 10000, False)
                return struct.unpack_from(">h", ask(19, 2, topic), 12)[0] in (0, 36)

            def found(kind):
                return ask(10, 1, struct.pack(">h4sb", 4, b"none", kind)).startswith(b"\0\0")

            def has_producer_ids():
                return ask(22, 0, struct.pack(">hi", -1, 60000)).startswith(b"\0\0")

            while not (made() and found(0) and found(1) and has_producer_ids()):
                time.sleep(0.5)
        time.sleep(2)  # until the coordinators have loaded what is theirs

    def connect(self):
        assert self.process.poll() is None, "the node ended"
        try:
            return socket.create_connection(("127.0.0.1", NODE))
        except ConnectionRefusedError:
            return None

    def stop(self):
        self.process.terminate()
        self.process.wait()


def attempt(what):
    """Runs a call whose refusal is an answer too."""
    try:
        return what()
    except Exception as error:
        print("refused:", repr(error)[:300], file=sys.stderr)


def librdkafka(address, _lib):
    from confluent_kafka import Consumer, Producer, TopicPartition, OFFSET_BEGINNING
    from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic
    base = {"bootstrap.servers": address}

    def finish(futures):
        for future in futures.values():
            attempt(future.result)

    def produce(value, **config):
        producer = Producer({**base, **config})
        producer.produce("orders", value, b"key", partition=0, timestamp=1700000000000, headers={"h": b"1"})
        assert producer.flush(30) == 0

    produce(b"all", acks="all")
    produce(b"one", acks=1)
    produce(b"idempotent", **{"enable.idempotence": True, "compression.type": "lz4"})

    reader = Consumer({**base, "group.id": "reader", "auto.offset.reset": "earliest", "enable.auto.commit": False})
    reader.assign([TopicPartition("orders", 0, OFFSET_BEGINNING)])
    assert len(reader.consume(3, 30)) == 3
    reader.get_watermark_offsets(TopicPartition("orders", 0), timeout=30)
    reader.offsets_for_times([TopicPartition("orders", 0, 1600000000000)], timeout=30)
    reader.close()

    member = Consumer({**base, "group.id": "members", "auto.offset.reset": "earliest", "session.timeout.ms": 10000,
                       "heartbeat.interval.ms": 500})
    member.subscribe(["orders"])
    assert len(member.consume(3, 30)) == 3
    member.commit(asynchronous=False)
    member.committed([TopicPartition("orders", 0)], timeout=30)
    time.sleep(2)
    admin = AdminClient(base)
    admin.list_groups(timeout=30)
    transactional = Producer({**base, "transactional.id": "transactions"})
    transactional.init_transactions(30)
    transactional.begin_transaction()
    transactional.produce("orders", b"transactional", partition=1)
    offsets = [TopicPartition("orders", 0, 2)]
    transactional.send_offsets_to_transaction(offsets, member.consumer_group_metadata(), 30)
    transactional.commit_transaction(30)
    member.close()

    finish(admin.create_topics([NewTopic("made", 2, 1, config={"retention.ms": "-1"}), NewTopic("gone", 1, 1)]))
    finish(admin.describe_configs([ConfigResource("topic", "orders")]))
    finish(admin.alter_configs([ConfigResource("topic", "orders", set_config={"retention.ms": "3600000"})]))
    finish(admin.create_partitions([NewPartitions("orders", 3)]))
    finish(admin.delete_topics(["gone"]))


def kafka_python(address, _lib):
    from kafka import KafkaConsumer, KafkaProducer, TopicPartition
    from kafka.admin import (ACL, ACLFilter, ACLOperation, ACLPermissionType, ConfigResource, ConfigResourceType,
                             KafkaAdminClient, NewPartitions, NewTopic, ResourcePattern, ResourceType)
    admin = KafkaAdminClient(bootstrap_servers=address)
    admin.create_topics([NewTopic("made", 2, 1, topic_configs={"retention.ms": "-1"}), NewTopic("gone", 1, 1)])
    for acks in ["all", 1]:
        producer = KafkaProducer(bootstrap_servers=address, acks=acks)
        producer.send("orders", b"value", b"key", [("h", b"1")], 0, 1700000000000).get(30)
        producer.close()

    first = TopicPartition("orders", 0)
    reader = KafkaConsumer(bootstrap_servers=address, auto_offset_reset="earliest", enable_auto_commit=False)
    reader.assign([first])
    assert next(reader).value == b"value"
    reader.beginning_offsets([first])
    reader.end_offsets([first])
    reader.offsets_for_times({first: 1600000000000})
    reader.close()

    member = KafkaConsumer("orders", bootstrap_servers=address, group_id="members", auto_offset_reset="earliest",
                           heartbeat_interval_ms=500)
    assert next(member).value == b"value"
    member.commit()
    member.committed(first)
    for _ in range(4):
        member.poll(500)
    attempt(lambda: admin.describe_consumer_groups(["members"]))
    member.close()

    orders = ConfigResource(ConfigResourceType.TOPIC, "orders", {"retention.ms": "3600000"})
    acl = ResourcePattern(ResourceType.TOPIC, "orders")
    allow = ACL("User:somebody", "*", ACLOperation.READ, ACLPermissionType.ALLOW, acl)
    anything = ACLFilter("User:somebody", "*", ACLOperation.ANY, ACLPermissionType.ANY, acl)
    for call in [
            admin.list_topics,
            lambda: admin.describe_topics(["orders"]),
            admin.describe_cluster,
            lambda: admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, "orders")]),
            lambda: admin.alter_configs([orders]),
            lambda: admin.create_partitions({"orders": NewPartitions(3)}),
            lambda: admin.create_acls([allow]),
            lambda: admin.describe_acls(anything),
            lambda: admin.delete_acls([anything]),
            admin.list_consumer_groups,
            lambda: admin.list_consumer_group_offsets("members"),
            lambda: admin.delete_consumer_groups(["members"]),
            lambda: admin.delete_topics(["gone"]),
    ]:
        attempt(call)
    admin.close()


def java(address, lib):
    subprocess.check_call(["java", "-cp", f"{lib}/*", os.path.join(HERE, "Recorder.java"), address])


def franz_go(address, _lib):
    subprocess.check_call([os.environ["RECORDER"], address])


def main(program, lib):
    run = {"librdkafka": librdkafka, "kafka-python": kafka_python, "java": java, "franz-go": franz_go}[program]
    with tempfile.TemporaryDirectory() as folder:
        node = Node(lib, folder)
        try:
            node.prepare()
            proxy = Proxy()
            run(f"127.0.0.1:{PROXY}", lib)
            with proxy.lock, open(os.path.join(HERE, f"{program}.frames"), "wb") as file:
                for _, (request, response) in sorted(proxy.pairs.items()):
                    file.write(request + response)
        finally:
            node.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
