#pragma once

#include "cli/held_records.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

namespace kstream::cli {

/// Puts the records of several ranges into one order: by timestamp, then partition, then offset; within a partition by
/// offset alone. Pure.
class Merge {
 public:
  using Clock = HeldRecords::Clock;

  /// Nothing comes before the next record of each range that is not closed is known. With `patience` a record waits
  /// that long for the others at most.
  Merge(ReadRanges& ranges, std::optional<std::chrono::milliseconds> patience);

  /// How many bytes of each partition to fetch at a time, so that all of them take 64 MB at most: what is held, two
  /// fetches that wait, and one on its way.
  std::size_t share() const { return share_; }

  /// Holds the records of `piece` that pass. True if that is enough of its range: pause it.
  bool add(const Piece& piece, Clock::time_point now, const std::function<bool(const RecordView&)>& passes);

  /// The next record, if it is known by `now` which that is; valid until drop().
  struct Next {
    ReadRange* range = nullptr;
    const HeldRecords::Item* item = nullptr;
    Offset high_watermark = kNoOffset;
  };
  Next next(Clock::time_point now);
  /// After next(): done with it. The range to resume, if there was enough of it before.
  ReadRange* drop();
  bool empty() const { return heap_.empty(); }

 private:
  struct Source {
    ReadRange* range;
    HeldRecords records;
    bool enough = false;
  };
  static bool later(const Source* a, const Source* b);
  bool all_known();

  std::optional<std::chrono::milliseconds> patience_;
  std::size_t share_;
  std::map<const ReadRange*, Source> sources_;
  std::vector<Source*> heap_;  ///< those that hold records, the next one in front
  std::set<Source*> starved_;  ///< those that hold none and were not closed when last looked at
};

}  // namespace kstream::cli
