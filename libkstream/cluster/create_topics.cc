#include "base/config/effective.h"
#include "cluster/batch_limits.h"
#include "cluster/controller.h"
#include "cluster/new_partition.h"
#include "cluster/placement.h"
#include "cluster/topic_name.h"

#include <algorithm>
#include <map>

namespace kstream::cluster {
namespace {

using protocol::CreateTopicsRequest;
using protocol::CreateTopicsResponse;
using Assignment = std::vector<std::vector<NodeId>>;  ///< replicas by partition

/// Kafka's limit of the partitions asked for.
constexpr std::int64_t kMaxPartitionsPerRequest = 10'000;

template <class Number>
std::string text(Number number) {
  return std::to_string(number);
}

CreateTopicsResponse::CreatableTopicResult refused_topic(std::string name, const Error& error) {
  CreateTopicsResponse::CreatableTopicResult result;
  result.name = std::move(name);
  result.error_code = static_cast<std::int16_t>(error.code);
  result.error_message = error.detail;
  return result;
}

/// The request's topics as one decision. Each fails or succeeds on its own, but above a limit all fail.
class CreateTopics {
 public:
  CreateTopics(const CreateTopicsRequest& request, const Image& proposed, const Context& context)
      : request_(request), image_(proposed), context_(context) {}

  Decision<CreateTopicsResponse> decide() {
    std::map<std::string_view, int> times;
    for (const auto& topic : request_.topics) ++times[topic.name];
    Status all = check_partitions();
    for (const auto& topic : request_.topics) {
      const int named = std::exchange(times[topic.name], 0);
      if (named == 0) continue;  // Answered where it came first.
      Status made = named > 1 ? Status(ErrorCode::invalid_request, "the request names the topic more than once") : all;
      if (made) made = create(topic);
      if (!made) decision_.response.topics.push_back(refused_topic(topic.name, made.error()));
      if (all) all = check_record_count(decision_.records);
    }
    if (all) all = check_record_bytes(decision_.records);
    if (!all) {
      for (auto& result : decision_.response.topics) result = refused_topic(std::move(result.name), all.error());
    }
    if (!all || request_.validate_only) decision_.records.clear();
    return std::move(decision_);
  }

 private:
  Status check_partitions() const;
  Status check_name(const std::string& name) const;
  Result<config::Values> check_configs(const CreateTopicsRequest::CreatableTopic& topic) const;
  Result<Assignment> assign(const CreateTopicsRequest::CreatableTopic& topic) const;
  Result<Assignment> manual(const CreateTopicsRequest::CreatableTopic& topic) const;
  Status create(const CreateTopicsRequest::CreatableTopic& topic);
  void write(const std::string& name, const Uuid& id, const config::Values& configs, const Assignment& assignment);
  void answer(const std::string& name, const Uuid& id, const config::Values& configs, const Assignment& assignment);

