#include "log/log.h"

#include <algorithm>

/// Which segments leave a log, and how: renamed first, removed after file.delete.delay.ms.
namespace kstream::log {

base::MonoTime later_by(base::MonoTime now, std::chrono::milliseconds delay) {
  const auto left = std::chrono::floor<std::chrono::milliseconds>(base::MonoTime::never() - now);
  return delay < left ? now + delay : base::MonoTime::never();
}

void Log::tick(base::Now now, Offset high_watermark) {
  if (failure_ || closing_ || removing()) return;
  for (auto& retired : retired_) {
    if (retired.step != Retired::Step::wait || retired.remove_at > now.mono) continue;
    retired.step = Retired::Step::remove;
    dirty_ = true;
  }
  while (!segments_.empty() && high_watermark >= end_of(0) && expired(segments_.front(), now.wall)) {
    const Segment& first = segments_.front();
    if (segments_.size() == 1) {
      if (first.written > 0) roll(now.wall);
      return;
    }
    if (!first.settled || !segments_[1].file) return;
    retire_first();
  }
}

bool Log::expired(const Segment& segment, Timestamp now) const {
  if (segments_.size() > 1 && segments_[1].base <= start_) return true;
  const bool old = config_.retention_ms.count() >= 0 && segment.age(now) > config_.retention_ms;
  const auto rest = static_cast<std::int64_t>(bytes_ - segment.written);
  return old || (config_.retention_bytes >= 0 && rest >= config_.retention_bytes);
}

void Log::retire_first() {
  retired_.push_back({.base = segments_.front().base});
  places_.forget(segments_.front().base);
  bytes_ -= segments_.front().written;
  segments_.pop_front();
  --settled_;
  move_start(std::max(start_, segments_.front().base));
}

base::MonoTime Log::next_tick() const {
  base::MonoTime next = base::MonoTime::never();
  if (failure_ || closing_ || removing()) return next;  // tick() does nothing any more
  for (const auto& retired : retired_) {
    if (retired.step == Retired::Step::wait) next = std::min(next, retired.remove_at);
  }
  return next;
}

void Log::take_retired(std::vector<Operation>& out) {
  // One renaming at a time, the oldest first: each makes the one before durable, so that a power loss leaves no gap.
  bool may_rename = true;
  for (auto& retired : retired_) {
    if (retired.step == Retired::Step::rename && may_rename) {
      retired.step = Retired::Step::renaming;
      out.push_back(RetireSegment{folder_, retired.base});
    } else if (retired.step == Retired::Step::remove) {
      retired.step = Retired::Step::removing;
      out.push_back(RemoveSegment{folder_, retired.base});
    }
    if (retired.step == Retired::Step::renaming) may_rename = false;
  }
}

void Log::ended(RetireSegment& operation, Outcome&, base::Now now) {
  for (auto& retired : retired_) {
    if (retired.base != operation.base) continue;
    retired.step = Retired::Step::wait;
    retired.remove_at = later_by(now.mono, config_.file_delete_delay);
  }
}

void Log::ended(RemoveSegment& operation, Outcome&, base::Now) {
  std::erase_if(retired_, [&](const Retired& retired) { return retired.base == operation.base; });
}

}  // namespace kstream::log
