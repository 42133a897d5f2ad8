#include "storage/check_segment.h"

#include "log/segment.h"
#include "storage/index_file.h"

namespace kstream::storage {
namespace {

using log::Indexer;
using log::OffsetEntry;
using log::TimeEntry;

/// An index as found: how many whole entries, and the last.
template <class Entry>
struct Found {
  bool exists = false;
  std::uint64_t count = 0;
  Entry last;
};

struct Indexes {
  Found<OffsetEntry> offsets;
  Found<TimeEntry> times;
};

template <class Entry>
Result<Found<Entry>> look_at(Directory& directory, const std::string& path) {
  auto there = directory.exists(path);
  if (!there) return std::move(there).error();
  if (!*there) return Found<Entry>{};
  auto opened = directory.open(path, Directory::Open::read);
  if (!opened) return std::move(opened).error();
  auto size = file(*opened).size();
  if (!size) return std::move(size).error();
  Found<Entry> found{true, *size / Entry::kSize, {}};
  if (found.count == 0) return found;
  auto last = IndexFile<Entry>(*opened, found.count).at(found.count - 1);
  if (!last) return std::move(last).error();
  found.last = *last;
  return found;
}

Result<Indexes> look_at_indexes(Directory& directory, const SegmentToCheck& what) {
  auto offsets = look_at<OffsetEntry>(directory, log::segment_path(what.folder, what.base, ".index"));
  if (!offsets) return std::move(offsets).error();
  auto times = look_at<TimeEntry>(directory, log::segment_path(what.folder, what.base, ".timeindex"));
  if (!times) return std::move(times).error();
  return Indexes{*offsets, *times};
}

/// Whether the first batch of a segment is not later than `latest`. Without a time, -1, it is never: then the others
/// may have none either.
Result<bool> begins_by(Timestamp latest, const base::FileRef& log, std::uint64_t bytes) {
  auto first = BatchScanner(file(log), 0, bytes).next();
  if (!first && first.code() != ErrorCode::corrupt_message) return std::move(first).error();
  return first && *first && (*first)->header.max_timestamp <= latest;
}

/// Whether the indexes can be those of a log of so many bytes. No entry points to its first batch, so that the zeros of
/// a file that Kafka made in its full size do not pass.
Result<bool> plausible(const Indexes& found, const SegmentToCheck& what, const base::FileRef& log,
                       std::uint64_t bytes) {
  const auto& [offsets, times] = found;
  if (!offsets.exists || !times.exists) return false;
  const auto within = [&](std::int32_t relative) { return relative >= 0 && relative < what.limit - what.base; };
  if (times.count > 0 && (times.last.timestamp.value < 0 || !within(times.last.relative))) return false;
  if (offsets.count > 0 && !(offsets.last.relative > 0 && within(offsets.last.relative) && offsets.last.position > 0 &&
                             static_cast<std::uint64_t>(offsets.last.position) < bytes)) {
    return false;
  }
  const bool must_have_time = what.belief == Belief::all ? bytes > 0 : offsets.count > 0;
  if (times.count == 0) return must_have_time ? begins_by(kNoTimestamp, log, bytes) : true;
  // Zeros for a last entry would make the segment decades old, and retention would remove it.
  return times.last.timestamp.value == 0 ? begins_by(times.last.timestamp, log, bytes) : true;
}

/// Reads the batches of a segment into a CheckedSegment.
class Reading {
 public:
  Reading(const SegmentToCheck& what, base::FileRef log, std::uint64_t bytes) : what_(what) {
    checked_.segment.base = what.base;
    checked_.segment.file = std::move(log);
    checked_.segment.bytes = checked_.file_bytes = bytes;
    checked_.end = what.limit;
  }

  void believe(const Indexes& found) {
    checked_.segment.index = indexer(found);
    checked_.believed = true;
  }

  /// Reads what the indexes do not cover. False if they do not fit the log.
  Result<bool> read_tail(const Indexes& found) {
    const OffsetEntry& last = found.offsets.last;
    if (auto read = read_from(static_cast<std::uint64_t>(last.position), indexer(found)); !read) return read.error();
    const bool starts_right = found.offsets.count == 0 || first_end_ == what_.base + last.relative + 1;
    return starts_right && (found.times.count == 0 || what_.base + found.times.last.relative < checked_.end);
  }

  Status read_all() { return read_from(0, Indexer(what_.base)); }

  CheckedSegment& checked() { return checked_; }

 private:
  Indexer indexer(const Indexes& found) const {
    return Indexer(what_.base, found.offsets.count, found.times.count, found.times.last);
  }

  Status read_from(std::uint64_t position, Indexer indexer) {
    checked_.segment.index = std::move(indexer);
    checked_.end = first_end_ = what_.base;
    checked_.damage.clear();
    checked_.epochs.clear();
    BatchScanner scanner(file(checked_.segment.file), position, checked_.file_bytes);
    for (checked_.segment.bytes = position;;) {
      auto batch = scanner.next();
      if (batch.code() == ErrorCode::corrupt_message) checked_.damage = batch.error().detail;
      if (!checked_.damage.empty()) return {};
      if (!batch) return std::move(batch).error();
      if (!*batch) return {};
      auto good = check(scanner, **batch);
      if (!good) return std::move(good).error();
      if (*good) take(**batch);
    }
  }

