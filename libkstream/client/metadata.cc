#include "client/metadata.h"

#include <algorithm>
#include <cstdint>

namespace kstream::client {
namespace {

/// No request can name a longer one; brokers refuse from 250 on.
bool can_be_asked_for(std::string_view topic) { return topic.size() <= INT16_MAX; }

}  // namespace

Error topic_error(ErrorCode code, const std::string& topic) {
  if (code == ErrorCode::unknown_topic_or_partition) return {code, "no topic is named " + topic};
  if (code != ErrorCode::invalid_topic_exception) return {code, "topic " + topic};
  return {code, "'" + topic.substr(0, 250) +
                    "' cannot be a topic's name: ASCII letters, digits, '.', '_' and '-', 249 at most"};
}

bool Metadata::want(std::string_view topic) {
  if (topics_.find(topic) != topics_.end()) return false;
  TopicMetadata& wanted = topics_.emplace(std::string(topic), TopicMetadata()).first->second;
  if (can_be_asked_for(topic)) return true;
  wanted.error = ErrorCode::invalid_topic_exception;
  wanted.answers = 1;
  return true;
}

std::vector<std::string> Metadata::wanted() const {
  std::vector<std::string> names;
  for (const auto& [name, topic] : topics_) {
    if (can_be_asked_for(name)) names.push_back(name);
  }
  return names;
}

void Metadata::apply(const protocol::MetadataResponse& response) {
  ++updates_;
  brokers_.clear();
  for (const auto& broker : response.brokers) {
    add_broker(NodeId(broker.node_id), broker.host, broker.port);
  }
  cluster_id_ = response.cluster_id;
  controller_ = NodeId(response.controller_id);
  for (const auto& topic : response.topics) apply(topic);
}

void Metadata::apply(const protocol::MetadataResponse::MetadataResponseTopic& from) {
  const auto found = topics_.find(from.name.value_or(""));
  if (found == topics_.end()) return;
  TopicMetadata& topic = found->second;
  ++topic.answers;
  topic.error = static_cast<ErrorCode>(from.error_code);
  if (topic.error != ErrorCode::none) return;
  const bool same = topic.id == from.topic_id;
  topic.id = from.topic_id;
  std::vector<Leader> before = std::exchange(topic.partitions, {});
  for (const auto& partition : from.partitions) {
    const auto index = static_cast<std::size_t>(partition.partition_index);
    if (index >= from.partitions.size()) continue;  // negative, or a hole before it
    if (topic.partitions.size() <= index) topic.partitions.resize(index + 1);
    const Leader leader{NodeId(partition.leader_id), LeaderEpoch(partition.leader_epoch)};
    const bool older = same && index < before.size() && leader.epoch < before[index].epoch;
    topic.partitions[index] = older ? before[index] : leader;
  }
}

bool Metadata::apply_hint(std::string_view topic, PartitionId partition, Leader leader) {
  const auto found = topics_.find(topic);
  const auto index = static_cast<std::size_t>(partition.value);
  if (found == topics_.end() || index >= found->second.partitions.size()) return false;
  Leader& known = found->second.partitions[index];
  if (leader.node.value < 0 || leader.epoch <= known.epoch || !brokers_.contains(leader.node)) return false;
  known = leader;
  return true;
}

void Metadata::add_broker(NodeId node, const std::string& host, std::int32_t port) {
  if (port <= 0 || port > 65535) return;
  brokers_.insert_or_assign(node, Endpoint{host, static_cast<std::uint16_t>(port)});
}

void Metadata::forget_brokers() {
  brokers_.clear();
  cluster_id_.reset();
  controller_ = NodeId(-1);
}

const TopicMetadata* Metadata::topic(std::string_view name) const {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : &found->second;
}

Leader Metadata::leader(std::string_view topic_name, PartitionId partition) const {
  const TopicMetadata* known = topic(topic_name);
  const auto index = static_cast<std::size_t>(partition.value);
  return known && index < known->partitions.size() ? known->partitions[index] : Leader();
}

}  // namespace kstream::client
