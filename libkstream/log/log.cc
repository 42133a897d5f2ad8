#include "log/log.h"

#include "base/assert.h"

#include <algorithm>

namespace kstream::log {
Log::Log(std::string folder, Uuid topic_id, LogConfig config)
    : folder_(std::move(folder)), topic_id_(topic_id), config_(config) {}

Log::Log(std::string folder, Uuid topic_id, LogConfig config, RecoveredLog recovered)
    : folder_(std::move(folder)),
      topic_id_(topic_id),
      config_(config),
      opened_(!recovered.segments.empty()),
      found_(true),
      epochs_(std::move(recovered.epochs)),
      epochs_on_disk_(opened_),
      start_(recovered.start),
      end_(recovered.end),
      reserved_end_(recovered.end),
      recovery_point_(recovered.recovery_point),
      found_end_(recovered.end),
      sync_wanted_(recovered.recovery_point),
      dirty_(opened_),
      failure_(std::move(recovered.failure)) {
  for (auto& found : recovered.segments) {
    Segment& segment = segments_.emplace_back();
    segment.base = found.base;
    segment.file = std::move(found.file);
    segment.written = segment.reserved = found.bytes;
    segment.first_timestamp = found.first_timestamp;
    segment.created = recovered.now;
    segment.index = std::move(found.index);
    segment.synced = std::max(segment.base, std::min(recovery_point_, end_));
    bytes_ += found.bytes;
  }
  for (std::size_t i = 0; i + 1 < segments_.size(); ++i) {
    segments_[i].sealed = true;
    segments_[i].settled = end_of(i) <= recovery_point_;
    if (segments_[i].settled) settled_ = i + 1;
  }
}

Result<Log::Reserved> Log::append(const records::ValidBatch& batch, base::Slice bytes, LeaderEpoch epoch,
                                  base::Now now) {
  KS_ASSERT(!closing_ && !removing());
  KS_ASSERT(bytes.bytes.size() == batch.header.size());
  if (failure_) return *failure_;
  const std::uint64_t size = bytes.bytes.size();
  if (size > config_.segment_bytes) {
    return {ErrorCode::record_list_too_large, "a batch of " + std::to_string(size) + " bytes exceeds segment.bytes"};
  }
  const Offset base = reserved_end_, last = base + batch.header.last_offset_delta;
  const Timestamp time = config_.log_append_time ? now.wall : batch.max_timestamp;
  if (segments_.empty() || must_roll(segments_.back(), {last, size, time}, config_, now.wall)) roll(now.wall);
  Segment& segment = segments_.back();
  if (segment.reserved == 0) segment.first_timestamp = time;

  const auto rest = records::payload(bytes.bytes);
  BatchPiece& piece =
      segment.waiting.emplace_back(BatchPiece{records::copy_head(bytes.bytes), {std::move(bytes.block), rest}});
  records::set_base_offset(piece.head, base);
  records::set_leader_epoch(piece.head, epoch);
  const auto type = config_.log_append_time ? TimestampType::log_append_time : TimestampType::create_time;
  records::set_max_timestamp(piece.head, rest, type, time);

  segment.index.add(last, segment.reserved, size, time, config_.index_interval_bytes);
  segment.reserved += size;
  reserved_end_ = last + 1;
  if (epochs_.assign(epoch, base)) epochs_changed_ = true;
  dirty_ = true;
  return Reserved{base, last, config_.log_append_time ? time : kNoTimestamp};
}

void Log::roll(Timestamp now) {
  Segment& segment = segments_.emplace_back();
  segment.base = segment.synced = reserved_end_;
  segment.created = now;
  segment.index = Indexer(segment.base);
  dirty_ = true;
}

std::size_t Log::segment_of(Offset offset) const {
  auto behind = std::upper_bound(segments_.begin(), segments_.end(), offset,
                                 [](Offset o, const Segment& segment) { return o < segment.base; });
  KS_ASSERT(behind != segments_.begin());
  return static_cast<std::size_t>(behind - segments_.begin()) - 1;
}

Offset Log::end_of(std::size_t segment) const {
  return segment + 1 < segments_.size() ? segments_[segment + 1].base : reserved_end_;
}

Log::Read Log::read(Offset from, Offset up_to, std::uint32_t max_bytes, std::uint64_t fresh_bytes) const {
  if (failure_) return ErrorCode::kafka_storage_error;
  if (from < start_ || from > end_) return ErrorCode::offset_out_of_range;
  up_to = std::min(up_to, end_);
  if (from >= up_to) return Range{};
  const std::size_t i = segment_of(from);
  const Segment& segment = segments_[i];
  if (end_of(i) >= end_) {
    if (auto batches = recent_.find(from, up_to, max_bytes, end_, segment.written)) {
      return Range{segment.file, batches->position, batches->bytes};
    }
  }
  const auto in_memory = segment.index.position_for(from);
  const auto exact = from <= segment.base ? 0 : places_.find(from, segment.base);
  const auto place = exact ? exact : in_memory;
  const bool fresh = from >= found_end_ && end_of(i) >= end_ && place && segment.written - *place <= fresh_bytes;
  return Locate{.file = segment.file,
                .folder = folder_,
                .base = segment.base,
                .from = from,
                .up_to = up_to,
                .next = std::min(end_of(i), end_),
                .hint = place.value_or(0),
                .near = place.has_value(),
                .exact = exact.has_value(),
                .fresh = fresh,
                .offset_entries = in_memory ? 0 : segment.index.offset_count(),
                .index = in_memory ? nullptr : places_.index(segment.base),
                .end = segment.written,
                .max_bytes = max_bytes};
}

Log::Range Log::found(const Locate& locate, Located&& located) {
  const bool retired = segments_.empty() || locate.base < segments_.front().base;
  if (located.index && !retired) places_.opened(locate.base, std::move(located.index));
  if (located.bytes > 0 && !retired) {
    places_.ended(locate.from, located.next, locate.base, located.position + located.bytes);
  }
  return {locate.file, located.position, located.bytes};
}

std::optional<FindTimestamp> Log::find_timestamp(Timestamp target, bool latest, Offset up_to) const {
  FindTimestamp find;
  find.folder = folder_;
  find.target = target;
  find.latest = latest;
  find.from = start_;
  find.up_to = std::min(up_to, end_);
  // Of the greatest time: the first segment that has it, and those in which a batch that is not written yet may count.
  auto certain = [](const Segment& segment) { return segment.written == segment.reserved; };
  Timestamp least = target;
  if (latest) {
    least = kNoTimestamp;
    for (const auto& segment : segments_) {
      if (certain(segment)) least = std::max(least, segment.index.largest_timestamp());
    }
  }
  bool found = false;
  for (const auto& segment : segments_) {
    if (segment.written == 0 || segment.base >= find.up_to || segment.index.largest_timestamp() < least) continue;
    if (latest && certain(segment) && std::exchange(found, true)) continue;
    find.segments.push_back({.file = segment.file,
                             .base = segment.base,
                             .end = segment.written,
                             .offset_entries = segment.index.offset_count(),
                             .time_entries = segment.index.time_count()});
  }
  if (find.segments.empty()) return std::nullopt;
  return find;
}

void Log::raise_start(Offset start) {
  KS_ASSERT(start <= end_);
  if (start > start_) move_start(start);
}

void Log::move_start(Offset start) {
  start_ = start;
  if (epochs_.truncate_from_start(start)) epochs_changed_ = true;
  dirty_ = !failure_;
}

void Log::sync() {
  sync_wanted_ = end_;
  dirty_ = !failure_;
}

void Log::close() {
  closing_ = true;
  dirty_ = !failure_;
}

void Log::fail(Error error) {
  failure_ = std::move(error);
  if (removing()) end_removal();
  for (auto& segment : segments_) segment.waiting.clear();
  dirty_ = false;
}

}  // namespace kstream::log
