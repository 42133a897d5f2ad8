#include "storage/verify_log.h"

#include "log/segment.h"
#include "records/iterate.h"
#include "storage/check_segment.h"
#include "storage/index_file.h"
#include "storage/recover_epochs.h"
#include "storage/segment_files.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace kstream::storage {
namespace {

using log::OffsetEntry;
using log::TimeEntry;

/// Of what a batch expands to, no more than this is read.
constexpr std::size_t kMostDecompressed = 1u << 30;

constexpr std::string_view kRemedy = "; remove it, and the next start makes it anew";

/// An index, gone over beside the batches of its segment. What is wrong with it is told once.
template <class Entry>
class IndexWalk {
 public:
  /// `synced`: whether all of the segment was, so that a start believes its indexes.
  static Result<IndexWalk> open(Directory& directory, std::string path, bool synced, const FaultSink& fault) {
    auto there = directory.exists(path);
    if (!there) return std::move(there).error();
    if (!*there) {
      fault({true, std::move(path), "is missing; the next start makes it anew"});
      return IndexWalk({}, synced, fault);
    }
    auto opened = directory.open(path, Directory::Open::read);
    if (!opened) return std::move(opened).error();
    auto size = file(*opened).size();
    if (!size) return std::move(size).error();
    IndexWalk walk(std::move(*opened), synced, fault);
    walk.count_ = *size / Entry::kSize;
    if (*size % Entry::kSize != 0) walk.tell(std::to_string(*size % Entry::kSize) + " bytes follow the last entry");
    return walk;
  }

  /// The entry that is next; nothing behind the last, and once something is wrong.
  Result<std::optional<Entry>> entry() {
    if (told_ || at_ == count_) return std::optional<Entry>();
    if (!next_) {
      auto read = IndexFile<Entry>(file_, count_).at(at_);
      if (!read) return std::move(read).error();
      next_ = *read;
    }
    return next_;
  }

  void pass() {
    next_.reset();
    ++at_;
  }

  bool is_there() const { return static_cast<bool>(file_); }

  /// Nothing more is looked at then.
  void tell(const std::string& what) {
    if (!std::exchange(told_, true)) fault_({!synced_, file_->name(), what + std::string(kRemedy)});
  }
  /// A start sees that by itself.
  void tell_empty() {
    if (!std::exchange(told_, true)) fault_({true, file_->name(), "has no entry; the next start makes it anew"});
  }
  void tell_entry(const std::string& what) { tell("at position " + std::to_string(at_ * Entry::kSize) + ": " + what); }
  /// What Kafka leaves of an index that it made in its full size, and had no time to cut off.
  void tell_zeros() { tell_entry("zeros, which are no entry"); }

 private:
  IndexWalk(base::FileRef file, bool synced, const FaultSink& fault)
      : file_(std::move(file)), synced_(synced), fault_(fault) {}

  base::FileRef file_;  ///< null: the index is not there
  bool synced_;
  const FaultSink& fault_;
  std::uint64_t count_ = 0, at_ = 0;
  std::optional<Entry> next_;
  bool told_ = false;
};

/// Looks at a segment's indexes as its batches go by.
class IndexChecks {
 public:
  IndexChecks(Offset base, IndexWalk<OffsetEntry> offsets, IndexWalk<TimeEntry> times)
      : base_(base), offsets_(std::move(offsets)), times_(std::move(times)) {}

  Status batch(const BatchScanner::Batch& batch) {
    if (auto checked = check_offsets(batch); !checked) return checked;
    if (auto checked = check_times(batch); !checked) return checked;
    last_ = batch.header.last_offset();
    largest_ = std::max(largest_, batch.header.max_timestamp);
    return {};
  }

  /// All batches have gone by: whatever is left points behind them. `closed`: the last time entry has the latest time.
  Status end(bool closed) {
    auto offset = offsets_.entry();
    if (!offset) return std::move(offset).error();
    if (*offset) offsets_.tell_entry("an entry that points behind the end of the log");
    auto time = times_.entry();
    if (!time) return std::move(time).error();
    if (*time) times_.tell_entry("an entry of an offset behind the end");
    if (closed && times_.is_there() && last_time_ != largest_) {
      if (last_time_ == kNoTimestamp) times_.tell_empty();
      times_.tell("the last entry says that the latest time is " + std::to_string(last_time_.value) + ", but it is " +
                  std::to_string(largest_.value));
    }
    return {};
  }

