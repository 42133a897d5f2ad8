#include "base/config/broker_config.h"

#include "base/assert.h"
#include "base/config/broker_check.h"
#include "base/config/dynamic_config.h"
#include "base/config/value.h"

#include <algorithm>
#include <variant>

namespace kstream::config {
namespace {

using Milliseconds = BrokerConfig::Milliseconds;
constexpr std::int64_t kLongestMs = 10LL * 365 * 24 * 3'600'000;

struct Field {
  std::string_view name;
  std::variant<bool BrokerConfig::*, std::int32_t BrokerConfig::*, std::uint32_t BrokerConfig::*,
               std::int64_t BrokerConfig::*, Milliseconds BrokerConfig::*>
      member;
};
constexpr Field kFields[] = {
    {"auto.create.topics.enable", &BrokerConfig::auto_create_topics_enable},
    {"connections.max.idle.ms", &BrokerConfig::connections_max_idle},
    {"default.replication.factor", &BrokerConfig::default_replication_factor},
    {"delete.topic.enable", &BrokerConfig::delete_topic_enable},
    {"fetch.max.bytes", &BrokerConfig::fetch_max_bytes},
    {"max.incremental.fetch.session.cache.slots", &BrokerConfig::max_incremental_fetch_session_cache_slots},
    {"log.flush.offset.checkpoint.interval.ms", &BrokerConfig::log_flush_offset_checkpoint_interval},
    {"log.retention.check.interval.ms", &BrokerConfig::log_retention_check_interval},
    {"max.request.partition.size.limit", &BrokerConfig::max_request_partition_size_limit},
    {"max.connection.creation.rate", &BrokerConfig::max_connection_creation_rate},
    {"max.connections", &BrokerConfig::max_connections},
    {"max.connections.per.ip", &BrokerConfig::max_connections_per_ip},
    {"metadata.log.max.record.bytes.between.snapshots", &BrokerConfig::metadata_log_max_record_bytes_between_snapshots},
    {"metadata.log.max.snapshot.interval.ms", &BrokerConfig::metadata_log_max_snapshot_interval},
    {"metadata.log.segment.bytes", &BrokerConfig::metadata_log_segment_bytes},
    {"metadata.log.segment.ms", &BrokerConfig::metadata_log_segment_ms},
    {"num.partitions", &BrokerConfig::num_partitions},
    {"num.recovery.threads.per.data.dir", &BrokerConfig::num_recovery_threads_per_data_dir},
    {"num.shards", &BrokerConfig::num_shards},
    {"queued.max.request.bytes", &BrokerConfig::queued_max_request_bytes},
    {"queued.max.requests", &BrokerConfig::queued_max_requests},
    {"request.timeout.ms", &BrokerConfig::request_timeout},
    {"socket.listen.backlog.size", &BrokerConfig::socket_listen_backlog_size},
    {"socket.receive.buffer.bytes", &BrokerConfig::socket_receive_buffer_bytes},
    {"socket.send.buffer.bytes", &BrokerConfig::socket_send_buffer_bytes},
    {"socket.request.max.bytes", &BrokerConfig::socket_request_max_bytes},
};

void assign(bool& field, std::string_view value) { field = *parse_boolean(value); }
void assign(Milliseconds& field, std::string_view value) {
  auto ms = *parse_integer(value);
  field = Milliseconds(ms < 0 ? kLongestMs : std::min(ms, kLongestMs));
}
template <std::integral Number>
void assign(Number& field, std::string_view value) {
  field = static_cast<Number>(*parse_integer(value));
}

/// Values that check_broker_configs has accepted, read by name.
class Reader {
 public:
  explicit Reader(const Values& values) : values_(values) {}

  std::optional<std::string> text(std::string_view name) const {
    const Row* row = find_row(broker_rows(), name);
    KS_ASSERT(row);
    return broker_value(*row, values_);
  }
  std::optional<std::string> not_blank(std::string_view name) const {
    auto given = text(name).value_or("");
    auto value = trim(given);
    return value.empty() ? std::nullopt : std::optional<std::string>(value);
  }
  std::vector<std::string> list(std::string_view name) const {
    auto value = text(name).value_or("");
    auto items = parse_list(value);
    return {items.begin(), items.end()};
  }
  /// Which of the choices of its row a config has.
  std::size_t choice(std::string_view name, std::initializer_list<std::string_view> choices) const {
    auto value = text(name).value_or("");
    return static_cast<std::size_t>(std::ranges::find(choices, trim(value)) - choices.begin());
  }

