#include "cli/topic_partitions.h"

#include "cli/read_range.h"
#include "cli/time_expression.h"

#include <set>
#include <utility>

namespace kstream::cli {
namespace {

/// The partitions of one topic that `target` names, each that is new put behind `found`.
void add_partitions(const TopicDescription& topic, const Target& target, std::set<TopicPartition>& seen,
                    std::vector<FoundPartition>& found, const AdminWork& work, ItemsOutcome& outcome) {
  auto count = static_cast<std::int32_t>(topic.partitions.size());
  auto partitions = select_partitions(target.partitions, count);
  if (!partitions) {
    outcome.add(work.console.fail(ExitCode::not_found, topic.name + " has partitions 0 to " +
                                                           std::to_string(count - 1) + "; see: ktopics describe " +
                                                           topic.name + work.settings.same_cluster));
    return;
  }
  for (PartitionId partition : *partitions) {
    TopicPartition name{topic.name, partition};
    if (seen.insert(name).second) found.push_back({&target, {name, kNoOffset, kNoOffset}});
  }
}

/// Fills in where the partitions begin and end; drops those that do not say.
void ask_ranges(std::vector<FoundPartition>& partitions, const AdminWork& work, ItemsOutcome& outcome) {
  std::vector<OffsetQuery> queries;
  for (const auto& found : partitions) {
    queries.push_back({found.range.partition, kBeginning});
    queries.push_back({found.range.partition, kEnd});
  }
  auto answers = work.admin.list_offsets(queries, false, work.settings.timeout);
  std::vector<FoundPartition> told;
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    const auto &beginning = answers[2 * i].info, &end = answers[2 * i + 1].info;
    if (!beginning || !end) {
      outcome.add(work.fail(shown(partitions[i].range.partition), beginning ? end.error() : beginning.error()));
      continue;
    }
    told.push_back(partitions[i]);
    told.back().range.beginning = beginning->offset;
    told.back().range.end = end->offset;
  }
  partitions = std::move(told);
}

}  // namespace

std::vector<FoundPartition> find_partitions(const std::vector<Target>& targets, const TopicChoice& choice,
                                            bool if_exists, const AdminWork& work, ItemsOutcome& outcome) {
  std::vector<FoundPartition> found;
  std::set<TopicPartition> seen;
  for (const Target& target : targets) {
    auto names = choose_topics(work.admin, {{target.topic}, choice.patterns, choice.internal}, work.settings.timeout);
    if (!names) {
      outcome.add(work.fail(names.error()));
      return {};
    }
    for (const auto& topic : described(*names, if_exists, work, outcome))
      add_partitions(topic, target, seen, found, work, outcome);
  }
  ask_ranges(found, work, outcome);
  return found;
}

std::vector<FoundOffset> find_offsets(const std::vector<FoundPartition>& partitions, const PositionExpression& position,
                                      const AdminWork& work, ItemsOutcome& outcome) {
  std::vector<FoundOffset> offsets;
  std::vector<OffsetQuery> queries;
  bool by_time = position.kind == PositionExpression::Kind::time;
  if (by_time) work.console.note(position.text + ": " + format_local(position.time));
  for (const auto& found : partitions) {
    offsets.push_back({found.range.partition, kNoOffset, kNoTimestamp});
    if (by_time) queries.push_back({found.range.partition, {position.time}});
  }
  auto answers = by_time ? work.admin.list_offsets(queries, false, work.settings.timeout) : std::vector<ListedOffset>();
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    const OffsetRange& range = partitions[i].range;
    if (by_time && !answers[i].info) {
      outcome.add(work.fail(shown(range.partition), answers[i].info.error()));
      continue;
    }
    if (by_time) offsets[i].timestamp = answers[i].info->timestamp;
    offsets[i].offset = resolve(position, {range.beginning, range.end}, by_time ? answers[i].info->offset : kNoOffset);
  }
  return offsets;
}

}  // namespace kstream::cli
