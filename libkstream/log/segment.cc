#include "log/segment.h"

#include <cstdio>

namespace kstream::log {
namespace {

/// Timestamps come from producers, so that a difference may overflow; then it is as great as can be.
std::chrono::milliseconds elapsed(Timestamp from, Timestamp to) {
  std::int64_t ms = 0;
  if (__builtin_sub_overflow(to.value, from.value, &ms)) ms = to < from ? INT64_MIN : INT64_MAX;
  return std::chrono::milliseconds(ms);
}

}  // namespace

std::string segment_name(Offset base) {
  char name[24];
  const int size = std::snprintf(name, sizeof name, "%020lld", static_cast<long long>(base.value));
  return std::string(name, static_cast<std::size_t>(size));
}

std::string segment_path(const std::string& folder, Offset base, const char* suffix) {
  return folder + "/" + segment_name(base) + suffix;
}

std::chrono::milliseconds Segment::age(Timestamp now) const {
  const Timestamp largest = index.largest_timestamp();
  return elapsed(largest.value >= 0 ? largest : created, now);
}

bool must_roll(const Segment& segment, const Arrival& batch, const LogConfig& config, Timestamp now) {
  if (segment.reserved == 0) return false;
  const bool timed = segment.first_timestamp.value >= 0;
  const auto age = timed ? elapsed(segment.first_timestamp, batch.max_timestamp) : elapsed(segment.created, now);
  return segment.reserved + batch.bytes > config.segment_bytes || age > config.segment_ms - config.segment_jitter ||
         segment.index.full(config.segment_index_bytes) || batch.last - segment.base > INT32_MAX;
}

}  // namespace kstream::log
