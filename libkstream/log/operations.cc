#include "base/assert.h"
#include "log/log.h"

/// What a log wants done, and what follows when it has been done.
namespace kstream::log {
namespace {

/// Index entries of the active segment leave in blocks of so many.
constexpr std::size_t kIndexBlock = 256;
/// A vector of more batches than this is not kept for the next Append.
constexpr std::size_t kSpareBatches = 1024;

}  // namespace

void Log::take_operations(std::vector<Operation>& out) {
  if (!dirty_) return;
  const std::size_t before = out.size();
  if (removing()) {
    take_removal(out);
    in_flight_ += out.size() - before;
    dirty_ = false;
    return;
  }
  take_file(out);
  take_append(out);
  take_settling(out);
  take_retired(out);
  take_epochs(out);
  in_flight_ += out.size() - before;
  dirty_ = false;
}

// Not before all of the segment before it is written: a crash in between would leave a gap.
void Log::take_file(std::vector<Operation>& out) {
  for (std::size_t i = settled_; i < segments_.size(); ++i) {
    Segment& segment = segments_[i];
    if (segment.file) continue;
    if (segment.making || (i > 0 && segments_[i - 1].written < segments_[i - 1].reserved)) return;
    segment.making = true;
    if (opened_) {
      out.push_back(CreateSegment{folder_, segment.base});
    } else {
      out.push_back(OpenLog{folder_, topic_id_, segment.base});
    }
    return;
  }
}

void Log::take_append(std::vector<Operation>& out) {
  if (appending_) return;
  for (std::size_t i = settled_; i < segments_.size(); ++i) {
    Segment& segment = segments_[i];
    if (segment.waiting.empty()) continue;
    if (!segment.file) return;
    out.push_back(
        Append{segment.file, segment.written, segment.reserved - segment.written, std::move(segment.waiting)});
    segment.waiting = std::exchange(spare_, {});
    appending_ = true;
    return;
  }
}

void Log::take_settling(std::vector<Operation>& out) {
  for (std::size_t i = settled_; i < segments_.size(); ++i) {
    Segment& segment = segments_[i];
    if (!segment.file) return;
    const bool complete = segment.written == segment.reserved && (i + 1 < segments_.size() || closing_);
    if (complete && !segment.sealed) {
      segment.sealed = true;
      segment.index.finish();
    }
    if (!segment.indexing) take_index(segment, out);
    if (segment.sync == Segment::Sync::none) take_sync(segment, out);
  }
}

void Log::take_index(Segment& segment, std::vector<Operation>& out) {
  const Indexer& index = segment.index;
  const std::size_t block = segment.sealed ? 1 : kIndexBlock;
  if (index.offset_entries().size() < block && index.time_entries().size() < block) return;
  const std::size_t offsets = index.offsets_below(end_), times = index.times_below(end_);
  if (offsets < block && times < block) return;
  WriteIndex write{
      folder_, segment.base, index.offset_count() * OffsetEntry::kSize, {}, index.time_count() * TimeEntry::kSize, {}};
  for (std::size_t i = 0; i < offsets; ++i) index.offset_entries()[i].append_to(write.offset_entries);
  for (std::size_t i = 0; i < times; ++i) index.time_entries()[i].append_to(write.time_entries);
  out.push_back(std::move(write));
  segment.indexing = true;
}

// The recovery point passes no batch whose leader epoch is not durable.
void Log::take_sync(Segment& segment, std::vector<Operation>& out) {
  const bool indexed =
      !segment.indexing && segment.index.offset_entries().empty() && segment.index.time_entries().empty();
  if (epochs_changed_ || writing_epochs_) return;
  if (segment.sealed ? segment.settled || !indexed : segment.synced >= std::min(sync_wanted_, end_)) return;
  segment.sync = segment.sealed ? Segment::Sync::last : Segment::Sync::some;
  segment.syncing_to = end_;
  const bool data_only = segment.durable && !segment.sealed;
  out.push_back(SyncSegment{folder_, segment.base, segment.file, data_only, std::exchange(sync_epochs_, false)});
}

// The first of a log need not be synced before its first segment is: until then the recovery point is 0, a power loss
// has all batches read, and they say what the file would. A later one replaces what may be known from the file alone.
void Log::take_epochs(std::vector<Operation>& out) {
  if (!epochs_changed_ || !opened_ || writing_epochs_) return;
  sync_epochs_ = !std::exchange(epochs_on_disk_, true);
  out.push_back(ReplaceFile{folder_ + "/leader-epoch-checkpoint", epochs_.print(), sync_epochs_});
  epochs_changed_ = false;
  writing_epochs_ = true;
}

void Log::done(Operation&& operation, Result<Outcome> result, base::Now now) {
  KS_ASSERT(in_flight_ > 0);
  --in_flight_;
  if (failure_ && !removing()) return;
  if (!result) return fail(std::move(result).error());
  dirty_ = true;
  std::visit([&](auto& what) { ended(what, *result, now); }, operation);
}

void Log::file_made(Offset base, Outcome& outcome) {
  Segment& segment = segment_at(base);
  segment.file = std::move(std::get<base::FileRef>(outcome));
  segment.making = false;
}

void Log::ended(OpenLog& operation, Outcome& outcome, base::Now) {
  opened_ = true;
  file_made(operation.base, outcome);
}

void Log::ended(CreateSegment& operation, Outcome& outcome, base::Now) { file_made(operation.base, outcome); }

void Log::ended(Append& operation, Outcome&, base::Now) {
  Segment& segment = segment_at(end_);
  KS_ASSERT(segment.file == operation.file && segment.written == operation.position);
  if (segment.written == 0) recent_.clear();
  for (const auto& piece : operation.batches) {
    const auto header = records::load_header(piece.head.data());
    recent_.add(header.base_offset, segment.written);
    segment.written += header.size();
    end_ = header.next_offset();
  }
  bytes_ += operation.bytes;
  appending_ = false;
  operation.batches.clear();
  if (operation.batches.capacity() <= kSpareBatches) spare_ = std::move(operation.batches);
}

void Log::ended(WriteIndex& operation, Outcome&, base::Now) {
  Segment& segment = segment_at(operation.base);
  segment.index.written(operation.offset_entries.size() / OffsetEntry::kSize,
                        operation.time_entries.size() / TimeEntry::kSize);
  segment.indexing = false;
}

void Log::ended(SyncSegment& operation, Outcome&, base::Now) {
  Segment& segment = segment_at(operation.base);
  segment.durable = true;
  segment.synced = segment.syncing_to;
  segment.settled = segment.sync == Segment::Sync::last;
  segment.sync = Segment::Sync::none;
  move_recovery_point();
}

void Log::move_recovery_point() {
  for (; settled_ < segments_.size() && segments_[settled_].settled; ++settled_) {
    recovery_point_ = std::max(recovery_point_, end_of(settled_));
  }
  if (settled_ < segments_.size() && segments_[settled_].base <= recovery_point_) {
    recovery_point_ = std::max(recovery_point_, segments_[settled_].synced);
  }
}

void Log::ended(ReplaceFile&, Outcome&, base::Now) { writing_epochs_ = false; }

}  // namespace kstream::log
