// @platformatic/kafka, told what to do as drivers.py describes: platformatic.js ADDRESS.
'use strict'
const { data, text, serve } = require('./lines.js')

async function main () {
  const { Admin, Consumer, Producer } = await import(require.resolve('@platformatic/kafka'))
  const base = { clientId: 'platformatic', bootstrapBrokers: [process.argv[2]], retries: 2, metadataMaxAge: 100 }
  const admin = new Admin(base)
  const consumer = new Consumer({ ...base, groupId: 'none' })

  async function produce ({ topic, partition, codec, acks, records }) {
    const producer = new Producer(base)
    try {
      const messages = records.map(([key, value, timestamp, headers]) => ({
        topic, partition, key: data(key), value: data(value), timestamp: BigInt(timestamp),
        headers: new Map(headers.map(([name, content]) => [Buffer.from(name), data(content)]))
      }))
      const done = await producer.send({ messages, acks: { 0: 0, 1: 1, all: -1 }[acks], compression: codec, autocreateTopics: false })
      return acks === '0' ? null : messages.map((_, i) => Number(done.offsets[0].offset) + i)
    } finally {
      await producer.close()
    }
  }

  // Its streams belong to groups; this is the fetch that they are made of.
  async function consume ({ topic, partition, count, offset, time }) {
    if (time !== undefined) offset = (await offsets({ topic, partition, time }))[2]
    const { id, partitions } = (await consumer.metadata({ topics: [topic] })).topics.get(topic)
    const got = []
    for (const end = Date.now() + 30000; got.length < count && Date.now() < end;) {
      const { responses } = await consumer.fetch({
        node: partitions[partition].leader, minBytes: 1, maxBytes: 10 << 20, maxWaitTime: 100,
        topics: [{
          topicId: id,
          partitions: [{
            partition, currentLeaderEpoch: -1, fetchOffset: BigInt(offset), lastFetchedEpoch: -1, partitionMaxBytes: 1 << 20
          }]
        }]
      })
      for (const batch of responses.flatMap(one => one.partitions).flatMap(one => one.records ?? [])) {
        for (const record of batch.records) {
          const at = Number(batch.firstOffset) + record.offsetDelta
          if (at < offset) continue // a batch is read from its beginning
          offset = at + 1
          const headers = [...record.headers].map(([name, value]) => [name.toString(), text(value)])
          got.push([at, Number(batch.firstTimestamp + record.timestampDelta), text(record.key), text(record.value), headers])
        }
      }
    }
    return got.slice(0, count)
  }

  async function offsets ({ topic, partition, time }) {
    const result = []
    for (const timestamp of [-2n, -1n, BigInt(time)]) {
      const [listed] = await admin.listOffsets({ topics: [{ name: topic, partitions: [{ partitionIndex: partition, timestamp }] }] })
      result.push(Number(listed.partitions[0].offset))
    }
    return result
  }

  const topicOf = ({ topic }) => ({ resourceType: 2, resourceName: topic })

  await serve({
    produce, consume, offsets,
    create: async ({ topic, partitions, configs }) => {
      const list = Object.entries(configs).map(([name, value]) => ({ name, value }))
      await admin.createTopics({ topics: [topic], partitions, replicas: 1, configs: list })
    },
    topics: () => admin.listTopics(),
    describe: async ({ topic }) => (await admin.metadata({ topics: [topic], forceUpdate: true })).topics.get(topic).partitionsCount,
    cluster: async () => {
      const found = await admin.metadata({ topics: [], forceUpdate: true })
      return { cluster: found.id, brokers: [...found.brokers.values()].map(({ host, port }) => `${host}:${port}`) }
    },
    delete: ({ topic }) => admin.deleteTopics({ topics: [topic] }),
    grow: async ({ topic, partitions }) => {
      // It cannot leave the placement to the server.
      const found = (await admin.metadata({ topics: [topic], forceUpdate: true })).topics.get(topic)
      const more = Math.max(0, partitions - found.partitionsCount)
      const assignments = Array.from({ length: more }, () => ({ brokerIds: [found.partitions[0].leader] }))
      await admin.createPartitions({ topics: [{ name: topic, count: partitions, assignments }] })
    },
    configs: async call => {
      const [found] = await admin.describeConfigs({ resources: [{ ...topicOf(call), configurationKeys: null }] })
      return Object.fromEntries(found.configs.map(({ name, value }) => [name, value]))
    },
    set_configs: call => admin.incrementalAlterConfigs({
      resources: [{
        ...topicOf(call),
        configs: Object.entries(call.configs).map(([name, value]) => ({ name, value, configOperation: value === null ? 1 : 0 }))
      }]
    }),
    replace_configs: call => admin.alterConfigs({
      resources: [{ ...topicOf(call), configs: Object.entries(call.configs).map(([name, value]) => ({ name, value })) }]
    }),
    delete_records: async ({ topic, partition, offset }) => {
      const [done] = await admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition, offset: BigInt(offset) }] }] })
      return done.partitions[0].lowWatermark
    },
    log_dirs: async ({ topic, partitions }) => {
      const brokers = await admin.describeLogDirs({ topics: [{ name: topic, partitions }] })
      const topics = brokers.flatMap(broker => broker.results).flatMap(result => result.topics)
      return Object.fromEntries(topics.flatMap(({ name, partitions }) =>
        partitions.map(one => [`${name}-${one.partitionIndex}`, one.partitionSize])))
    }
  }, error => {
    // Kafka's error lies within what wraps it.
    for (let left = [error]; left.length > 0;) {
      const one = left.shift()
      if (one.apiId) return one.apiId
      left = [...left, ...(one.errors ?? []), ...(one.cause ? [one.cause] : [])]
    }
    return error.code ?? error.name
  })
}

main()