 private:
  const Values& values_;
};

TopicConfig topic_defaults(const Values& values) {
  Values defaults;
  for (const Row& row : topic_rows()) {
    if (auto value = value_of_synonyms(row, values)) defaults[std::string(row.name)] = *value;
  }
  return resolve(defaults, TopicConfig{});
}

/// Both levels of overrides as one: those that may be set.
Values merged(const Values& cluster_wide, const Values& own) {
  Values all;
  for (const auto& [name, value] : cluster_wide) {
    if (check_dynamic_config(name, value, false)) all.insert_or_assign(name, value);
  }
  for (const auto& [name, value] : own) {
    if (check_dynamic_config(name, value, true)) all.insert_or_assign(name, value);
  }
  return all;
}

/// Sets what `values` say of each listener alone.
void set_listener_limits(const Values& values, BrokerConfig& config) {
  config.listener_limits.resize(config.listeners.size());
  for (std::size_t i = 0; i < config.listeners.size(); ++i) {
    const auto set = [&](std::string_view name, std::int32_t& limit) {
      auto value = values.find(of_listener(config.listeners[i].name, name));
      if (value != values.end()) assign(limit, value->second);
    };
    set("max.connections", config.listener_limits[i].connections);
    set("max.connection.creation.rate", config.listener_limits[i].per_second);
  }
}

/// Without the listeners that are for controllers only.
std::vector<Listener> client_listeners(const Reader& read) {
  auto listeners = *parse_listeners(*read.text("listeners"));
  auto controllers = read.list("controller.listener.names");
  std::erase_if(listeners,
                [&](const Listener& l) { return std::ranges::find(controllers, l.name) != controllers.end(); });
  return listeners;
}

std::vector<Listener> advertised(const Reader& read, std::vector<Listener> listeners) {
  auto told = *parse_listeners(read.text("advertised.listeners").value_or(""));
  for (Listener& listener : listeners) {
    auto found = std::ranges::find(told, listener.name, &Listener::name);
    if (found != told.end()) listener = *found;
  }
  return listeners;
}

}  // namespace

std::optional<std::string> broker_value(const Row& row, const Values& values) {
  if (auto set = values.find(row.name); set != values.end()) return set->second;
  if (auto value = value_of_synonyms(row, values)) return value;
  return row.default_value ? std::optional<std::string>(*row.default_value) : std::nullopt;
}

TopicConfig with_overrides(const TopicConfig& fixed, const Values& cluster_wide, const Values& own) {
  Values overrides = merged(cluster_wide, own), defaults;
  // What may change while a server runs is the first synonym of its topic config, and so comes before all that is
  // fixed.
  for (const Row& row : topic_rows()) {
    if (auto value = value_of_synonyms(row, overrides)) defaults[std::string(row.name)] = *value;
  }
  return resolve(defaults, fixed);
}

BrokerConfig with_overrides(const BrokerConfig& fixed, const Values& cluster_wide, const Values& own) {
  BrokerConfig config = fixed;
  config.topic_defaults = with_overrides(fixed.topic_defaults, cluster_wide, own);
  const Values overrides = merged(cluster_wide, own);
  for (const Field& field : kFields) {
    auto set = overrides.find(field.name);
    if (set != overrides.end()) std::visit([&](auto member) { assign(config.*member, set->second); }, field.member);
  }
  if (auto set = overrides.find("max.connections.per.ip.overrides"); set != overrides.end()) {
    if (auto counts = parse_counts(set->second)) config.max_connections_per_ip_overrides = std::move(*counts);
  }
  set_listener_limits(overrides, config);
  config.cluster_overrides = cluster_wide;
  config.own_overrides = own;
  return config;
}

Result<BrokerConfig> make_broker_config(const Values& values) {
  for (Problem& problem : check_broker_configs(values)) {
    if (!problem.is_warning) return {ErrorCode::invalid_config, std::move(problem.text)};
  }
  Reader read(values);
  BrokerConfig config;
  for (const Field& field : kFields) {
    std::visit([&](auto member) { assign(config.*member, *read.text(field.name)); }, field.member);
  }
  config.node_id = NodeId(static_cast<std::int32_t>(*parse_integer(*read.text("node.id"))));
  config.rack = read.not_blank("broker.rack");
  config.log_dirs = read.list("log.dirs");
  config.metadata_log_dir = read.not_blank("metadata.log.dir").value_or(config.log_dirs[0]);
  config.listeners = client_listeners(read);
  config.advertised_listeners = advertised(read, config.listeners);
  config.topic_defaults = topic_defaults(values);
  config.record_validation = static_cast<RecordValidation>(read.choice("record.validation", {"header", "walk"}));
  config.log_level = static_cast<base::LogLevel>(read.choice("log.level", {"debug", "info", "warning", "error"}));
  config.log_format = static_cast<LogFormat>(read.choice("log.format", {"text", "json"}));
  config.log_file = read.not_blank("log.file");
  if (auto listener = read.not_blank("metrics.listener")) config.metrics_listener = *parse_address(*listener);
  config.max_connections_per_ip_overrides = *parse_counts(*read.text("max.connections.per.ip.overrides"));
  set_listener_limits(values, config);
  config.values = values;
  return config;
}

}  // namespace kstream::config
