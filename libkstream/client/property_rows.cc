#include "client/property_rows.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace kstream::client {
namespace {

using config::Effect;
using config::Row;
using config::Type;

constexpr double kInt32Max = INT32_MAX, kInt64Max = static_cast<double>(INT64_MAX);
/// What records::BatchBuilder can hold: less than 1 GiB.
constexpr double kMostOfBatch = (1 << 30) - 1;

constexpr Row row(std::string_view name, Type type, std::optional<std::string_view> default_value, Effect effect,
                  std::string_view doc) {
  Row result;
  result.name = name;
  result.type = type;
  result.default_value = default_value;
  result.effect = effect;
  result.doc = doc;
  return result;
}
constexpr Row number(std::string_view name, std::string_view default_value, double min, double max,
                     std::string_view doc) {
  Row result = row(name, max > kInt32Max ? Type::int64 : Type::int32, default_value, Effect::obeyed, doc);
  result.valid = {.min = min, .max = max};
  return result;
}
constexpr Row choice(std::string_view name, std::string_view default_value, std::string_view choices,
                     std::string_view doc) {
  Row result = row(name, Type::string, default_value, Effect::obeyed, doc);
  result.valid.choices = choices;
  return result;
}
constexpr Row flag(std::string_view name, std::string_view default_value, std::string_view doc) {
  return row(name, Type::boolean, default_value, Effect::obeyed, doc);
}
constexpr Row text(std::string_view name, std::string_view default_value, std::string_view doc) {
  return row(name, Type::string, default_value, Effect::obeyed, doc);
}
constexpr Row ignored(std::string_view name) { return row(name, Type::string, "", Effect::ignored, {}); }
constexpr Row refused(std::string_view name, std::optional<std::string_view> default_value, std::string_view doc = {}) {
  return row(name, Type::string, default_value, Effect::refused, doc);
}

constexpr Row kRows[] = {
    choice("acks", "all", "all|-1|0|1",
           "How many replicas must have a batch before it counts as delivered: all in-sync ones, none, or the leader."),
    flag("allow.auto.create.topics", "false",
         "Whether using a topic may create it, where the broker allows that; also for producers, and false by default, "
         "unlike in Kafka."),
    ignored("auto.commit.interval.ms"),
    choice(
        "auto.offset.reset", "none", "none|earliest|latest",
        "Where to go on from a position that is out of range; none, the default unlike in Kafka, halts the partition."),
    number("batch.size", "16384", 0, kInt32Max,
           "A batch of this many bytes is sent at once; while an earlier one of its partition is under way it grows "
           "on, to max.request.size at most."),
    refused("bootstrap.controllers", ""),
    ignored("bootstrap.resolve.timeout.ms"),
    text("bootstrap.servers", "", "The brokers to ask first, as host:port,..."),
    number("buffer.memory", "33554432", 0, kInt64Max,
           "Bytes that records may hold between send() and their delivery report."),
    flag("check.crcs", "true", "Whether consumers check the CRC of each batch."),
    ignored("client.dns.lookup"),
    text("client.id", "kstream", "What the brokers call this client in their logs and quotas."),
    refused("client.rack", ""),
    choice("compression.gzip.level", "-1", "-1|1|2|3|4|5|6|7|8|9", "The level of gzip; -1 is its own default."),
    number("compression.lz4.level", "9", 1, 17, "The level of lz4."),
    choice("compression.type", "none", "none|gzip|snappy|lz4|zstd", "How batches are compressed."),
    number("compression.zstd.level", "3", -131072, 22, "The level of zstd."),
    ignored("config.providers"),
    refused("connections.max.idle.ms", "540000"),
    ignored("default.api.timeout.ms"),
    number("delivery.timeout.ms", "120000", 0, kInt32Max,
           "How long after send() a batch may be tried; one that is under way then still gets its answer. At least "
           "linger.ms and request.timeout.ms together, to which the default is raised if need be."),
    ignored("enable.auto.commit"),
    refused("enable.idempotence", "false", "Sending without duplicates comes with a later release."),
    ignored("enable.metrics.push"),
    ignored("exclude.internal.topics"),
    number("fetch.max.bytes", "52428800", 0, kInt32Max,
           "Bytes that one fetch may return; also how much is fetched ahead of poll()."),
    number("fetch.max.wait.ms", "500", 0, kInt32Max, "How long a broker waits for fetch.min.bytes."),
    number("fetch.min.bytes", "1", 0, kInt32Max, "How much a broker gathers before it answers a fetch."),
    refused("group.id", std::nullopt, "Consumer groups come with a later release."),
    refused("group.instance.id", std::nullopt),
    refused("group.protocol", "classic"),
    refused("group.remote.assignor", std::nullopt),
    refused("heartbeat.interval.ms", "3000"),
    ignored("interceptor.classes"),
    choice("isolation.level", "read_uncommitted", "read_uncommitted|read_committed",
           "Whether records of open and aborted transactions are left out."),
    ignored("key.deserializer"),
    ignored("key.serializer"),
    number("linger.ms", "5", 0, kInt32Max, "How long a batch waits for more records."),
    number("max.block.ms", "60000", 0, kInt32Max, "How long send() may wait."),
    number("max.in.flight.requests.per.connection", "5", 1, kInt32Max,
           "Produce requests that one broker may owe an answer to. A partition is in one of them at a time, so order "
           "never depends on this."),
    number("max.partition.fetch.bytes", "1048576", 0, kInt32Max,
           "Bytes of one partition that one fetch may return; a larger batch comes alone."),
    ignored("max.poll.interval.ms"),
    number("max.poll.records", "500", 1, kInt32Max, "Records of one poll."),
    number("max.request.size", "1048576", 0, kMostOfBatch,
           "The largest record and the largest batch, uncompressed; also the size of a request from which no batch is "
           "added."),
    flag(
        "metadata.cluster.check.enable", "true",
        "Whether brokers of 4.4 and above are asked to refuse a client that means another cluster or node (KIP-1242)."),
    number("metadata.max.age.ms", "300000", 0, kInt64Max, "How long what is known of the cluster is believed."),
    refused("metadata.max.idle.ms", "300000", "A client that has used a topic asks for its metadata until it ends."),
    refused("metadata.recovery.rebootstrap.trigger.ms", "300000"),
    refused("metadata.recovery.strategy", "rebootstrap"),
    ignored("metric.reporters"),
    ignored("metrics.num.samples"),
    ignored("metrics.recording.level"),
    ignored("metrics.sample.window.ms"),
    refused(
        "partition.assignment.strategy",
        "org.apache.kafka.clients.consumer.RangeAssignor,org.apache.kafka.clients.consumer.CooperativeStickyAssignor"),
    ignored("partitioner.adaptive.partitioning.enable"),
    refused("partitioner.availability.timeout.ms", "0"),
    refused("partitioner.class", std::nullopt),
    flag("partitioner.ignore.keys", "false", "Whether records with a key are spread like those without."),
    refused("partitioner.rack.aware", "false"),
    number("receive.buffer.bytes", "-1", -1, kInt32Max,
           "SO_RCVBUF; -1, the default unlike in Kafka, leaves it to the system."),
    number("reconnect.backoff.max.ms", "1000", 0, kInt64Max,
           "The longest wait between two attempts to connect to a broker."),
    number("reconnect.backoff.ms", "50", 0, kInt64Max,
           "The wait before the second attempt to connect; it doubles with each."),
    number("request.timeout.ms", "30000", 1, kInt32Max,
           "How long a broker may owe an answer; then its connection is closed."),
    number("retries", "2147483647", 0, kInt32Max, "How often a batch is sent again."),
    number("retry.backoff.max.ms", "1000", 0, kInt64Max, "The longest wait before something is tried again."),
    number("retry.backoff.ms", "100", 0, kInt64Max,
           "The wait before something is tried again; it doubles with each failure."),
    refused("sasl.client.callback.handler.class", std::nullopt),
    refused("sasl.jaas.config", std::nullopt),
    refused("sasl.kerberos.kinit.cmd", "/usr/bin/kinit"),
    refused("sasl.kerberos.min.time.before.relogin", "60000"),
    refused("sasl.kerberos.service.name", std::nullopt),
    refused("sasl.kerberos.ticket.renew.jitter", "0.05"),
    refused("sasl.kerberos.ticket.renew.window.factor", "0.8"),
    refused("sasl.login.callback.handler.class", std::nullopt),
    refused("sasl.login.class", std::nullopt),
    refused("sasl.login.connect.timeout.ms", std::nullopt),
    refused("sasl.login.read.timeout.ms", std::nullopt),
    refused("sasl.login.refresh.buffer.seconds", "300"),
    refused("sasl.login.refresh.min.period.seconds", "60"),
    refused("sasl.login.refresh.window.factor", "0.8"),
    refused("sasl.login.refresh.window.jitter", "0.05"),
    refused("sasl.login.retry.backoff.max.ms", "10000"),
    refused("sasl.login.retry.backoff.ms", "100"),
    refused("sasl.mechanism", "GSSAPI"),
    refused("sasl.oauthbearer.allow.unverified.audience", "false"),
    refused("sasl.oauthbearer.allow.unverified.issuer", "false"),
    refused("sasl.oauthbearer.assertion.algorithm", "RS256"),
    refused("sasl.oauthbearer.assertion.claim.aud", std::nullopt),
    refused("sasl.oauthbearer.assertion.claim.exp.seconds", "300"),
    refused("sasl.oauthbearer.assertion.claim.iss", std::nullopt),
    refused("sasl.oauthbearer.assertion.claim.jti.include", "false"),
    refused("sasl.oauthbearer.assertion.claim.nbf.seconds", "60"),
    refused("sasl.oauthbearer.assertion.claim.sub", std::nullopt),
    refused("sasl.oauthbearer.assertion.file", std::nullopt),
    refused("sasl.oauthbearer.assertion.private.key.file", std::nullopt),
    refused("sasl.oauthbearer.assertion.private.key.passphrase", std::nullopt),
    refused("sasl.oauthbearer.assertion.template.file", std::nullopt),
    refused("sasl.oauthbearer.client.credentials.client.id", std::nullopt),
    refused("sasl.oauthbearer.client.credentials.client.secret", std::nullopt),
    refused("sasl.oauthbearer.clock.skew.seconds", "30"),
    refused("sasl.oauthbearer.expected.audience", ""),
    refused("sasl.oauthbearer.expected.issuer", std::nullopt),
    refused("sasl.oauthbearer.header.urlencode", "false"),
    refused("sasl.oauthbearer.jwks.endpoint.refresh.ms", "3600000"),
    refused("sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms", "10000"),
    refused("sasl.oauthbearer.jwks.endpoint.retry.backoff.ms", "100"),
    refused("sasl.oauthbearer.jwks.endpoint.url", std::nullopt),
    refused("sasl.oauthbearer.jwt.retriever.class", "org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever"),
    refused("sasl.oauthbearer.jwt.validator.class", "org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator"),
    refused("sasl.oauthbearer.scope", std::nullopt),
    refused("sasl.oauthbearer.scope.claim.name", "scope"),
    refused("sasl.oauthbearer.sub.claim.name", "sub"),
    refused("sasl.oauthbearer.token.endpoint.url", std::nullopt),
    refused("security.protocol", "PLAINTEXT", "TLS and SASL come with a later release."),
    ignored("security.providers"),
    number("send.buffer.bytes", "-1", -1, kInt32Max,
           "SO_SNDBUF; -1, the default unlike in Kafka, leaves it to the system."),
    refused("session.timeout.ms", "45000"),
    refused("share.acknowledgement.mode", "implicit"),
    refused("share.acquire.mode", "BATCH_OPTIMIZED"),
    refused("socket.connection.setup.timeout.max.ms", "30000"),
    number("socket.connection.setup.timeout.ms", "10000", 1, kInt64Max,
           "How long connecting to an address may take, ApiVersions included."),
    refused("ssl.cipher.suites", ""),
    refused("ssl.enabled.protocols", "TLSv1.2,TLSv1.3"),
    refused("ssl.endpoint.identification.algorithm", "https"),
    refused("ssl.engine.factory.class", std::nullopt),
    refused("ssl.key.password", std::nullopt),
    refused("ssl.keymanager.algorithm", "SunX509"),
    refused("ssl.keystore.certificate.chain", std::nullopt),
    refused("ssl.keystore.key", std::nullopt),
    refused("ssl.keystore.location", std::nullopt),
    refused("ssl.keystore.password", std::nullopt),
    refused("ssl.keystore.type", "JKS"),
    refused("ssl.protocol", "TLSv1.3"),
    refused("ssl.provider", std::nullopt),
    ignored("ssl.secure.random.implementation"),
    refused("ssl.trustmanager.algorithm", "PKIX"),
    refused("ssl.truststore.certificates", std::nullopt),
    refused("ssl.truststore.location", std::nullopt),
    refused("ssl.truststore.password", std::nullopt),
    refused("ssl.truststore.type", "JKS"),
    refused("transaction.timeout.ms", "60000"),
    refused("transaction.two.phase.commit.enable", "false"),
    refused("transactional.id", std::nullopt, "Transactions come with a later release."),
    ignored("value.deserializer"),
    ignored("value.serializer"),
};
static_assert(std::ranges::is_sorted(kRows, {}, &Row::name));

}  // namespace

std::span<const Row> property_rows() { return kRows; }

const Row* find_property(std::string_view name) { return config::find_row(kRows, name); }

}  // namespace kstream::client
