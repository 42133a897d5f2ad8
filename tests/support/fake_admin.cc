#include "protocol/create_partitions.h"
#include "protocol/delete_records.h"
#include "protocol/delete_topics.h"
#include "protocol/describe_cluster.h"
#include "protocol/describe_configs.h"
#include "protocol/describe_log_dirs.h"
#include "protocol/describe_quorum.h"
#include "protocol/describe_topic_partitions.h"
#include "protocol/incremental_alter_configs.h"
#include "support/fake_cluster.h"

#include <algorithm>

// What brokers do for an administrator.

namespace kstream::test {

using protocol::ApiKey;

namespace {

std::int16_t code(ErrorCode error) { return static_cast<std::int16_t>(error); }

template <class Request, class Call>
Request decode(Call& call) {
  Request request;
  request.decode(call.reader, call.header.api_version);
  return request;
}

ConfigResource resource_of(std::int8_t type, const std::string& name) {
  return {static_cast<ConfigResourceType>(type), name};
}

/// What is there by itself; everything else is what was set.
constexpr std::pair<const char*, const char*> kDefaults[] = {{"cleanup.policy", "delete"},
                                                             {"retention.ms", "604800000"}};

void change(std::map<std::string, std::string>& configs, const std::string& name, ConfigOperation operation,
            const std::string& value) {
  if (operation == ConfigOperation::unset) configs.erase(name);
  if (operation == ConfigOperation::set) configs[name] = value;
  if (operation == ConfigOperation::append) configs[name] += (configs[name].empty() ? "" : ",") + value;
}

}  // namespace

bool FakeCluster::answer_admin(Call& call) {
  switch (static_cast<ApiKey>(call.header.api_key)) {
    case ApiKey::delete_topics:
      return delete_topics(call), true;
    case ApiKey::create_partitions:
      return create_partitions(call), true;
    case ApiKey::describe_topic_partitions:
      return describe_topic_partitions(call), true;
    case ApiKey::describe_configs:
      return describe_configs(call), true;
    case ApiKey::incremental_alter_configs:
      return alter_configs(call), true;
    case ApiKey::delete_records:
      return delete_records(call), true;
    case ApiKey::describe_log_dirs:
      return describe_log_dirs(call), true;
    case ApiKey::describe_cluster:
      return describe_cluster(call), true;
    case ApiKey::describe_quorum:
      return describe_quorum(call), true;
    default:
      return false;
  }
}

void FakeCluster::delete_topics(Call& call) {
  const auto request = decode<protocol::DeleteTopicsRequest>(call);
  std::vector<std::string> names = request.topic_names;
  for (const auto& topic : request.topics) names.push_back(topic.name.value_or(""));
  protocol::DeleteTopicsResponse response;
  for (const std::string& name : names) {
    auto& answered = response.responses.emplace_back();
    answered.name = name;
    const ErrorCode fault = fault_ ? fault_(ApiKey::delete_topics, {name, PartitionId(-1)}, {}) : ErrorCode::none;
    answered.error_code = code(fault);
    if (fault == ErrorCode::none && topics_.erase(name) == 0)
      answered.error_code = code(ErrorCode::unknown_topic_or_partition);
  }
  reply(call, response);
}

void FakeCluster::create_partitions(Call& call) {
  const auto request = decode<protocol::CreatePartitionsRequest>(call);
  protocol::CreatePartitionsResponse response;
  for (const auto& wanted : request.topics) {
    auto& answered = response.results.emplace_back();
    answered.name = wanted.name;
    const auto topic = topics_.find(wanted.name);
    const auto total = static_cast<std::size_t>(wanted.count);
    if (topic == topics_.end()) {
      answered.error_code = code(ErrorCode::unknown_topic_or_partition);
    } else if (total <= topic->second.logs.size()) {
      answered.error_code = code(ErrorCode::invalid_partitions);
      answered.error_message = "There are " + std::to_string(topic->second.logs.size()) + " already.";
    } else if (!request.validate_only) {
      const std::size_t before = topic->second.logs.size();
      topic->second.logs.resize(total);
      for (std::size_t i = before; i < total; ++i) {
        topic->second.logs[i].leader =
            wanted.assignments ? NodeId((*wanted.assignments)[i - before].broker_ids.front()) : call.node.id;
      }
    }
  }
  reply(call, response);
}

void FakeCluster::describe_topic_partitions(Call& call) {
  auto request = decode<protocol::DescribeTopicPartitionsRequest>(call);
  protocol::DescribeTopicPartitionsResponse response;
  std::ranges::sort(request.topics, {}, [](const auto& topic) { return topic.name; });
  int left = page_;
  for (const auto& asked : request.topics) {
    if (request.cursor && asked.name < request.cursor->topic_name) continue;
    auto& answered = response.topics.emplace_back();
    answered.name = asked.name;
    const auto topic = topics_.find(asked.name);
    if (topic == topics_.end()) {
      answered.error_code = code(ErrorCode::unknown_topic_or_partition);
      continue;
    }
    answered.topic_id = topic->second.id;
    const bool begun = request.cursor && request.cursor->topic_name == asked.name;
    const auto& logs = topic->second.logs;
    for (std::size_t i = begun ? static_cast<std::size_t>(request.cursor->partition_index) : 0; i < logs.size(); ++i) {
      const auto index = static_cast<std::int32_t>(i);
      if (left-- == 0) {
        response.next_cursor = {asked.name, index};
        return reply(call, response);
      }
      auto& partition = answered.partitions.emplace_back();
      partition.partition_index = index;
      partition.leader_id = logs[i].leader.value;
      partition.leader_epoch = logs[i].epoch.value;
      if (partition.leader_id < 0) partition.error_code = code(ErrorCode::leader_not_available);
      partition.replica_nodes = partition.isr_nodes = {static_cast<std::int32_t>(i % nodes_.size() + 1)};
      partition.eligible_leader_replicas = std::vector<std::int32_t>{9};
    }
  }
  reply(call, response);
}

void FakeCluster::describe_configs(Call& call) {
  const auto request = decode<protocol::DescribeConfigsRequest>(call);
  protocol::DescribeConfigsResponse response;
  for (const auto& asked : request.resources) {
    auto& answered = response.results.emplace_back();
    answered.resource_type = asked.resource_type;
    answered.resource_name = asked.resource_name;
    const ConfigResource resource = resource_of(asked.resource_type, asked.resource_name);
    const bool topic = resource.type == ConfigResourceType::topic;
    const bool elsewhere = !topic && !resource.name.empty() && resource.name != std::to_string(call.node.id.value);
    if ((topic && !topics_.contains(resource.name)) || elsewhere) {
      answered.error_code = code(elsewhere ? ErrorCode::invalid_request : ErrorCode::unknown_topic_or_partition);
      answered.error_message = "not here";
      continue;
    }
    auto all = configs_[resource];
    for (const auto& [name, value] : kDefaults) all.emplace(name, value);
    for (const auto& [name, value] : all) {
      auto& config = answered.configs.emplace_back();
      config.name = name;
      config.value = value;
      config.config_source = static_cast<std::int8_t>(configs_[resource].contains(name) ? ConfigSource::topic
                                                                                        : ConfigSource::default_value);
      config.config_type = static_cast<std::int8_t>(name == "retention.ms" ? ConfigType::int64 : ConfigType::list);
      if (request.include_documentation) config.documentation = "What " + name + " does.";
      if (request.include_synonyms) {
        auto& synonym = config.synonyms.emplace_back();
        synonym.name = "log." + name;
        synonym.value = value;
        synonym.source = static_cast<std::int8_t>(ConfigSource::default_value);
      }
    }
  }
  reply(call, response);
}

void FakeCluster::alter_configs(Call& call) {
  const auto request = decode<protocol::IncrementalAlterConfigsRequest>(call);
  protocol::IncrementalAlterConfigsResponse response;
  for (const auto& asked : request.resources) {
    auto& answered = response.responses.emplace_back();
    answered.resource_type = asked.resource_type;
    answered.resource_name = asked.resource_name;
    auto configs = configs_[resource_of(asked.resource_type, asked.resource_name)];
    for (const auto& config : asked.configs) {
      if (config.name == "no.such.config") {
        answered.error_code = code(ErrorCode::invalid_config);
        answered.error_message = "Unknown topic config name: no.such.config";
      }
      change(configs, config.name, static_cast<ConfigOperation>(config.config_operation), config.value.value_or(""));
    }
    if (answered.error_code == 0 && !request.validate_only)
      configs_[resource_of(asked.resource_type, asked.resource_name)] = configs;
  }
  reply(call, response);
}

void FakeCluster::delete_records(Call& call) {
  const auto request = decode<protocol::DeleteRecordsRequest>(call);
  protocol::DeleteRecordsResponse response;
  for (const auto& topic : request.topics) {
    auto& answered = response.topics.emplace_back();
    answered.name = topic.name;
    for (const auto& asked : topic.partitions) {
      auto& partition = answered.partitions.emplace_back();
      const TopicPartition name{topic.name, PartitionId(asked.partition_index)};
      ErrorCode error = check(call, name, {});
      partition.partition_index = asked.partition_index;
      partition.low_watermark = -1;
      if (error == ErrorCode::none) {
        Log& log = *find(name);
        const Offset before = asked.offset < 0 ? log.end : Offset(asked.offset);
        if (before > log.end) error = ErrorCode::offset_out_of_range;
        if (before <= log.end) partition.low_watermark = (log.start = std::max(log.start, before)).value;
      }
      partition.error_code = code(error);
    }
  }
  reply(call, response);
}

void FakeCluster::describe_log_dirs(Call& call) {
  protocol::DescribeLogDirsResponse response;
  auto& directory = response.results.emplace_back();
  directory.log_dir = "/data/" + std::to_string(call.node.id.value);
  directory.total_bytes = 1000;
  directory.usable_bytes = 400;
  for (const auto& [name, topic] : topics_) {
    auto& described = directory.topics.emplace_back();
    described.name = name;
    for (std::size_t i = topic.logs.size(); i-- > 0;) {
      auto& partition = described.partitions.emplace_back();
      partition.partition_index = static_cast<std::int32_t>(i);
      for (const std::string& batch : topic.logs[i].batches)
        partition.partition_size += static_cast<std::int64_t>(batch.size());
    }
  }
  reply(call, response);
}

/// Nodes that are stopped are fenced. As a controller, it tells of one.
void FakeCluster::describe_cluster(Call& call) {
  const auto request = decode<protocol::DescribeClusterRequest>(call);
  protocol::DescribeClusterResponse response;
  response.endpoint_type = request.endpoint_type;
  response.cluster_id = "fake";
  response.controller_id = 1;
  if (request.endpoint_type != 1) {
    response.brokers.push_back({1, "127.0.0.1", call.node.port, std::nullopt, false});
    return reply(call, response);
  }
  if (fault_) response.error_code = code(fault_(ApiKey::describe_cluster, {}, {}));
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    const bool fenced = nodes_[i]->listener < 0;
    if (fenced && !request.include_fenced_brokers) continue;
    response.brokers.push_back({nodes_[i]->id.value, "127.0.0.1", nodes_[i]->port, "r1", fenced});
  }
  reply(call, response);
}

