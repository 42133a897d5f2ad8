#pragma once

#include <kstream/ids.h>

#include "base/bytes.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The two sparse indexes of a segment, in Kafka's format. Offsets are relative to the segment's base.
namespace kstream::log {

/// `.index`: the batch that starts at `position` ends with this offset.
struct OffsetEntry {
  static constexpr std::size_t kSize = 8;
  std::int32_t relative = 0;
  std::int32_t position = 0;
  static OffsetEntry load(const char* bytes);
  void append_to(std::string& out) const;
  bool operator==(const OffsetEntry&) const = default;
};

/// `.timeindex`: no record up to some batch at or behind this offset is later than `timestamp`, and the batch that ends
/// with this offset has one of that time. Timestamps strictly increase from entry to entry.
struct TimeEntry {
  static constexpr std::size_t kSize = 12;
  Timestamp timestamp = kNoTimestamp;
  std::int32_t relative = 0;
  static TimeEntry load(const char* bytes);
  void append_to(std::string& out) const;
  bool operator==(const TimeEntry&) const = default;
};

/// Decides which batches of a segment are indexed, by Kafka's rules, and keeps the entries that are not in the files
/// yet. The live log and recovery use the same one, so that a rebuilt index equals the first.
class Indexer {
 public:
  Indexer() = default;
  explicit Indexer(Offset base) : base_(base) {}
  /// Goes on behind entries that are in the files: how many there are, and the last time entry (if there is one). Then
  /// the batches from the one of the last offset entry on must be given to `add` again; it makes no entry again.
  Indexer(Offset base, std::uint64_t offset_count, std::uint64_t time_count, TimeEntry last_time);

  /// The next batch: its last offset, which must be at most 2^31 - 1 above the base, where it starts, how long it is.
  void add(Offset last, std::uint64_t position, std::uint64_t bytes, Timestamp max_timestamp, std::uint32_t interval);
  /// The segment takes no more batches: its greatest timestamp becomes the time index's last entry.
  void finish();

  /// Whether either file would exceed `max_bytes` with the next entry (and the time index's forced last one).
  bool full(std::uint32_t max_bytes) const;

  /// Entries not yet in the files, in order. How many of them are of batches below `end`.
  const std::vector<OffsetEntry>& offset_entries() const { return offsets_; }
  const std::vector<TimeEntry>& time_entries() const { return times_; }
  std::size_t offsets_below(Offset end) const;
  std::size_t times_below(Offset end) const;
  /// Where a batch starts that is not behind the one with `offset`; nothing if only the file may know.
  std::optional<std::uint64_t> position_for(Offset offset) const;
  /// How many entries the files hold.
  std::uint64_t offset_count() const { return offset_count_; }
  std::uint64_t time_count() const { return time_count_; }
  /// The first `offsets` and `times` entries are in the files now.
  void written(std::size_t offsets, std::size_t times);

  Timestamp largest_timestamp() const { return largest_; }
  Offset offset_of_largest() const { return offset_of_largest_; }  ///< the last offset of that batch

 private:
  void add_time();

  Offset base_;
  std::vector<OffsetEntry> offsets_;
  std::vector<TimeEntry> times_;
  std::uint64_t offset_count_ = 0;
  std::uint64_t time_count_ = 0;
  std::uint64_t since_entry_ = 0;  ///< bytes of batches from the last indexed one on
  Timestamp largest_ = kNoTimestamp;
  Offset offset_of_largest_ = kNoOffset;
  Timestamp last_time_ = kNoTimestamp;  ///< of the last time entry, in the file or not
};

}  // namespace kstream::log
