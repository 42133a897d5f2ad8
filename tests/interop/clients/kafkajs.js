// KafkaJS, told what to do as drivers.py describes: kafkajs.js ADDRESS.
'use strict'
const zlib = require('node:zlib')
const lz4 = require('lz4-napi')
const { Kafka, CompressionTypes, CompressionCodecs, ConfigResourceTypes, logLevel } = require('kafkajs')
const { data, text, serve } = require('./lines.js')

// It brings gzip alone; the others are what its manual has one plug in.
CompressionCodecs[CompressionTypes.Snappy] = require('kafkajs-snappy')
CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: encoder => lz4.compressFrame(encoder.buffer),
  decompress: buffer => lz4.decompressFrame(buffer)
})
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async encoder => zlib.zstdCompressSync(encoder.buffer),
  decompress: async buffer => zlib.zstdDecompressSync(buffer)
})
const CODECS = { none: 'None', gzip: 'GZIP', snappy: 'Snappy', lz4: 'LZ4', zstd: 'ZSTD' }

const kafka = new Kafka({ clientId: 'kafkajs', brokers: [process.argv[2]], logLevel: logLevel.NOTHING, retry: { retries: 2 } })

async function produce ({ topic, partition, codec, acks, records }) {
  const producer = kafka.producer()
  await producer.connect()
  try {
    const messages = records.map(([key, value, timestamp, headers]) => {
      const named = {}
      for (const [name, content] of headers) named[name] = [...(named[name] ?? []), data(content)]
      return { key: data(key), value: data(value), partition, timestamp: String(timestamp), headers: named }
    })
    const [done] = await producer.send({
      topic, acks: { 0: 0, 1: 1, all: -1 }[acks], compression: CompressionTypes[CODECS[codec]], messages
    })
    return acks === '0' ? null : messages.map((_, i) => Number(done.baseOffset) + i)
  } finally {
    await producer.disconnect()
  }
}

// It consumes in groups only. Underneath, its cluster fetches from a broker and decodes what comes, which is used here.
let cluster
async function connected () {
  if (!cluster) {
    const create = Object.getOwnPropertySymbols(kafka).find(symbol => String(symbol).includes('createCluster'))
    cluster = kafka[create]({ metadataMaxAge: 1000 })
    await cluster.connect()
  }
  return cluster
}

async function consume ({ topic, partition, count, offset, time }) {
  await connected()
  await cluster.addTargetTopic(topic)
  if (time !== undefined) offset = (await offsets({ topic, partition, time }))[2]
  const leaders = cluster.findLeaderForPartitions(topic, [partition])
  const broker = await cluster.findBroker({ nodeId: Object.keys(leaders)[0] })
  const got = []
  for (const end = Date.now() + 30000; got.length < count && Date.now() < end;) {
    const { responses } = await broker.fetch({
      maxWaitTime: 100, topics: [{ topic, partitions: [{ partition, fetchOffset: String(offset), maxBytes: 1 << 20 }] }]
    })
    for (const m of responses[0].partitions[0].messages) {
      if (Number(m.offset) < offset) continue // a batch is read from its beginning
      offset = Number(m.offset) + 1
      const headers = Object.entries(m.headers).flatMap(([name, values]) => [values].flat().map(value => [name, text(value)]))
      got.push([Number(m.offset), Number(m.timestamp), text(m.key), text(m.value), headers])
    }
  }
  return got.slice(0, count)
}

async function withAdmin (use) {
  const admin = kafka.admin()
  await admin.connect()
  try {
    return await use(admin)
  } finally {
    await admin.disconnect()
  }
}

async function offsets ({ topic, partition, time }) {
  return withAdmin(async admin => {
    const here = list => list.find(one => one.partition === partition)
    const all = here(await admin.fetchTopicOffsets(topic))
    const since = here(await admin.fetchTopicOffsetsByTimestamp(topic, time))
    return [Number(all.low), Number(all.high), Number(since.offset)]
  })
}

const configs = async ({ topic }) => withAdmin(async admin => {
  const { resources } = await admin.describeConfigs({ resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }] })
  return Object.fromEntries(resources[0].configEntries.map(entry => [entry.configName, entry.configValue]))
})

serve({
  produce, consume, offsets, configs,
  create: ({ topic, partitions, configs }) => withAdmin(async admin => {
    const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }))
    const made = await admin.createTopics({ topics: [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries }] })
    if (!made) throw Object.assign(new Error('not made'), { type: 'TOPIC_ALREADY_EXISTS' }) // so says its manual
  }),
  topics: () => withAdmin(admin => admin.listTopics()),
  describe: ({ topic }) => withAdmin(async admin =>
    (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0].partitions.length),
  cluster: () => withAdmin(async admin => {
    const found = await admin.describeCluster()
    return { cluster: found.clusterId, brokers: found.brokers.map(({ host, port }) => `${host}:${port}`) }
  }),
  delete: ({ topic }) => withAdmin(admin => admin.deleteTopics({ topics: [topic] })),
  grow: ({ topic, partitions }) => withAdmin(admin => admin.createPartitions({ topicPartitions: [{ topic, count: partitions }] })),
  replace_configs: ({ topic, configs }) => withAdmin(admin => admin.alterConfigs({
    validateOnly: false,
    resources: [{
      type: ConfigResourceTypes.TOPIC, name: topic, configEntries: Object.entries(configs).map(([name, value]) => ({ name, value }))
    }]
  })),
  delete_records: ({ topic, partition, offset }) => withAdmin(async admin => {
    await admin.fetchTopicOffsets(topic) // else it knows no leader
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] })
    return offset
  })
}, error => {
  // Kafka's error lies within what wraps it.
  while (!error.type) {
    const inner = error.errors?.[0] ?? error.partitions?.[0].error ?? error.cause
    if (!inner) break
    error = inner
  }
  return error.type ?? error.name
})
