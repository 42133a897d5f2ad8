#pragma once

#include "base/config/topic_config.h"
#include "log/log_config.h"

#include <chrono>

namespace kstream::broker {

/// What a topic's config means for its logs; `jitter_ms` is drawn from [0, segment.jitter.ms] for each log.
inline log::LogConfig log_settings(const config::TopicConfig& topic, std::int64_t jitter_ms) {
  using std::chrono::milliseconds;
  log::LogConfig out;
  out.segment_bytes = static_cast<std::uint32_t>(topic.segment_bytes);
  out.segment_ms = milliseconds(topic.segment_ms);
  out.segment_jitter = milliseconds(jitter_ms);
  out.segment_index_bytes = static_cast<std::uint32_t>(topic.segment_index_bytes);
  out.index_interval_bytes = static_cast<std::uint32_t>(topic.index_interval_bytes);
  out.retention_ms = milliseconds(topic.retention_ms);
  out.retention_bytes = topic.retention_bytes;
  out.file_delete_delay = milliseconds(topic.file_delete_delay_ms);
  out.log_append_time = topic.message_timestamp_type == TimestampType::log_append_time;
  return out;
}

}  // namespace kstream::broker
