#include "client/topic_exchange.h"

#include "client/metadata.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace kstream::client {
namespace {

using protocol::CreatePartitionsRequest;
using protocol::CreatePartitionsResponse;
using protocol::CreateTopicsRequest;
using protocol::CreateTopicsResponse;
using protocol::DeleteTopicsRequest;
using protocol::DeleteTopicsResponse;
using protocol::DescribeTopicPartitionsRequest;
using protocol::DescribeTopicPartitionsResponse;
using protocol::MetadataResponse;

/// From here on topics to be deleted stand in a list that has ids, too (KIP-516).
constexpr int kDeleteByNameOrId = 6;

std::vector<NodeId> node_ids(const std::vector<std::int32_t>& ids) {
  std::vector<NodeId> result;
  result.reserve(ids.size());
  for (std::int32_t id : ids) result.push_back(NodeId(id));
  return result;
}

std::vector<std::int32_t> numbers(const std::vector<NodeId>& nodes) {
  std::vector<std::int32_t> result;
  result.reserve(nodes.size());
  for (NodeId node : nodes) result.push_back(node.value);
  return result;
}

std::optional<std::vector<NodeId>> maybe_node_ids(const std::optional<std::vector<std::int32_t>>& ids) {
  if (!ids) return {};
  return node_ids(*ids);
}

/// What both ways to describe a partition have in common.
template <class Partition>
PartitionDescription describe_partition(const Partition& from) {
  PartitionDescription partition;
  partition.partition = PartitionId(from.partition_index);
  partition.error = static_cast<ErrorCode>(from.error_code);
  partition.leader = NodeId(from.leader_id);
  partition.leader_epoch = LeaderEpoch(from.leader_epoch);
  partition.replicas = node_ids(from.replica_nodes);
  partition.in_sync_replicas = node_ids(from.isr_nodes);
  partition.offline_replicas = node_ids(from.offline_replicas);
  return partition;
}

TopicDescription describe(const MetadataResponse::MetadataResponseTopic& from) {
  TopicDescription topic{from.name.value_or(""), from.topic_id, from.is_internal, {}};
  for (const auto& partition : from.partitions) topic.partitions.push_back(describe_partition(partition));
  std::ranges::sort(topic.partitions, {}, &PartitionDescription::partition);
  return topic;
}

Error unknown_topic(const std::string& name) { return topic_error(ErrorCode::unknown_topic_or_partition, name); }

Error left_out() { return {ErrorCode::unknown_server_error, "the broker left this topic out"}; }

/// What became of the topics that have these names, by the answers' error codes and sentences.
template <class Answer>
std::vector<TopicStatus> statuses(const std::vector<std::string>& names, const std::vector<Answer>& answers) {
  std::map<std::string_view, const Answer*> found;
  for (const Answer& answer : answers) {
    if constexpr (requires { answer.name.has_value(); }) {
      found[answer.name ? std::string_view(*answer.name) : ""] = &answer;
    } else {
      found[answer.name] = &answer;
    }
  }
  std::vector<TopicStatus> result;
  for (const std::string& name : names) {
    const auto at = found.find(name);
    result.push_back({name, at == found.end() ? Status(left_out()) : Status()});
    if (at == found.end() || at->second->error_code == 0) continue;
    result.back().status =
        Error{static_cast<ErrorCode>(at->second->error_code), at->second->error_message.value_or("")};
  }
  return result;
}

}  // namespace

std::vector<Admin::ListedTopic> listed_topics(const MetadataResponse& response) {
  std::vector<Admin::ListedTopic> topics;
  topics.reserve(response.topics.size());
  for (const auto& topic : response.topics) {
    topics.push_back({topic.name.value_or(""), topic.topic_id, topic.is_internal,
                      static_cast<std::int32_t>(topic.partitions.size())});
  }
  std::ranges::sort(topics, {}, &Admin::ListedTopic::name);
  return topics;
}

std::vector<DescribedTopic> describe_topics(const std::vector<std::string>& names, const MetadataResponse& response) {
  std::map<std::string_view, const MetadataResponse::MetadataResponseTopic*> answers;
  for (const auto& topic : response.topics) answers[topic.name ? std::string_view(*topic.name) : ""] = &topic;
  std::vector<DescribedTopic> result;
  for (const std::string& name : names) {
    const auto answer = answers.find(name);
    const auto code = answer == answers.end() ? ErrorCode::unknown_topic_or_partition
                                              : static_cast<ErrorCode>(answer->second->error_code);
    result.push_back({name, topic_error(code, name)});
    if (code == ErrorCode::none) result.back().topic = describe(*answer->second);
  }
  return result;
}

DescribeTopicPartitionsRequest TopicPages::next() const {
  DescribeTopicPartitionsRequest request;
  for (const std::string& name : names_) request.topics.emplace_back().name = name;
  if (cursor_) request.cursor = {cursor_->first, cursor_->second};
  return request;
}

