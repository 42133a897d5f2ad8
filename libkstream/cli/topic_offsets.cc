#include "cli/topic_partitions.h"

namespace kstream::cli {

ExitCode topic_offsets(const TopicOffsetsPlan& plan, const AdminWork& work) {
  ItemsOutcome outcome;
  auto partitions = find_partitions(plan.targets, {{}, plan.patterns, plan.internal}, false, work, outcome);
  if (!plan.position) {
    std::vector<OffsetRange> ranges;
    ranges.reserve(partitions.size());
    for (const auto& found : partitions) ranges.push_back(found.range);
    if (!ranges.empty()) outcome.add(ExitCode::done);
    return work.print(ranges_text(ranges, work.output), outcome.result());
  }
  auto offsets = find_offsets(partitions, *plan.position, work, outcome);
  std::erase_if(offsets, [](const auto& found) { return found.offset == kNoOffset; });
  if (!offsets.empty()) outcome.add(ExitCode::done);
  return work.print(offsets_text(offsets, work.output), outcome.result());
}

}  // namespace kstream::cli
