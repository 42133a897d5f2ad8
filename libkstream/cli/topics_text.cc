#include "cli/topics_text.h"

#include "cli/json_text.h"

#include <algorithm>
#include <utility>

namespace kstream::cli {
namespace {

std::string join(const std::vector<NodeId>& nodes) {
  std::string out;
  for (NodeId node : nodes) {
    if (!out.empty()) out += ',';
    append_number(node.value, out);
  }
  return out;
}

/// A topic's id, null if the broker is too old to have one.
void append_json_id(const Uuid& id, std::string& out) {
  out += ",\"id\":";
  id.is_zero() ? void(out += "null") : append_json_string(id.to_string(), out);
}

void append_json_nodes(std::string_view name, const std::vector<NodeId>& nodes, std::string& out) {
  out += ",\"" + std::string(name) + "\":[" + join(nodes) + ']';
}

/// -1: nobody knows.
std::int64_t size_of(const TopicPartition& partition, const PartitionSizes& sizes) {
  const auto at = sizes.find(partition);
  return at == sizes.end() ? -1 : at->second;
}

/// Of all partitions whose size is known; -1 if it is of none.
std::int64_t size_of(const std::string& topic, const PartitionSizes& sizes) {
  std::int64_t sum = -1;
  for (auto at = sizes.lower_bound({topic, PartitionId(0)}); at != sizes.end() && at->first.topic == topic; ++at)
    sum = std::max<std::int64_t>(sum, 0) + at->second;
  return sum;
}

std::string size_cell(std::int64_t size) { return size < 0 ? "" : std::to_string(size); }

void append_json_size(std::int64_t size, std::string& out) {
  out += ",\"size\":";
  size < 0 ? void(out += "null") : append_number(size, out);
}

void append_json_maybe_nodes(std::string_view name, const std::optional<std::vector<NodeId>>& nodes, std::string& out) {
  nodes ? append_json_nodes(name, *nodes, out) : void(out += ",\"" + std::string(name) + "\":null");
}

void append_json_partition(const std::string& topic, const PartitionDescription& partition, const PartitionSizes* sizes,
                           std::string& out) {
  out += "{\"partition\":";
  append_number(partition.partition.value, out);
  out += ",\"leader\":";
  partition.leader.value < 0 ? void(out += "null") : append_number(partition.leader.value, out);
  out += ",\"leader_epoch\":";
  append_number(partition.leader_epoch.value, out);
  append_json_nodes("replicas", partition.replicas, out);
  append_json_nodes("in_sync_replicas", partition.in_sync_replicas, out);
  append_json_nodes("offline_replicas", partition.offline_replicas, out);
  append_json_maybe_nodes("eligible_leader_replicas", partition.eligible_leader_replicas, out);
  append_json_maybe_nodes("last_known_eligible_leader_replicas", partition.last_known_eligible_leader_replicas, out);
  if (sizes) append_json_size(size_of({topic, partition.partition}, *sizes), out);
  out += '}';
}

std::size_t replication(const TopicDescription& topic) {
  return topic.partitions.empty() ? 0 : topic.partitions.front().replicas.size();
}

void append_json_topic(const TopicDescription& topic, const PartitionSizes* sizes, std::string& out) {
  out += "{\"topic\":";
  append_json_string(topic.name, out);
  append_json_id(topic.id, out);
  out += std::string(",\"internal\":") + (topic.internal ? "true" : "false");
  out += ",\"replication_factor\":";
  append_number(replication(topic), out);
  out += ",\"partitions\":[";
  for (const PartitionDescription& partition : topic.partitions) {
    if (out.back() == '}') out += ',';
    append_json_partition(topic.name, partition, sizes, out);
  }
  out += "]}\n";
}

std::vector<std::string> partition_cells(const std::string& topic, const PartitionDescription& partition,
                                         const PartitionSizes* sizes) {
  std::vector<std::string> cells = {std::to_string(partition.partition.value),
                                    partition.leader.value < 0 ? "none" : std::to_string(partition.leader.value),
                                    std::to_string(partition.leader_epoch.value),
                                    join(partition.replicas),
                                    join(partition.in_sync_replicas),
                                    join(partition.offline_replicas)};
  if (sizes) cells.push_back(size_cell(size_of({topic, partition.partition}, *sizes)));
  return cells;
}

/// The columns of describe from the `first` on, without the size if it was not asked for.
std::vector<std::string_view> describe_columns(std::size_t first, const PartitionSizes* sizes) {
  return {std::begin(kDescribeColumns) + first, std::end(kDescribeColumns) - (sizes ? 0 : 1)};
}

/// On a terminal: a line for the topic, and a table of its partitions below.
void append_topic_table(const TopicDescription& topic, const PartitionSizes* sizes, const RowsOutput& output,
                        std::string& out) {
  out += topic.name + "  id " + topic.id.to_string() + "  " + std::to_string(topic.partitions.size()) +
         (topic.partitions.size() == 1 ? " partition" : " partitions") + "  replication " +
         std::to_string(replication(topic)) + (topic.internal ? "  internal\n" : "\n");
  Table table{describe_columns(2, sizes), {}};
  for (const PartitionDescription& partition : topic.partitions)
    table.rows.push_back(partition_cells(topic.name, partition, sizes));
  append_table(table, output, out);
}

void append_json_created(const std::string& name, const CreatedTopic& created, bool dry_run, std::string& out) {
  out += "{\"topic\":";
  append_json_string(name, out);
  append_json_id(created.id, out);
  out += ",\"partitions\":" + std::to_string(created.partitions) +
         ",\"replication_factor\":" + std::to_string(created.replication_factor) +
         ",\"dry_run\":" + (dry_run ? "true" : "false") + "}\n";
}

}  // namespace

std::string listed_text(const std::vector<Admin::ListedTopic>& topics, bool more, const PartitionSizes* sizes,
                        const RowsOutput& output) {
  std::string out;
  Table table{{"topic"}, {}};
  if (more || output.names_columns()) table.columns.insert(table.columns.end(), {"partitions", "id"});
  if (sizes) table.columns.push_back("size");
  for (const auto& topic : topics) {
    std::int64_t size = sizes ? size_of(topic.name, *sizes) : -1;
    if (output.format == OutputFormat::json) {
      out += "{\"topic\":";
      append_json_string(topic.name, out);
      append_json_id(topic.id, out);
      out += std::string(",\"internal\":") + (topic.internal ? "true" : "false") +
             ",\"partitions\":" + std::to_string(topic.partitions);
      if (sizes) append_json_size(size, out);
      out += "}\n";
      continue;
    }
    auto& row = table.rows.emplace_back(std::vector<std::string>{topic.name});
    if (table.columns.size() > 2) row.insert(row.end(), {std::to_string(topic.partitions), topic.id.to_string()});
    if (sizes) row.push_back(size_cell(size));
  }
  if (output.format != OutputFormat::json) append_table(table, output, out);
  return out;
}

std::string described_text(const std::vector<TopicDescription>& topics, const PartitionSizes* sizes,
                           const RowsOutput& output) {
  std::string out;
  if (output.format == OutputFormat::json) {
    for (const TopicDescription& topic : topics) append_json_topic(topic, sizes, out);
    return out;
  }
  if (output.format == OutputFormat::table && output.columns.empty()) {
    for (const TopicDescription& topic : topics) {
      if (!out.empty()) out += '\n';
      append_topic_table(topic, sizes, output, out);
    }
    return out;
  }
  Table table{describe_columns(0, sizes), {}};
  for (const TopicDescription& topic : topics) {
    for (const PartitionDescription& partition : topic.partitions) {
      auto& row = table.rows.emplace_back(std::vector<std::string>{topic.name, topic.id.to_string()});
      for (auto& cell : partition_cells(topic.name, partition, sizes)) row.push_back(std::move(cell));
    }
  }
  append_table(table, output, out);
  return out;
}

std::string created_text(const std::vector<CreateTopicResult>& results, bool dry_run, const RowsOutput& output) {
  std::string out;
  Table table{{std::begin(kCreateColumns), std::end(kCreateColumns)}, {}};
  for (const auto& [name, created] : results) {
    if (!created) continue;
    if (output.format == OutputFormat::json) append_json_created(name, *created, dry_run, out);
    table.rows.push_back({name, std::to_string(created->partitions), std::to_string(created->replication_factor),
                          created->id.is_zero() ? "" : created->id.to_string()});
  }
  if (output.format != OutputFormat::json && !table.rows.empty()) {
    append_table(table, output, out);
  }
  return out;
}

}  // namespace kstream::cli
