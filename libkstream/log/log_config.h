#pragma once

#include <chrono>
#include <cstdint>

namespace kstream::log {

/// The topic configs that a log obeys, with Kafka's defaults. -1 means "no limit" where Kafka says so.
struct LogConfig {
  std::uint32_t segment_bytes = 1u << 30;                         ///< segment.bytes, at most 2^31 - 1
  std::chrono::milliseconds segment_ms = std::chrono::days(7);    ///< segment.ms
  std::chrono::milliseconds segment_jitter{0};                    ///< drawn by the caller from [0, segment.jitter.ms]
  std::uint32_t segment_index_bytes = 10u << 20;                  ///< segment.index.bytes, of either index
  std::uint32_t index_interval_bytes = 4096;                      ///< index.interval.bytes
  std::chrono::milliseconds retention_ms = std::chrono::days(7);  ///< retention.ms, or -1
  std::int64_t retention_bytes = -1;                              ///< retention.bytes, or -1
  std::chrono::milliseconds file_delete_delay = std::chrono::minutes(1);  ///< file.delete.delay.ms
  bool log_append_time = false;                                           ///< message.timestamp.type=LogAppendTime
};

}  // namespace kstream::log