  /// Says what is wrong with a batch in `damage`.
  Result<bool> check(BatchScanner& scanner, const BatchScanner::Batch& batch) {
    const auto& header = batch.header;
    std::string wrong;
    if (header.base_offset < checked_.end) wrong = "offsets go back";
    if (header.last_offset() >= what_.limit) wrong = "offsets reach into the next segment";
    if (header.last_offset() - what_.base > INT32_MAX) wrong = "an offset is too far from the segment's base";
    if (batch.position > INT32_MAX) wrong = "the file is larger than 2 GiB";
    if (wrong.empty()) {
      auto right = scanner.check_crc(batch);
      if (!right) return std::move(right).error();
      if (!*right) wrong = "the CRC is wrong";
    }
    if (wrong.empty() && what_.visit) {
      if (auto looked = what_.visit(scanner, batch); looked.code() == ErrorCode::corrupt_message) {
        wrong = looked.error().detail;
      } else if (!looked) {
        return looked.error();
      }
    }
    if (!wrong.empty())
      checked_.damage =
          checked_.segment.file->name() + ": at position " + std::to_string(batch.position) + ": " + wrong;
    return wrong.empty();
  }

  void take(const BatchScanner::Batch& batch) {
    const auto& header = batch.header;
    auto& segment = checked_.segment;
    segment.index.add(header.last_offset(), batch.position, header.size(), header.max_timestamp,
                      what_.index_interval_bytes);
    if (batch.position == 0) segment.first_timestamp = header.max_timestamp;
    if (checked_.epochs.empty() || checked_.epochs.back().epoch != header.leader_epoch) {
      checked_.epochs.push_back({header.leader_epoch, header.base_offset});
    }
    if (first_end_ == what_.base) first_end_ = header.next_offset();
    checked_.end = header.next_offset();
    segment.bytes = batch.end();
  }

  const SegmentToCheck& what_;
  CheckedSegment checked_;
  Offset first_end_;  ///< behind the first batch read
};

/// Makes an index file hold `kept` bytes of what it held, then `added`.
Status mend(Directory& directory, const std::string& path, std::uint64_t kept, const std::string& added, bool sync) {
  auto there = directory.exists(path);
  if (!there) return std::move(there).error();
  auto opened = directory.open(path, *there ? Directory::Open::write : Directory::Open::create);
  if (!opened) return std::move(opened).error();
  auto size = file(*opened).size();
  if (!size) return std::move(size).error();
  if (*size == kept && added.empty()) return {};
  if (auto cut = file(*opened).truncate(kept); !cut) return cut;
  const iovec piece{const_cast<char*>(added.data()), added.size()};
  if (auto written = file(*opened).write(kept, {&piece, 1}); !written) return written;
  return sync ? file(*opened).sync() : Status();
}

Status read_first_timestamp(log::RecoveredSegment& segment) {
  if (segment.first_timestamp != kNoTimestamp || segment.bytes == 0) return {};
  auto first = BatchScanner(file(segment.file), 0, segment.bytes).next();
  if (!first && first.code() != ErrorCode::corrupt_message) return std::move(first).error();
  if (first && *first) segment.first_timestamp = (*first)->header.max_timestamp;
  return {};
}

}  // namespace

Result<CheckedSegment> check_segment(Directory& directory, const SegmentToCheck& what) {
  auto opened = directory.open(log::segment_path(what.folder, what.base, ".log"),
                               what.is_last ? Directory::Open::write : Directory::Open::read);
  if (!opened) return std::move(opened).error();
  auto bytes = file(*opened).size();
  if (!bytes) return std::move(bytes).error();
  Reading reading(what, *opened, *bytes);
  CheckedSegment& checked = reading.checked();

  auto found = look_at_indexes(directory, what);
  if (!found) return std::move(found).error();
  bool usable = false;
  if (what.belief != Belief::nothing) {
    auto whole = plausible(*found, what, *opened, *bytes);
    if (!whole) return std::move(whole).error();
    usable = *whole;
  }
  if (usable && what.belief == Belief::all) {
    reading.believe(*found);
    return std::move(checked);
  }
  if (usable) {
    auto fits = reading.read_tail(*found);
    if (!fits) return std::move(fits).error();
    usable = *fits;
  }
  checked.rebuilt = !usable && what.belief != Belief::nothing;
  if (!usable) {
    if (auto read = reading.read_all(); !read) return read.error();
  }
  if (auto read = read_first_timestamp(checked.segment); !read) return read.error();
  return std::move(checked);
}

Status complete_indexes(Directory& directory, const SegmentToCheck& what, CheckedSegment& checked) {
  Indexer& index = checked.segment.index;
  if (!what.is_last) index.finish();
  std::string offsets, times;
  for (const auto& entry : index.offset_entries()) entry.append_to(offsets);
  for (const auto& entry : index.time_entries()) entry.append_to(times);
  const auto path = [&](const char* suffix) { return log::segment_path(what.folder, what.base, suffix); };
  const bool sync = what.belief == Belief::all;  // the recovery point has passed it: nobody would sync it later
  auto mended = mend(directory, path(".timeindex"), index.time_count() * TimeEntry::kSize, times, sync);
  if (mended) mended = mend(directory, path(".index"), index.offset_count() * OffsetEntry::kSize, offsets, sync);
  if (mended) index.written(index.offset_entries().size(), index.time_entries().size());
  return mended;
}

}  // namespace kstream::storage
