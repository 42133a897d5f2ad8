#pragma once

#include "cli/topic_rows.h"
#include "cli/topics.h"

#include <vector>

namespace kstream::cli {

/// A partition that a target names, and where it begins and ends.
struct FoundPartition {
  const Target* target;
  OffsetRange range;
};

/// The partitions of the topics that `targets` name, with their offsets. Names are plain, or patterns or globs as
/// `choice` says, whose own names are not read. For each item that fails a line is said.
std::vector<FoundPartition> find_partitions(const std::vector<Target>& targets, const TopicChoice& choice,
                                            bool if_exists, const AdminWork& work, ItemsOutcome& outcome);

/// What `position` comes to in each partition; kNoOffset where the broker did not say, which is said.
std::vector<FoundOffset> find_offsets(const std::vector<FoundPartition>& partitions, const PositionExpression& position,
                                      const AdminWork& work, ItemsOutcome& outcome);

}  // namespace kstream::cli
