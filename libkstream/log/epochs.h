#pragma once

#include <kstream/ids.h>
#include <kstream/result.h>

#include "base/bytes.h"

#include <string>
#include <vector>

namespace kstream::log {

/// Where an epoch ends, as OffsetForLeaderEpoch answers: both -1 where the log knows no such epoch.
struct EpochEnd {
  LeaderEpoch epoch = kNoLeaderEpoch;
  Offset end = kNoOffset;
  bool operator==(const EpochEnd&) const = default;
};

/// The leader-epoch cache: at which offset each epoch of a log began (KIP-101). Epochs and offsets both increase.
class Epochs {
 public:
  struct Entry {
    LeaderEpoch epoch;
    Offset start;
    bool operator==(const Entry&) const = default;
  };

  /// Notes that `epoch` begins at `start`, dropping entries that contradict it. False if nothing changed: the epoch is
  /// the latest already, or -1.
  bool assign(LeaderEpoch epoch, Offset start);
  /// The log now begins at `start`: the epoch in force there begins there. Whether anything changed.
  bool truncate_from_start(Offset start);
  /// The log now ends at `end`: epochs that begin at or above it are gone. Whether anything changed.
  bool truncate_from_end(Offset end);

  LeaderEpoch latest() const { return entries_.empty() ? kNoLeaderEpoch : entries_.back().epoch; }
  /// The epoch of the record at `offset`; -1 if unknown.
  LeaderEpoch at(Offset offset) const;
  /// The end of the greatest epoch that is at most `epoch` (KIP-279), in a log that ends at `log_end`.
  EpochEnd end_of(LeaderEpoch epoch, Offset log_end) const;
  const std::vector<Entry>& entries() const { return entries_; }

  /// The text of `leader-epoch-checkpoint`.
  std::string print() const;
  static Result<Epochs> parse(base::BytesView text);
  bool operator==(const Epochs&) const = default;

 private:
  std::vector<Entry> entries_;
};

}  // namespace kstream::log