Status TopicPages::take(const DescribeTopicPartitionsResponse& response) {
  for (const auto& from : response.topics) {
    const std::string name = from.name.value_or("");
    const auto code = static_cast<ErrorCode>(from.error_code);
    if (code != ErrorCode::none) {
      found_.insert_or_assign(name, topic_error(code, name));
      continue;
    }
    auto& topic = found_.try_emplace(name, TopicDescription{name, from.topic_id, from.is_internal, {}}).first->second;
    for (const auto& partition : from.partitions) {
      if (!topic) break;
      PartitionDescription& described = topic->partitions.emplace_back(describe_partition(partition));
      described.eligible_leader_replicas = maybe_node_ids(partition.eligible_leader_replicas);
      described.last_known_eligible_leader_replicas = maybe_node_ids(partition.last_known_elr);
    }
  }
  done_ = !response.next_cursor.has_value();
  if (done_) return {};
  Cursor following{response.next_cursor->topic_name, response.next_cursor->partition_index};
  if (cursor_ && following <= *cursor_) return {ErrorCode::unknown_server_error, "the broker tells a page twice"};
  cursor_ = std::move(following);
  return {};
}

std::vector<DescribedTopic> TopicPages::topics() && {
  std::vector<DescribedTopic> result;
  for (const std::string& name : names_) {
    const auto at = found_.find(name);
    result.push_back({name, at == found_.end() ? Result<TopicDescription>(unknown_topic(name)) : at->second});
    if (!result.back().topic) continue;
    std::ranges::sort(result.back().topic->partitions, {}, &PartitionDescription::partition);
  }
  return result;
}

CreateTopicsRequest create_request(const std::vector<NewTopic>& topics, bool validate_only) {
  CreateTopicsRequest request;
  request.validate_only = validate_only;
  for (const NewTopic& topic : topics) {
    auto& wanted = request.topics.emplace_back();
    wanted.name = topic.name;
    wanted.num_partitions = topic.partitions;
    wanted.replication_factor = topic.replication_factor;
    for (std::size_t i = 0; i < topic.assignments.size(); ++i) {
      auto& assignment = wanted.assignments.emplace_back();
      assignment.partition_index = static_cast<std::int32_t>(i);
      assignment.broker_ids = numbers(topic.assignments[i]);
    }
    for (const auto& [name, value] : topic.configs) {
      auto& config = wanted.configs.emplace_back();
      config.name = name;
      config.value = value;
    }
  }
  return request;
}

std::vector<CreateTopicResult> created_topics(const std::vector<NewTopic>& topics,
                                              const CreateTopicsResponse& response) {
  std::map<std::string_view, const CreateTopicsResponse::CreatableTopicResult*> answers;
  for (const auto& answer : response.topics) answers[answer.name] = &answer;
  std::vector<CreateTopicResult> results;
  for (const NewTopic& topic : topics) {
    results.push_back({topic.name, left_out()});
    const auto found = answers.find(topic.name);
    if (found == answers.end()) continue;
    const auto& answer = *found->second;
    if (answer.error_code == 0) {
      results.back().topic = CreatedTopic{answer.topic_id, answer.num_partitions, answer.replication_factor};
    } else {
      results.back().topic = Error{static_cast<ErrorCode>(answer.error_code), answer.error_message.value_or("")};
    }
  }
  return results;
}

DeleteTopicsRequest delete_request(const std::vector<std::string>& names, int version) {
  DeleteTopicsRequest request;
  if (version < kDeleteByNameOrId) request.topic_names = names;
  if (version < kDeleteByNameOrId) return request;
  for (const std::string& name : names) request.topics.emplace_back().name = name;
  return request;
}

std::vector<TopicStatus> deleted_topics(const std::vector<std::string>& names, const DeleteTopicsResponse& response) {
  std::vector<TopicStatus> result = statuses(names, response.responses);
  for (TopicStatus& topic : result) {
    if (topic.status.code() == ErrorCode::unknown_topic_or_partition) topic.status = unknown_topic(topic.topic);
  }
  return result;
}

CreatePartitionsRequest partitions_request(const std::vector<NewPartitions>& topics, bool validate_only) {
  CreatePartitionsRequest request;
  request.validate_only = validate_only;
  for (const NewPartitions& topic : topics) {
    auto& wanted = request.topics.emplace_back();
    wanted.name = topic.topic;
    wanted.count = topic.total;
    if (topic.assignments.empty()) wanted.assignments.reset();
    for (const auto& nodes : topic.assignments) wanted.assignments->emplace_back().broker_ids = numbers(nodes);
  }
  return request;
}

std::vector<TopicStatus> created_partitions(const std::vector<NewPartitions>& topics,
                                            const CreatePartitionsResponse& response) {
  std::vector<std::string> names;
  names.reserve(topics.size());
  for (const NewPartitions& topic : topics) names.push_back(topic.topic);
  return statuses(names, response.results);
}

}  // namespace kstream::client