  const CreateTopicsRequest& request_;
  const Image& image_;
  const Context& context_;
  Decision<CreateTopicsResponse> decision_;
};

Status CreateTopics::check_partitions() const {
  std::int64_t partitions = 0;
  for (const auto& topic : request_.topics) {
    if (!topic.assignments.empty()) {
      partitions += static_cast<std::int64_t>(topic.assignments.size());
    } else {
      partitions += topic.num_partitions == -1 ? context_.config.num_partitions : std::max(topic.num_partitions, 0);
    }
  }
  if (partitions <= kMaxPartitionsPerRequest) return {};
  return {ErrorCode::policy_violation, "the request is for " + text(partitions) + " partitions; at most " +
                                           text(kMaxPartitionsPerRequest) + " can be made at once"};
}

Status CreateTopics::check_name(const std::string& name) const {
  if (Status legal = check_topic_name(name); !legal) return legal;
  if (name == kMetadataTopic) return {ErrorCode::invalid_request, "topic " + name + " is the metadata log's"};
  if (image_.topic(name)) return {ErrorCode::topic_already_exists, "Topic '" + name + "' already exists."};
  const Topic* other = image_.colliding_topic(name);
  if (!other) return {};
  return {ErrorCode::invalid_topic_exception, "topic " + name + " would collide with topic " + other->name +
                                                  ": names must differ in more than '.' and '_'"};
}

Result<config::Values> CreateTopics::check_configs(const CreateTopicsRequest::CreatableTopic& topic) const {
  config::Values values;
  for (const auto& config : topic.configs) {
    if (!config.value)
      return {ErrorCode::invalid_config, "config " + config.name.substr(0, kMaxQuoted) + " has no value"};
    if (Status valid = config::validate_topic_config(config.name, *config.value); !valid) return valid.error();
    values.insert_or_assign(config.name, *config.value);
  }
  return values;
}

Result<Assignment> CreateTopics::assign(const CreateTopicsRequest::CreatableTopic& topic) const {
  if (!topic.assignments.empty()) return manual(topic);
  if (topic.replication_factor < -1 || topic.replication_factor == 0) {
    return {ErrorCode::invalid_replication_factor, "the replication factor must be above 0, or -1 for the default"};
  }
  if (topic.num_partitions < -1 || topic.num_partitions == 0) {
    return {ErrorCode::invalid_partitions, "the number of partitions must be above 0, or -1 for the default"};
  }
  const auto& config = context_.config;
  return place_replicas(image_, topic.num_partitions == -1 ? config.num_partitions : topic.num_partitions,
                        topic.replication_factor == -1 ? config.default_replication_factor : topic.replication_factor,
                        context_.random);
}

Result<Assignment> CreateTopics::manual(const CreateTopicsRequest::CreatableTopic& topic) const {
  if (topic.replication_factor != -1 || topic.num_partitions != -1) {
    return {ErrorCode::invalid_request,
            "with replicas given, the number of partitions and the replication factor must be -1"};
  }
  const auto refuse = [](std::string why) { return Error{ErrorCode::invalid_replica_assignment, std::move(why)}; };
  Assignment assignment(topic.assignments.size());
  for (const auto& given : topic.assignments) {
    const auto index = static_cast<std::size_t>(given.partition_index);
    if (given.partition_index < 0 || index >= assignment.size() || !assignment[index].empty()) {
      return refuse("partitions must be numbered from 0 without gaps, each given once");
    }
    if (Status valid = check_replicas(image_, given.broker_ids); !valid) return valid.error();
    if (given.broker_ids.size() != topic.assignments.front().broker_ids.size()) {
      return refuse("partition " + text(given.partition_index) + " has another number of replicas than the others");
    }
    for (std::int32_t id : given.broker_ids) assignment[index].emplace_back(id);
  }
  return assignment;
}

Status CreateTopics::create(const CreateTopicsRequest::CreatableTopic& topic) {
  if (Status valid = check_name(topic.name); !valid) return valid;
  const auto configs = check_configs(topic);
  if (!configs) return configs.error();
  const auto assignment = assign(topic);
  if (!assignment) return assignment.error();
  const Uuid id = context_.random.uuid();
  write(topic.name, id, *configs, *assignment);
  answer(topic.name, id, *configs, *assignment);
  return {};
}

void CreateTopics::write(const std::string& name, const Uuid& id, const config::Values& configs,
                         const Assignment& assignment) {
  protocol::TopicRecord topic;
  topic.name = name;
  topic.topic_id = id;
  decision_.records.emplace_back(std::move(topic));
  for (const auto& [config, value] : configs) {
    protocol::ConfigRecord r;
    r.resource_type = static_cast<std::int8_t>(ResourceType::topic);
    r.resource_name = name;
    r.name = config;
    r.value = value;
    decision_.records.emplace_back(std::move(r));
  }
  for (std::size_t i = 0; i < assignment.size(); ++i) {
    decision_.records.emplace_back(new_partition(image_, id, static_cast<std::int32_t>(i), assignment[i]));
  }
}

void CreateTopics::answer(const std::string& name, const Uuid& id, const config::Values& configs,
                          const Assignment& assignment) {
  auto& result = decision_.response.topics.emplace_back();
  result.name = name;
  result.topic_id = id;
  result.error_message = std::nullopt;
  result.num_partitions = static_cast<std::int32_t>(assignment.size());
  result.replication_factor = static_cast<std::int16_t>(assignment.front().size());
  auto& told = result.configs.emplace();
  for (const auto& config : config::effective_topic_configs(
           configs, context_.config.values, context_.config.cluster_overrides, context_.config.own_overrides)) {
    auto& to = told.emplace_back();
    to.name = config.row->name;
    to.value = config.value;
    to.config_source = static_cast<std::int8_t>(config.source);
  }
}

}  // namespace

CreateTopicsResponse refused(const CreateTopicsRequest& request, const Error& error) {
  CreateTopicsResponse response;
  for (const auto& topic : request.topics) response.topics.push_back(refused_topic(topic.name, error));
  return response;
}

Decision<CreateTopicsResponse> decide(const CreateTopicsRequest& request, const Image& proposed,
                                      const Context& context) {
  return CreateTopics(request, proposed, context).decide();
}

}  // namespace kstream::cluster
