#pragma once

#include "cli/rows_output.h"

#include <kstream/admin.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kstream::cli {

/// Bytes of each partition on its brokers' disks, that of the largest replica.
using PartitionSizes = std::map<TopicPartition, std::int64_t>;

inline constexpr std::string_view kListColumns[] = {"topic", "partitions", "id", "size"};
inline constexpr std::string_view kDescribeColumns[] = {"topic",    "id",  "partition", "leader", "epoch",
                                                        "replicas", "isr", "offline",   "size"};
inline constexpr std::string_view kCreateColumns[] = {"topic", "partitions", "replication", "id"};

/// What `ktopics list` prints: names, if `more` partitions and ids, and the size if there are `sizes`; in JSON always
/// all but that. Schema: topic-listed.json.
std::string listed_text(const std::vector<Admin::ListedTopic>& topics, bool more, const PartitionSizes* sizes,
                        const RowsOutput& output);

/// What `ktopics describe` prints: a row for each partition, in JSON an object for each topic. Schema:
/// topic-described.json.
std::string described_text(const std::vector<TopicDescription>& topics, const PartitionSizes* sizes,
                           const RowsOutput& output);

/// What `ktopics create` prints: what was created, or would have been. Schema: topic-created.json.
std::string created_text(const std::vector<CreateTopicResult>& results, bool dry_run, const RowsOutput& output);

}  // namespace kstream::cli
