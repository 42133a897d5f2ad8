"""aiokafka, told what to do as drivers.py describes: aio_kafka.py ADDRESS."""
import asyncio
import sys
import time as clock

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import for_code

from lines import data, serve, text

SERVER = {"bootstrap_servers": sys.argv[1]}
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
lasting = None


async def produce(topic, partition, codec, acks, records):
    async with AIOKafkaProducer(**SERVER, acks={"0": 0, "1": 1, "all": "all"}[acks], compression_type=None if codec == "none" else codec,
                                linger_ms=20, max_request_size=4 << 20) as producer:
        sent = [await producer.send(topic, partition=partition, key=data(key), value=data(value), timestamp_ms=timestamp,
                                    headers=[(name, data(content)) for name, content in headers])
                for key, value, timestamp, headers in records]
        done = [await one for one in sent]
    return None if acks == "0" else [metadata.offset for metadata in done]


def consumer():
    return AIOKafkaConsumer(**SERVER, enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=200)


async def consume(topic, partition, count, offset=0, time=None):
    place, got = TopicPartition(topic, partition), []
    async with consumer() as reader:
        reader.assign([place])
        if time is not None:
            found = (await reader.offsets_for_times({place: time}))[place]
            if found is None:
                return []
            offset = found.offset
        reader.seek(place, offset)
        end = clock.monotonic() + 30
        while len(got) < count and clock.monotonic() < end:
            for batch in (await reader.getmany(timeout_ms=200, max_records=count - len(got))).values():
                got += batch
    return [[r.offset, r.timestamp, text(r.key), text(r.value), [[name, text(value)] for name, value in r.headers]] for r in got]


async def assign(partitions):
    """Its own assign() forgets where it was."""
    global lasting
    if lasting is None:
        lasting = consumer()
        await lasting.start()
    wanted = [TopicPartition(*place) for place in partitions]
    before = {place: await lasting.position(place) for place in lasting.assignment() if place in wanted}
    lasting.assign(wanted)
    for place in wanted:
        lasting.seek(place, before.get(place, 0))


async def poll(seconds):
    got, end = [], clock.monotonic() + seconds
    while clock.monotonic() < end:
        for batch in (await lasting.getmany(timeout_ms=100)).values():
            got += [[r.topic, r.partition, r.offset, text(r.value)] for r in batch]
    return got


async def offsets(topic, partition, time):
    place = TopicPartition(topic, partition)
    async with consumer() as reader:
        found = (await reader.offsets_for_times({place: time}))[place]
        first, end = await reader.beginning_offsets([place]), await reader.end_offsets([place])
        return [first[place], end[place], -1 if found is None else found.offset]


def check(answer, places):
    """Raises the error that one of the answer's rows has, its code being at one of the places in the row."""
    for row in places(answer):
        if row[1]:
            raise for_code(row[1])(row[2] if len(row) > 2 else "")


async def ask(call):
    admin = AIOKafkaAdminClient(**SERVER)
    await admin.start()
    try:
        return await call(admin)
    finally:
        await admin.close()


async def create(topic, partitions, configs):
    answer = await ask(lambda admin: admin.create_topics([NewTopic(topic, partitions, 1, topic_configs=configs)]))
    check(answer, lambda a: a.topic_errors)


async def describe(topic):
    [found] = await ask(lambda admin: admin.describe_topics([topic]))
    if found["error_code"]:
        raise for_code(found["error_code"])()
    return len(found["partitions"])


async def configs(topic):
    [answer] = await ask(lambda admin: admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)]))
    check(answer, lambda a: [("", r[0], r[1]) for r in a.resources])
    return {entry[0]: entry[1] for resource in answer.resources for entry in resource[4]}


async def replace_configs(topic, configs):
    [answer] = await ask(lambda admin: admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs)]))
    check(answer, lambda a: [("", r[0], r[1]) for r in a.resources])


async def cluster():
    found = await ask(lambda admin: admin.describe_cluster())
    return {"cluster": found["cluster_id"], "brokers": sorted(f"{b['host']}:{b['port']}" for b in found["brokers"])}


async def topics():
    return sorted(await ask(lambda admin: admin.list_topics()))


async def delete(topic):
    check(await ask(lambda admin: admin.delete_topics([topic])), lambda a: a.topic_error_codes)


async def grow(topic, partitions):
    check(await ask(lambda admin: admin.create_partitions({topic: NewPartitions(partitions)})), lambda a: a.topic_errors)


async def delete_records(topic, partition, offset):
    place = TopicPartition(topic, partition)
    return (await ask(lambda admin: admin.delete_records({place: RecordsToDelete(offset)})))[place]


async def pause(partitions):
    lasting.pause(*[TopicPartition(*place) for place in partitions])


async def resume(partitions):
    lasting.resume(*[TopicPartition(*place) for place in partitions])


def name_of(error):
    words = type(error).__name__.removesuffix("Error")
    return "".join("_" + c if c.isupper() and i else c for i, c in enumerate(words)).upper()


def waiting(call):
    return lambda **arguments: loop.run_until_complete(call(**arguments))


ALL = (produce, consume, assign, pause, resume, poll, offsets, create, topics, describe, cluster, delete, grow, configs, replace_configs,
       delete_records)
serve({call.__name__: waiting(call) for call in ALL}, name_of)
