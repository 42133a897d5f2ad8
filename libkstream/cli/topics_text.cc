#include "cli/topics_text.h"

#include "cli/json_text.h"

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

void append_json_partition(const PartitionDescription& partition, std::string& out) {
  out += "{\"partition\":";
  append_number(partition.partition.value, out);
  out += ",\"leader\":";
  partition.leader.value < 0 ? void(out += "null") : append_number(partition.leader.value, out);
  out += ",\"leader_epoch\":";
  append_number(partition.leader_epoch.value, out);
  append_json_nodes("replicas", partition.replicas, out);
  append_json_nodes("in_sync_replicas", partition.in_sync_replicas, out);
  append_json_nodes("offline_replicas", partition.offline_replicas, out);
  out += '}';
}

std::size_t replication(const TopicDescription& topic) {
  return topic.partitions.empty() ? 0 : topic.partitions.front().replicas.size();
}

void append_json_topic(const TopicDescription& topic, std::string& out) {
  out += "{\"name\":";
  append_json_string(topic.name, out);
  append_json_id(topic.id, out);
  out += std::string(",\"internal\":") + (topic.internal ? "true" : "false");
  out += ",\"replication_factor\":";
  append_number(replication(topic), out);
  out += ",\"partitions\":[";
  for (const PartitionDescription& partition : topic.partitions) {
    if (out.back() == '}') out += ',';
    append_json_partition(partition, out);
  }
  out += "]}\n";
}

std::vector<std::string> partition_cells(const PartitionDescription& partition) {
  return {std::to_string(partition.partition.value),
          partition.leader.value < 0 ? "none" : std::to_string(partition.leader.value),
          std::to_string(partition.leader_epoch.value),
          join(partition.replicas),
          join(partition.in_sync_replicas),
          join(partition.offline_replicas)};
}

constexpr std::string_view kPartitionColumns[] = {"partition", "leader", "epoch", "replicas", "isr", "offline"};

/// On a terminal: a line for the topic, and a table of its partitions below.
void append_topic_table(const TopicDescription& topic, bool color, std::string& out) {
  out += topic.name + "  id " + topic.id.to_string() + "  " + std::to_string(topic.partitions.size()) +
         (topic.partitions.size() == 1 ? " partition" : " partitions") + "  replication " +
         std::to_string(replication(topic)) + (topic.internal ? "  internal\n" : "\n");
  Table table{{std::begin(kPartitionColumns), std::end(kPartitionColumns)}, {}};
  for (const PartitionDescription& partition : topic.partitions) table.rows.push_back(partition_cells(partition));
  append_table(table, OutputFormat::table, color, out);
}

void append_json_created(const std::string& name, const CreatedTopic& created, bool dry_run, std::string& out) {
  out += "{\"name\":";
  append_json_string(name, out);
  append_json_id(created.id, out);
  out += ",\"partitions\":" + std::to_string(created.partitions) +
         ",\"replication_factor\":" + std::to_string(created.replication_factor) +
         ",\"dry_run\":" + (dry_run ? "true" : "false") + "}\n";
}

}  // namespace

std::string listed_text(const std::vector<Admin::ListedTopic>& topics, bool more, const TopicsOutput& output) {
  std::string out;
  Table table{{"topic"}, {}};
  if (more) table.columns.insert(table.columns.end(), {"partitions", "id"});
  for (const auto& topic : topics) {
    if (output.format == OutputFormat::json) {
      out += "{\"name\":";
      append_json_string(topic.name, out);
      append_json_id(topic.id, out);
      out += std::string(",\"internal\":") + (topic.internal ? "true" : "false") +
             ",\"partitions\":" + std::to_string(topic.partitions) + "}\n";
      continue;
    }
    auto& row = table.rows.emplace_back(std::vector<std::string>{topic.name});
    if (more) row.insert(row.end(), {std::to_string(topic.partitions), topic.id.to_string()});
  }
  if (output.format != OutputFormat::json) append_table(table, output.format, output.color, out);
  return out;
}

std::string described_text(const std::vector<TopicDescription>& topics, const TopicsOutput& output) {
  std::string out;
  if (output.format == OutputFormat::json) {
    for (const TopicDescription& topic : topics) append_json_topic(topic, out);
    return out;
  }
  if (output.format == OutputFormat::table) {
    for (const TopicDescription& topic : topics) {
      if (!out.empty()) out += '\n';
      append_topic_table(topic, output.color, out);
    }
    return out;
  }
  Table table{{"topic", "id"}, {}};
  table.columns.insert(table.columns.end(), std::begin(kPartitionColumns), std::end(kPartitionColumns));
  for (const TopicDescription& topic : topics) {
    for (const PartitionDescription& partition : topic.partitions) {
      auto& row = table.rows.emplace_back(std::vector<std::string>{topic.name, topic.id.to_string()});
      for (auto& cell : partition_cells(partition)) row.push_back(std::move(cell));
    }
  }
  append_table(table, output.format, output.color, out);
  return out;
}

std::string created_text(const std::vector<CreateTopicResult>& results, bool dry_run, const TopicsOutput& output) {
  std::string out;
  Table table{{"topic", "partitions", "replication", "id"}, {}};
  for (const auto& [name, created] : results) {
    if (!created) continue;
    if (output.format == OutputFormat::json) append_json_created(name, *created, dry_run, out);
    table.rows.push_back({name, std::to_string(created->partitions), std::to_string(created->replication_factor),
                          created->id.is_zero() ? "" : created->id.to_string()});
  }
  if (output.format != OutputFormat::json && !table.rows.empty()) {
    append_table(table, output.format, output.color, out);
  }
  return out;
}

}  // namespace kstream::cli
