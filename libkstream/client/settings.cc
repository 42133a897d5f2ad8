#include "client/settings.h"

#include "base/config/value.h"

#include <algorithm>
#include <charconv>

namespace kstream::client {
namespace {

milliseconds time(const ClientConfig& config, std::string_view name) {
  return std::min(milliseconds(config.number(name)), kLongestWait);
}

std::size_t size(const ClientConfig& config, std::string_view name) {
  return static_cast<std::size_t>(config.number(name));
}

std::int32_t int32(const ClientConfig& config, std::string_view name) {
  return static_cast<std::int32_t>(config.number(name));
}

BackoffRange backoff(const ClientConfig& config, std::string_view first, std::string_view most) {
  return {time(config, first), std::max(time(config, first), time(config, most))};
}

BackoffRange retry_backoff(const ClientConfig& config) {
  return backoff(config, "retry.backoff.ms", "retry.backoff.max.ms");
}

std::optional<int> buffer_size(const ClientConfig& config, std::string_view name) {
  const std::int32_t size = int32(config, name);
  return size < 0 ? std::nullopt : std::optional<int>(size);
}

std::optional<int> compression_level(const ClientConfig& config) {
  const std::string name = "compression." + std::string(config.get("compression.type")) + ".level";
  return config.get(name).empty() ? std::nullopt : std::optional<int>(int32(config, name));
}

Error invalid(std::string detail) { return {ErrorCode::invalid_config, std::move(detail)}; }

}  // namespace

std::string Endpoint::to_string() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

Result<Endpoint> parse_endpoint(std::string_view text) {
  const Error bad = invalid("bootstrap.servers: \"" + std::string(text) + "\" is not host:port");
  std::string_view host = text, port = "9092";
  const bool bracket = text.starts_with('[');
  const std::size_t end = bracket ? text.find(']') : text.rfind(':');
  if (bracket) {
    if (end == std::string_view::npos) return bad;
    host = text.substr(1, end - 1);
    const std::string_view rest = text.substr(end + 1);
    if (!rest.empty() && rest[0] != ':') return bad;
    if (!rest.empty()) port = rest.substr(1);
  } else if (end != std::string_view::npos) {
    host = text.substr(0, end);
    port = text.substr(end + 1);
    if (host.find(':') != std::string_view::npos) return bad;  // an IPv6 address without brackets
  }
  std::uint16_t number = 0;
  const auto [stop, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || stop != port.data() + port.size() || number == 0 || host.empty()) return bad;
  return Endpoint{std::string(host), number};
}

milliseconds BackoffRange::after(int failures) const {
  milliseconds wait = first;
  for (int i = 1; i < failures && wait < most; ++i) wait *= 2;
  return std::min(wait, most);
}

Result<ClientSettings> client_settings(const ClientConfig& config) {
  ClientSettings settings;
  for (const std::string_view text : config::parse_list(config.get("bootstrap.servers"))) {
    Result<Endpoint> endpoint = parse_endpoint(text);
    if (!endpoint) return endpoint.error();
    settings.bootstrap.push_back(*std::move(endpoint));
  }
  if (settings.bootstrap.empty()) return invalid("bootstrap.servers is not set");
  settings.client_id = config.get("client.id");
  if (settings.client_id.size() > INT16_MAX) return invalid("client.id is longer than 32767 bytes");
  settings.request_timeout = time(config, "request.timeout.ms");
  settings.connect_timeout = time(config, "socket.connection.setup.timeout.ms");
  settings.metadata_max_age = time(config, "metadata.max.age.ms");
  settings.reconnect = backoff(config, "reconnect.backoff.ms", "reconnect.backoff.max.ms");
  settings.retry = retry_backoff(config);
  settings.send_buffer = buffer_size(config, "send.buffer.bytes");
  settings.receive_buffer = buffer_size(config, "receive.buffer.bytes");
  settings.check_cluster = config.flag("metadata.cluster.check.enable");
  settings.allow_auto_create = config.flag("allow.auto.create.topics");
  settings.trace = config.trace;
  return settings;
}

Result<ProducerSettings> producer_settings(const ClientConfig& config) {
  ProducerSettings settings;
  const std::string_view acks = config.get("acks");
  settings.acks = acks == "0" ? std::int16_t{0} : acks == "1" ? std::int16_t{1} : std::int16_t{-1};
  settings.batch_size = size(config, "batch.size");
  settings.buffer_memory = size(config, "buffer.memory");
  settings.max_request_size = size(config, "max.request.size");
  settings.codec = *parse_codec(config.get("compression.type"));
  settings.level = compression_level(config);
  settings.linger = time(config, "linger.ms");
  settings.delivery_timeout = time(config, "delivery.timeout.ms");
  settings.request_timeout = time(config, "request.timeout.ms");
  settings.max_block = time(config, "max.block.ms");
  settings.max_in_flight = int32(config, "max.in.flight.requests.per.connection");
  settings.retries = int32(config, "retries");
  settings.retry = retry_backoff(config);
  settings.ignore_keys = config.flag("partitioner.ignore.keys");
  const milliseconds least = settings.linger + settings.request_timeout;
  if (!config.is_set("delivery.timeout.ms")) settings.delivery_timeout = std::max(settings.delivery_timeout, least);
  if (settings.delivery_timeout < least) {
    return invalid("delivery.timeout.ms must be at least linger.ms and request.timeout.ms together");
  }
  return settings;
}

Result<ConsumerSettings> consumer_settings(const ClientConfig& config) {
  ConsumerSettings settings;
  settings.min_bytes = int32(config, "fetch.min.bytes");
  settings.max_bytes = int32(config, "fetch.max.bytes");
  settings.max_partition_bytes = int32(config, "max.partition.fetch.bytes");
  settings.max_wait = time(config, "fetch.max.wait.ms");
  settings.max_poll_records = size(config, "max.poll.records");
  settings.read_committed = config.get("isolation.level") == "read_committed";
  settings.check_crcs = config.flag("check.crcs");
  const std::string_view reset = config.get("auto.offset.reset");
  settings.out_of_range = reset == "earliest" ? OutOfRange::to_beginning
                          : reset == "latest" ? OutOfRange::to_end
                                              : OutOfRange::halt;
  settings.retry = retry_backoff(config);
  if (time(config, "request.timeout.ms") <= settings.max_wait) {
    return invalid("request.timeout.ms must be more than fetch.max.wait.ms");
  }
  return settings;
}

}  // namespace kstream::client
