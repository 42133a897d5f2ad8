#include "cli/consent.h"
#include "cli/size.h"
#include "cli/topic_partitions.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace kstream::cli {
namespace {

/// The topics of the choice that are there.
std::vector<TopicDescription> chosen_topics(const TopicChoice& choice, bool if_exists, const AdminWork& work,
                                            ItemsOutcome& outcome) {
  auto names = choose_topics(work.admin, choice, work.settings.timeout);
  if (!names) outcome.add(work.fail(names.error()));
  if (!names) return {};
  if (names->empty()) work.console.note("no topic fits");
  return described(*names, if_exists, work, outcome);
}

template <class Row>
std::vector<std::string> topics_of(const std::vector<Row>& rows) {
  std::vector<std::string> names;
  names.reserve(rows.size());
  for (const Row& row : rows) names.push_back(row.topic);
  return names;
}

/// What happens if only plans are printed.
ExitCode end_dry_run(const std::string& rows, std::string_view did, const ItemsOutcome& outcome,
                     const AdminWork& work) {
  work.console.note("dry run: nothing was " + std::string(did));
  return work.print(rows, outcome.result());
}

/// Prints what was done, unless it shall be quiet.
ExitCode end(const std::string& rows, const ItemsOutcome& outcome, const AdminWork& work) {
  return work.console.quiet() ? outcome.result() : work.print(rows, outcome.result());
}

/// The topics that can grow to what is wanted; for each that cannot a line is said.
std::vector<GrownTopic> can_grow(const std::vector<TopicDescription>& topics, std::int32_t partitions,
                                 const AdminWork& work, ItemsOutcome& outcome) {
  std::vector<GrownTopic> growing;
  for (const auto& topic : topics) {
    auto before = static_cast<std::int32_t>(topic.partitions.size());
    std::string has = topic.name + " has " + count_of(before, "partition");
    if (before == partitions) {
      outcome.add(work.console.fail(ExitCode::exists, has + " already"));
    } else if (before > partitions) {
      outcome.add(work.console.fail(ExitCode::failed, has + ", and partitions cannot be taken away"));
    } else {
      growing.push_back({topic.name, before, partitions});
    }
  }
  return growing;
}

/// What is deleted with each topic.
std::vector<DeletedTopic> contents(const std::vector<TopicDescription>& topics, const AdminWork& work) {
  std::vector<DeletedTopic> result;
  std::vector<OffsetQuery> queries;
  std::vector<std::size_t> row_of;  // of each pair of queries
  std::map<std::string, std::int64_t> not_counted;
  PartitionSizes sizes = partition_sizes(work);
  for (const auto& topic : topics) {
    auto& row = result.emplace_back();
    row.topic = topic.name;
    row.id = topic.id;
    row.partitions = static_cast<std::int32_t>(topic.partitions.size());
    for (const auto& partition : topic.partitions) {
      TopicPartition name{topic.name, partition.partition};
      if (const auto size = sizes.find(name); size != sizes.end())
        row.bytes = std::max<std::int64_t>(row.bytes, 0) + size->second;
      if (partition.leader.value < 0) {
        ++not_counted[topic.name];
        continue;
      }
      queries.push_back({name, kBeginning});
      queries.push_back({name, kEnd});
      row_of.push_back(result.size() - 1);
    }
  }
  auto offsets = work.admin.list_offsets(queries, false, work.settings.timeout);
  for (std::size_t i = 0; i < row_of.size(); ++i) {
    const auto &beginning = offsets[2 * i].info, &end = offsets[2 * i + 1].info;
    DeletedTopic& row = result[row_of[i]];
    if (!beginning || !end) {
      ++not_counted[row.topic];
      continue;
    }
    row.records = std::max<std::int64_t>(row.records, 0) + (end->offset - beginning->offset);
  }
  for (const auto& [topic, count] : not_counted)
    work.console.note(topic + ": " + count_of(count, "partition") + " could not be counted");
  return result;
}

Deed deletion_of(const std::vector<DeletedTopic>& topics) {
  std::int64_t partitions = 0, records = 0, bytes = 0;
  for (const auto& topic : topics) {
    partitions += topic.partitions;
    records += std::max<std::int64_t>(topic.records, 0);
    bytes += std::max<std::int64_t>(topic.bytes, 0);
  }
  auto count = static_cast<std::int64_t>(topics.size());
  return {"delete " + count_of(count, "topic") + " with " + count_of(partitions, "partition") + ", " +
              count_of(records, "record") + " and " + format_size(bytes) + ": " + some_of(topics_of(topics)),
          "deleted"};
}

/// Each row has records to delete. No broker tells how large these are: the bytes are their share of the partition's
/// size, and are left out if that is not told either.
Deed truncation_of(const std::vector<TruncatedPartition>& rows, const PartitionSizes& sizes) {
  std::int64_t records = 0;
  std::optional<double> bytes;
  std::vector<std::string> topics;
  for (const auto& row : rows) {
    records += row.records();
    if (const auto size = sizes.find(row.partition); size != sizes.end()) {
      const double part = static_cast<double>(row.records()) / static_cast<double>(row.end - row.beginning);
      bytes = bytes.value_or(0) + static_cast<double>(size->second) * part;
    }
    if (std::ranges::find(topics, row.partition.topic) == topics.end()) topics.push_back(row.partition.topic);
  }
  const auto about = bytes ? " (about " + format_size(static_cast<std::int64_t>(*bytes)) + ')' : "";
  return {"delete " + count_of(records, "record") + about + " of " +
              count_of(static_cast<std::int64_t>(rows.size()), "partition") + ": " + some_of(topics),
          "deleted"};
}

/// Deletes, and leaves those rows that came about, with where the partitions begin now.
void truncate(std::vector<TruncatedPartition>& rows, const AdminWork& work, ItemsOutcome& outcome) {
  std::vector<RecordDeletion> deletions;
  deletions.reserve(rows.size());
  for (const auto& row : rows) deletions.push_back({row.partition, row.to});
  auto answers = work.admin.delete_records(deletions, work.settings.timeout);
  std::vector<TruncatedPartition> done;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& [partition, start] = answers[i];
    if (!start) {
      outcome.add(work.fail(partition.topic + " [" + std::to_string(partition.partition.value) + ']', start.error()));
      continue;
    }
    outcome.add(ExitCode::done);
    done.push_back(rows[i]);
    done.back().to = *start;
  }
  rows = std::move(done);
}

}  // namespace