void FakeCluster::describe_quorum(Call& call) {
  const auto request = decode<protocol::DescribeQuorumRequest>(call);
  protocol::DescribeQuorumResponse response;
  auto& topic = response.topics.emplace_back();
  topic.topic_name = request.topics.front().topic_name;
  auto& partition = topic.partitions.emplace_back();
  if (fault_) partition.error_code = code(fault_(ApiKey::describe_quorum, {topic.topic_name, PartitionId(0)}, {}));
  partition.leader_id = 2;
  partition.leader_epoch = 7;
  partition.high_watermark = 90;
  const bool places = call.header.api_version >= 2;
  const auto directory = [places](std::uint64_t id) { return places ? Uuid::from_halves(1, id) : Uuid(); };
  partition.current_voters = {{2, directory(2), 100, 5000, 5000}, {1, directory(1), -1, -1, -1}};
  partition.observers = {{3, directory(3), 80, 4000, 3000}};
  if (places) response.nodes = {{2, {{"CONTROLLER", "h", 9093}, {"SSL", "::1", 9094}}}};
  reply(call, response);
}

void FakeCluster::set_page(int partitions) {
  const std::lock_guard lock(mutex_);
  page_ = partitions;
}

std::map<std::string, std::string> FakeCluster::configs(const ConfigResource& resource) const {
  const std::lock_guard lock(mutex_);
  const auto at = configs_.find(resource);
  return at == configs_.end() ? std::map<std::string, std::string>() : at->second;
}

}  // namespace kstream::test
