"""confluent-kafka, told what to do as drivers.py describes: confluent.py ADDRESS."""
import sys
import time

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Producer, TopicCollection, TopicPartition
from confluent_kafka.admin import (AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, NewTopic, OffsetSpec)

from lines import data, serve, text

SERVER = {"bootstrap.servers": sys.argv[1]}
admin = AdminClient(SERVER)
lasting = None
assigned = set()


def consumer():
    return Consumer({**SERVER, "group.id": "none", "enable.auto.commit": False, "auto.offset.reset": "earliest",
                     "fetch.wait.max.ms": 200})


def produce(topic, partition, codec, acks, records):
    offsets, errors = [], []

    def delivered(error, message):
        errors.append(error) if error else offsets.append(message.offset())

    producer = Producer({**SERVER, "compression.type": codec, "acks": acks, "linger.ms": 50})
    for key, value, timestamp, headers in records:
        producer.produce(topic, partition=partition, key=data(key), value=data(value), timestamp=timestamp, on_delivery=delivered,
                         headers=[(name, data(content)) for name, content in headers])
    producer.flush(30)
    if errors:
        raise KafkaException(errors[0])
    return None if acks == "0" else offsets


def consume(topic, partition, count, offset=0, time=None):
    reader = consumer()
    try:
        if time is not None:
            [found] = reader.offsets_for_times([TopicPartition(topic, partition, time)], timeout=10)
            offset = found.offset
        reader.assign([TopicPartition(topic, partition, OFFSET_BEGINNING if offset == -2 else offset)])
        messages = fetch(reader, 30, count)
    finally:
        reader.close()
    return [[m.offset(), m.timestamp()[1], text(m.key()), text(m.value()), [[name, text(value)] for name, value in m.headers() or []]]
            for m in messages]


def fetch(reader, seconds, count=None):
    got, end = [], time.monotonic() + seconds
    while time.monotonic() < end and (count is None or len(got) < count):
        for message in reader.consume(500 if count is None else count - len(got), timeout=0.1):
            if message.error():
                raise KafkaException(message.error())
            got.append(message)
    return got


def assign(partitions):
    global lasting, assigned
    lasting = lasting or consumer()
    wanted = {(topic, partition) for topic, partition in partitions}
    lasting.incremental_unassign([TopicPartition(*place) for place in assigned - wanted])
    lasting.incremental_assign([TopicPartition(*place, OFFSET_BEGINNING) for place in wanted - assigned])
    assigned = wanted


def places(partitions):
    return [TopicPartition(*place) for place in partitions]


def poll(seconds):
    return [[m.topic(), m.partition(), m.offset(), text(m.value())] for m in fetch(lasting, seconds)]


def one(futures):
    """The result of a call about one thing."""
    [future] = futures.values()
    return future.result(30)


def offsets(topic, partition, time):
    place = TopicPartition(topic, partition)
    return [one(admin.list_offsets({place: spec})).offset
            for spec in (OffsetSpec.earliest(), OffsetSpec.latest(), OffsetSpec.for_timestamp(time))]


def resource(topic, **more):
    return ConfigResource(ConfigResource.Type.TOPIC, topic, **more)


def set_configs(topic, configs):
    changes = [ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET if value is not None else AlterConfigOpType.DELETE)
               for name, value in configs.items()]
    one(admin.incremental_alter_configs([resource(topic, incremental_configs=changes)]))


def cluster():
    found = admin.describe_cluster().result(30)
    return {"cluster": found.cluster_id, "brokers": sorted(f"{node.host}:{node.port}" for node in found.nodes)}


CALLS = {
    "produce": produce, "consume": consume, "assign": assign, "poll": poll, "offsets": offsets, "set_configs": set_configs,
    "cluster": cluster,
    "pause": lambda partitions: lasting.pause(places(partitions)),
    "resume": lambda partitions: lasting.resume(places(partitions)),
    "create": lambda topic, partitions, configs: one(admin.create_topics([NewTopic(topic, partitions, 1, config=configs)])),
    "topics": lambda: sorted(admin.list_topics(timeout=10).topics),
    "describe": lambda topic: len(one(admin.describe_topics(TopicCollection([topic]))).partitions),
    "delete": lambda topic: one(admin.delete_topics([topic])),
    "grow": lambda topic, partitions: one(admin.create_partitions([NewPartitions(topic, partitions)])),
    "replace_configs": lambda topic, configs: one(admin.alter_configs([resource(topic, set_config=configs)])),
    "configs": lambda topic: {name: entry.value for name, entry in one(admin.describe_configs([resource(topic)])).items()},
    "delete_records": lambda topic, partition, offset:
        one(admin.delete_records([TopicPartition(topic, partition, offset)])).low_watermark,
}


def name_of(error):
    first = error.args[0] if error.args else None
    return first.name() if isinstance(first, KafkaError) else type(error).__name__


serve(CALLS, name_of)
