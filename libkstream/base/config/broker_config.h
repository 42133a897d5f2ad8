#pragma once

#include <kstream/ids.h>
#include <kstream/result.h>

#include "base/config/config.h"
#include "base/config/listener.h"
#include "base/config/topic_config.h"
#include "base/counted.h"
#include "base/log_line.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kstream::config {

/// record.validation: how far a produced batch is looked into. Numbered as records::Validation.
enum class RecordValidation : std::uint8_t { header, walk };

/// log.format.
enum class LogFormat : std::uint8_t { text, json };

/// Of one listener, beside the limits of all.
struct ListenerLimits {
  std::int32_t connections = INT32_MAX;  ///< max.connections
  std::int32_t per_second = INT32_MAX;   ///< max.connection.creation.rate
  bool operator==(const ListenerLimits&) const = default;
};

/// What the server obeys, typed and immutable: every shard sees the same one. Durations are at most ten years, which
/// also stands for "never".
struct BrokerConfig {
  using Milliseconds = std::chrono::milliseconds;

  NodeId node_id{1};
  std::optional<std::string> rack;             ///< broker.rack
  std::vector<std::string> log_dirs;           ///< one or more
  std::string metadata_log_dir;                ///< one of log_dirs, the first unless set
  std::vector<Listener> listeners;             ///< for clients; one or more, each of its own name
  std::vector<Listener> advertised_listeners;  ///< the same names in the same order
  std::uint32_t num_shards = 0;                ///< 0: one per core

  bool auto_create_topics_enable = true;
  bool delete_topic_enable = true;
  std::int32_t num_partitions = 1;
  std::int32_t default_replication_factor = 1;
  TopicConfig topic_defaults;  ///< log.*, message.max.bytes, min.insync.replicas
  RecordValidation record_validation = RecordValidation::walk;

  std::int32_t socket_request_max_bytes = 100 << 20;
  std::int32_t queued_max_requests = 500;
  std::int64_t queued_max_request_bytes = -1;  ///< -1: as the machine's memory allows
  std::int32_t fetch_max_bytes = 55 << 20;
  std::int32_t max_incremental_fetch_session_cache_slots = 1000;
  std::int32_t max_request_partition_size_limit = 2000;
  Milliseconds request_timeout{30'000};

  std::int32_t socket_listen_backlog_size = 1024;
  std::int32_t socket_receive_buffer_bytes = -1;  ///< not above 0: the system's own
  std::int32_t socket_send_buffer_bytes = -1;
  std::int32_t max_connections = INT32_MAX;
  std::int32_t max_connections_per_ip = INT32_MAX;
  std::vector<HostCount> max_connections_per_ip_overrides;  ///< hosts as they were written
  std::int32_t max_connection_creation_rate = INT32_MAX;    ///< per second
  std::vector<ListenerLimits> listener_limits;              ///< of each of `listeners`, beside those of all
  Milliseconds connections_max_idle{600'000};

  Milliseconds log_retention_check_interval{300'000};
  Milliseconds log_flush_offset_checkpoint_interval{60'000};

  std::int32_t metadata_log_segment_bytes = 1 << 30;
  Milliseconds metadata_log_segment_ms{604'800'000};
  std::int64_t metadata_log_max_record_bytes_between_snapshots = 20 << 20;
  Milliseconds metadata_log_max_snapshot_interval{3'600'000};

  std::uint32_t num_recovery_threads_per_data_dir = 2;
  base::LogLevel log_level = base::LogLevel::info;
  LogFormat log_format = LogFormat::text;
  std::optional<std::string> log_file;       ///< none: stderr
  std::optional<Listener> metrics_listener;  ///< without a name

  Values values;  ///< what was set at the start, for DescribeConfigs and effective_topic_configs
  Values cluster_overrides, own_overrides;  ///< dynamic configs of all brokers, and stronger ones of this broker

  bool operator==(const BrokerConfig&) const = default;
};

/// The snapshot of `values`, which must name log.dirs or log.dir; the first error of check_broker_configs, if there is
/// one.
Result<BrokerConfig> make_broker_config(const Values& values);

/// What holds while `cluster_wide` and `own` overrides are set: an own one before one of the cluster, that before what
/// `fixed` was started with (KIP-226). Overrides have passed check_dynamic_config when they were set; one that would
/// not leaves things as they are.
BrokerConfig with_overrides(const BrokerConfig& fixed, const Values& cluster_wide, const Values& own);
/// The same of a broker's defaults for topics alone.
TopicConfig with_overrides(const TopicConfig& fixed, const Values& cluster_wide, const Values& own);

/// The configuration of a moment: machines share it, and none changes it.
struct ConfigSnapshot : base::Counted<ConfigSnapshot> {
  explicit ConfigSnapshot(BrokerConfig c) : config(std::move(c)) {}
  const BrokerConfig config;
};
using ConfigRef = base::Ref<const ConfigSnapshot>;

/// The value that holds for a broker config: what is set, else what its synonyms give, else the default; nothing for
/// null.
std::optional<std::string> broker_value(const Row& row, const Values& values);

}  // namespace kstream::config