 private:
  /// An entry points to where a batch begins, and no offset from its own on is in front of that. (In logs of old
  /// brokers of Kafka's it may be of several batches.)
  Status check_offsets(const BatchScanner::Batch& batch) {
    for (;;) {
      auto entry = offsets_.entry();
      if (!entry) return std::move(entry).error();
      if (!*entry || std::cmp_greater((*entry)->position, batch.position)) return {};
      if (**entry == OffsetEntry{}) return offsets_.tell_zeros(), Status();
      if (std::cmp_less((*entry)->position, batch.position))
        return offsets_.tell_entry("an entry that points to no batch"), Status();
      const Offset offset = base_ + (*entry)->relative;
      if (offset <= last_ || offset < batch.header.base_offset)
        offsets_.tell_entry("an entry of offset " + std::to_string(offset.value) + " points to a batch behind it");
      offsets_.pass();
    }
  }

  /// No record up to an entry's offset is later than its time, and one in that batch, or before it, has it.
  Status check_times(const BatchScanner::Batch& batch) {
    for (;;) {
      auto entry = times_.entry();
      if (!entry) return std::move(entry).error();
      if (!*entry) return {};
      const Offset offset = base_ + (*entry)->relative;
      if (offset > batch.header.last_offset()) return {};
      const Timestamp time = (*entry)->timestamp;
      const auto until = std::max(largest_, batch.header.max_timestamp);
      const auto least = offset == batch.header.last_offset() ? until : largest_;
      if (**entry == TimeEntry{Timestamp(0), 0} && until.value != 0) return times_.tell_zeros(), Status();
      if (time < least || time > until)
        times_.tell_entry("an entry says that the latest time up to offset " + std::to_string(offset.value) + " is " +
                          std::to_string(time.value) + ", but it is " + std::to_string(least.value));
      last_time_ = time;
      times_.pass();
    }
  }

  Offset base_;
  IndexWalk<OffsetEntry> offsets_;
  IndexWalk<TimeEntry> times_;
  Offset last_ = kNoOffset;             ///< of the batches that have gone by
  Timestamp largest_ = kNoTimestamp;    ///< of these
  Timestamp last_time_ = kNoTimestamp;  ///< of the time entries that have gone by
};

class Verification {
 public:
  Verification(Directory& directory, const LogToVerify& what, const FaultSink& fault)
      : directory_(directory), what_(what), fault_(fault) {}

  Result<VerifiedLog> run() {
    for (auto step : {&Verification::find_segments, &Verification::check_segments, &Verification::check_epochs}) {
      if (auto done = (this->*step)(); !done) return done.error();
    }
    return std::move(verified_);
  }

 private:
  Status find_segments() {
    auto entries = directory_.list(what_.folder);
    if (!entries) return std::move(entries).error();
    for (const auto& entry : *entries) {
      if (auto file = parse_segment_file(entry.name); file && file->suffix == ".log") bases_.insert(file->base);
    }
    return {};
  }

  Status check_segments() {
    for (auto base = bases_.begin(); base != bases_.end() && !cut_; ++base) {
      const auto next = std::next(base);
      if (auto checked = check(*base, next == bases_.end() ? kMaxOffset : *next); !checked) return checked;
    }
    log::RecoveredLog& log = verified_.log;
    // A clean stop leaves the log start in its checkpoint; of a folder alone there is none to compare with.
    if (what_.closed && what_.recovery_point > Offset(0) && !bases_.empty() && *bases_.begin() > what_.log_start) {
      fault_({false, what_.folder,
              "offsets " + std::to_string(what_.log_start.value) + " to " + std::to_string(bases_.begin()->value - 1) +
                  " are missing before its first segment"});
    }
    log.start = bases_.empty() ? what_.log_start : std::max(what_.log_start, *bases_.begin());
    log.end = std::max(log.end, log.start);  // records are deleted up to an offset that may not be durable yet
    if (!damaged_ && log.end < what_.recovery_point) {
      fault_({false, what_.folder,
              "the log ends at offset " + std::to_string(log.end.value) + ", but was synced up to offset " +
                  std::to_string(what_.recovery_point.value)});
    }
    return {};
  }

