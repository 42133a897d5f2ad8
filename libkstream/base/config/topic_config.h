#pragma once

#include <kstream/record.h>
#include <kstream/result.h>

#include "base/config/config.h"

#include <cstdint>
#include <string_view>

namespace kstream::config {

/// What a topic's configs say, typed: everything that is obeyed at present. What is not here has its default
/// (cleanup.policy=delete, compression.type=producer, no forced flush), because validate_topic_config accepts no other.
struct TopicConfig {
  std::int32_t segment_bytes = 1 << 30;  ///< internal.segment.bytes where that is set
  std::int64_t segment_ms = 604'800'000;
  std::int64_t segment_jitter_ms = 0;
  std::int32_t segment_index_bytes = 10 << 20;
  std::int32_t index_interval_bytes = 4096;
  std::int64_t retention_ms = 604'800'000;  ///< -1: for ever
  std::int64_t retention_bytes = -1;        ///< of a partition; -1: any number
  std::int64_t file_delete_delay_ms = 60'000;
  std::int32_t max_message_bytes = 1'048'588;  ///< of a batch
  TimestampType message_timestamp_type = TimestampType::create_time;
  std::int64_t message_timestamp_before_max_ms = INT64_MAX;
  std::int64_t message_timestamp_after_max_ms = 3'600'000;
  std::int32_t min_insync_replicas = 1;
  bool operator==(const TopicConfig&) const = default;
};

/// Whether a topic may be given this config: INVALID_CONFIG with one sentence if the name is unknown (it names the
/// nearest), the value is not valid, or the config is known but has no effect yet and the value is not its default.
Status validate_topic_config(std::string_view name, std::string_view value);

/// `defaults` (BrokerConfig::topic_defaults) with a topic's overrides. The overrides have passed validate_topic_config
/// when they were set; one that would not, as a log that others wrote may hold, leaves the default.
TopicConfig resolve(const Values& overrides, const TopicConfig& defaults);

}  // namespace kstream::config
