#pragma once

#include "cli/target.h"

#include <kstream/admin.h>
#include <kstream/result.h>
#include <kstream/topic_partition.h>

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace kstream::cli {

/// What is read of one partition.
struct ReadRange {
  TopicPartition partition;
  Offset from;                          ///< the first one wanted
  Offset start;                         ///< where reading begins: `from`, or the end if that is still below it
  std::optional<Offset> until;          ///< not read any more; nothing: no end
  std::optional<Timestamp> from_time;   ///< older records are not shown
  std::optional<Timestamp> until_time;  ///< nor are these and later ones
  Offset last_shown = kNoOffset;
  bool closed = false;  ///< read to its end, or given up
  bool done() const { return until && from >= *until; }
};

/// Those who are given a range may keep its address: others that are added behind it do not move it.
using ReadRanges = std::deque<ReadRange>;

/// `orders [3]`.
std::string shown(const TopicPartition& partition);

struct RangeQuestion {
  std::vector<Target> targets;  ///< each with `from`; without `until` up to the end
  bool internal = false;        ///< globs and regular expressions stand for internal topics too
  bool regexes = false;         ///< names are anchored regular expressions
  bool follow = false;          ///< without `until`, or if it is a time that no record has reached, there is no end
  bool once = false;            ///< no partition may be named twice; else it may, with ranges that do not overlap
  /// Of targets without partitions, only the one that Kafka's Java client gives this key.
  std::optional<std::string> key;
  std::chrono::milliseconds grace{0};  ///< how long past a time that is the end to look for late records
  bool read_committed = true;          ///< the end is the last stable offset
  std::chrono::milliseconds timeout{0};
  std::string same_cluster;  ///< for commands to paste
  std::string copy_to{};     ///< a topic that no glob and no regular expression stands for: what is read goes there
};

struct RangeAnswer {
  ReadRanges ranges;
  std::vector<std::string> notes;  ///< what the user should know
  std::vector<Error> failures;     ///< one for each partition that cannot be read, or not all; whole sentences
};

/// Asks the brokers what `question` comes to. The error's detail is a whole sentence.
Result<RangeAnswer> find_ranges(Admin& admin, const RangeQuestion& question);

/// The partitions of `count` that `wanted` names, all if it names none; nothing if one does not exist.
std::optional<std::vector<PartitionId>> select_partitions(const std::vector<PartitionRange>& wanted,
                                                          std::int32_t count);

/// What a broker said of one partition.
struct RangeFacts {
  PartitionOffsets offsets;
  Offset from_at_time = kNoOffset;  ///< of the target's times, where it has some
  Offset until_at_time = kNoOffset;
  Offset high_watermark = kNoOffset;  ///< if asked for beside the last stable offset
};

/// The range that `target` means for a partition of which `facts` hold; adds to the notes and failures of `answer`.
ReadRange make_range(const TopicPartition& partition, const Target& target, const RangeFacts& facts, bool follow,
                     RangeAnswer& answer);

}  // namespace kstream::cli