  Status check(Offset base, Offset limit) {
    const auto path = [&](const char* suffix) { return log::segment_path(what_.folder, base, suffix); };
    const bool synced = what_.closed || limit <= what_.recovery_point;
    auto offsets = IndexWalk<OffsetEntry>::open(directory_, path(".index"), synced, fault_);
    if (!offsets) return std::move(offsets).error();
    auto times = IndexWalk<TimeEntry>::open(directory_, path(".timeindex"), synced, fault_);
    if (!times) return std::move(times).error();
    IndexChecks indexes(base, std::move(*offsets), std::move(*times));
    // No index is made: the interval is longer than any segment.
    SegmentToCheck segment{.folder = what_.folder, .base = base, .limit = limit, .index_interval_bytes = UINT32_MAX};
    segment.visit = [&](BatchScanner& scanner, const BatchScanner::Batch& batch) -> Status {
      if (auto read = read_records(scanner, batch); !read) return read;
      return indexes.batch(batch);
    };
    auto checked = check_segment(directory_, segment);
    if (!checked) return std::move(checked).error();
    const bool is_last = limit == kMaxOffset;
    if (checked->damage.empty() && !is_last && checked->end < limit)
      checked->damage = "offsets " + std::to_string(checked->end.value) + " to " + std::to_string(limit.value - 1) +
                        " are missing between this segment and the next";
    if (!checked->damage.empty()) {
      tell_damage(*checked);
    } else if (!is_last || checked->end >= what_.recovery_point) {  // else it is the log that ends too early
      const bool closed = is_last ? what_.closed && checked->end == what_.recovery_point : synced;
      if (auto ended = indexes.end(closed); !ended) return ended;
    }
    ++verified_.segments;
    verified_.bytes += checked->segment.bytes;
    if (!damaged_) {
      verified_.log.end = batches_end_ = checked->end;
      epochs_.insert(epochs_.end(), checked->epochs.begin(), checked->epochs.end());
      if (what_.keep) verified_.log.segments.push_back(std::move(checked->segment));
    }
    damaged_ = damaged_ || !checked->damage.empty();
    return {};
  }

  /// Every record, as a consumer would have to. CORRUPT_MESSAGE says what is wrong without the place, which is known.
  Status read_records(BatchScanner& scanner, const BatchScanner::Batch& batch) {
    auto bytes = scanner.bytes(batch, whole_);
    if (!bytes) return std::move(bytes).error();
    auto body = records::record_bytes({batch.header, *bytes}, kMostDecompressed, expanded_);
    if (!body) return {ErrorCode::corrupt_message, "the records cannot be read: " + body.error().detail};
    records::RecordReader reader(batch.header, *body);
    for (RecordView record; reader.next(record);) ++verified_.records;
    if (!reader.status())
      return {ErrorCode::corrupt_message, "the records cannot be read: " + reader.status().error().detail};
    ++verified_.batches;
    return {};
  }

  /// What recovery would do: below the recovery point, and after a clean stop, nothing is cut.
  void tell_damage(const CheckedSegment& checked) {
    const std::string& name = checked.segment.file->name();
    std::string text = checked.damage;
    if (text.starts_with(name + ": ")) text.erase(0, name.size() + 2);
    cut_ = !what_.closed && !damaged_ && checked.end >= what_.recovery_point;
    if (cut_) text += "; that was not synced, and the next start ends the log there";
    fault_({cut_, name, std::move(text)});
  }

  /// What the file says of the batches' epochs. A start adds later ones than it knows.
  Status check_epochs() {
    const std::string path = what_.folder + "/leader-epoch-checkpoint";
    auto there = directory_.exists(path);
    if (!there) return std::move(there).error();
    log::Epochs epochs;
    if (*there) {
      auto text = read_file(directory_, path, kEpochsFileLimit);
      if (!text) return std::move(text).error();
      auto parsed = log::Epochs::parse(*text);
      if (!parsed) {
        fault_({true, path, parsed.error().detail + "; the next start makes it anew"});
        return {};
      }
      epochs = std::move(*parsed);
    }
    // A log start that had not reached its checkpoint came back, but epochs that ended before it did not.
    const auto& entries = epochs.entries();
    const Offset known_from = entries.empty() ? what_.log_start : std::max(what_.log_start, entries[0].start);
    for (std::size_t i = 0; i < epochs_.size(); ++i) {
      const auto [epoch, start] = epochs_[i];
      const Offset offset = std::max(start, known_from);
      const bool below = (i + 1 < epochs_.size() ? epochs_[i + 1].start : batches_end_) <= offset;
      if (below || epoch < LeaderEpoch(0) || epochs.at(offset) == epoch) continue;
      const bool added = epoch > epochs.latest() || entries.empty();
      fault_({added, path,
              "leader epoch " + std::to_string(epoch.value) + " is not in it as of offset " +
                  std::to_string(offset.value) + ", as the batches say" +
                  (added ? "; the next start adds it" : std::string(kRemedy))});
      return {};
    }
    return {};
  }

  Directory& directory_;
  const LogToVerify& what_;
  const FaultSink& fault_;
  VerifiedLog verified_;
  std::set<Offset> bases_;
  std::vector<log::Epochs::Entry> epochs_;  ///< of the batches
  Offset batches_end_;                      ///< behind the last of them
  bool damaged_ = false;                    ///< what lies behind is no longer part of the log
  bool cut_ = false;                        ///< and a start would remove it
  std::string whole_, expanded_;
};

}  // namespace

Result<VerifiedLog> verify_log(Directory& directory, const LogToVerify& what, const FaultSink& fault) {
  return Verification(directory, what, fault).run();
}

}  // namespace kstream::storage