ExitCode alter_topics(const AlterTopicsPlan& plan, const AdminWork& work) {
  ItemsOutcome outcome;
  auto topics = chosen_topics(plan.choice, plan.care.if_exists, work, outcome);
  auto growing = can_grow(topics, plan.partitions, work, outcome);
  if (growing.empty()) return outcome.result();
  if (!plan.care.dry_run) {
    Deed deed{"give " + count_of(static_cast<std::int64_t>(growing.size()), "topic") + ' ' +
                  count_of(plan.partitions, "partition") +
                  ", so that keys may go to other partitions: " + some_of(topics_of(growing)),
              "altered"};
    if (auto refused = ask_consent(deed, plan.care.yes, work.console)) return *refused;
  }
  std::vector<NewPartitions> wanted;
  wanted.reserve(growing.size());
  for (const auto& row : growing) wanted.push_back({row.topic, row.after, {}});
  auto results = work.admin.create_partitions(wanted, plan.care.dry_run, work.settings.timeout);
  if (!results) return work.fail(results.error());
  for (const auto& [topic, status] : *results) {
    outcome.add(status ? ExitCode::done : work.fail(topic, status.error()));
    if (!status) std::erase_if(growing, [&, &name = topic](const auto& row) { return row.topic == name; });
  }
  auto rows = grown_text(growing, plan.care.dry_run, work.output);
  return plan.care.dry_run ? end_dry_run(rows, "altered", outcome, work) : end(rows, outcome, work);
}

ExitCode delete_topics(const DeleteTopicsPlan& plan, const AdminWork& work) {
  ItemsOutcome outcome;
  auto topics = chosen_topics(plan.choice, plan.care.if_exists, work, outcome);
  if (topics.empty()) return outcome.result();
  auto rows = contents(topics, work);
  if (plan.care.dry_run) {
    outcome.add(ExitCode::done);
    return end_dry_run(deleted_text(rows, true, work.output), "deleted", outcome, work);
  }
  if (auto refused = ask_consent(deletion_of(rows), plan.care.yes, work.console)) return *refused;
  auto results = work.admin.delete_topics(topics_of(rows), work.settings.timeout);
  if (!results) return work.fail(results.error());
  for (const auto& [topic, status] : *results) {
    outcome.add(status ? ExitCode::done : work.fail(topic, status.error()));
    if (!status) std::erase_if(rows, [&, &name = topic](const auto& row) { return row.topic == name; });
  }
  return end(deleted_text(rows, false, work.output), outcome, work);
}

ExitCode truncate_topics(const TruncateTopicsPlan& plan, const AdminWork& work) {
  ItemsOutcome outcome;
  TopicChoice choice{{}, plan.patterns, plan.internal};
  auto partitions = find_partitions(plan.targets, choice, plan.care.if_exists, work, outcome);
  if (partitions.empty()) return outcome.result();
  std::vector<TruncatedPartition> rows;
  auto offsets = find_offsets(partitions, plan.to, work, outcome);
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const OffsetRange& range = partitions[i].range;
    if (offsets[i].offset == kNoOffset) continue;
    if (offsets[i].offset > range.end) {
      outcome.add(work.console.fail(ExitCode::failed,
                                    range.partition.topic + " [" + std::to_string(range.partition.partition.value) +
                                        "] ends at " + std::to_string(range.end.value) + "; see: ktopics offsets " +
                                        range.partition.topic + work.settings.same_cluster));
      continue;
    }
    rows.push_back({range.partition, range.beginning, std::max(offsets[i].offset, range.beginning), range.end});
  }
  if (plan.care.dry_run && !rows.empty()) outcome.add(ExitCode::done);
  if (plan.care.dry_run) return end_dry_run(truncated_text(rows, true, work.output), "deleted", outcome, work);
  std::erase_if(rows, [](const auto& row) { return row.records() == 0; });
  if (rows.empty()) {
    if (outcome.result() == ExitCode::done) work.console.note("there is no record to delete");
    return outcome.result();
  }
  if (auto refused = ask_consent(truncation_of(rows, partition_sizes(work)), plan.care.yes, work.console))
    return *refused;
  truncate(rows, work, outcome);
  return end(truncated_text(rows, false, work.output), outcome, work);
}

}  // namespace kstream::cli
