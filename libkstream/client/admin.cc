#include <kstream/admin.h>

#include "client/background.h"
#include "client/cluster.h"
#include "client/offsets.h"
#include "client/retry.h"
#include "protocol/create_topics.h"
#include "protocol/metadata.h"

#include <algorithm>
#include <map>
#include <utility>

namespace kstream {
namespace {

using base::MonoTime;
using client::Cluster;
using client::Connection;
using client::kOldestMetadata;
using client::milliseconds;
using protocol::CreateTopicsRequest;
using protocol::CreateTopicsResponse;
using protocol::MetadataRequest;
using protocol::MetadataResponse;

/// From here on -1 partitions and -1 replicas mean the broker's defaults (KIP-464).
constexpr int kCreateWithDefaults = 4;

Error late() { return {ErrorCode::request_timed_out, "no answer in time"}; }

std::vector<NodeId> node_ids(const std::vector<std::int32_t>& ids) {
  std::vector<NodeId> result;
  for (std::int32_t id : ids) result.push_back(NodeId(id));
  return result;
}

ClusterDescription describe(const MetadataResponse& response) {
  ClusterDescription cluster{response.cluster_id.value_or(""), NodeId(response.controller_id), {}};
  for (const auto& broker : response.brokers) {
    cluster.brokers.push_back(
        {NodeId(broker.node_id), broker.host, static_cast<std::uint16_t>(broker.port), broker.rack.value_or("")});
  }
  std::ranges::sort(cluster.brokers, {}, &BrokerInfo::id);
  return cluster;
}

TopicDescription describe(const MetadataResponse::MetadataResponseTopic& from) {
  TopicDescription topic{from.name.value_or(""), from.topic_id, from.is_internal, {}};
  for (const auto& partition : from.partitions) {
    topic.partitions.push_back({PartitionId(partition.partition_index), static_cast<ErrorCode>(partition.error_code),
                                NodeId(partition.leader_id), LeaderEpoch(partition.leader_epoch),
                                node_ids(partition.replica_nodes), node_ids(partition.isr_nodes),
                                node_ids(partition.offline_replicas)});
  }
  std::ranges::sort(topic.partitions, {}, &PartitionDescription::partition);
  return topic;
}

std::vector<DescribedTopic> describe_all(std::span<const std::string> names, const MetadataResponse& response) {
  std::map<std::string_view, const MetadataResponse::MetadataResponseTopic*> answers;
  for (const auto& topic : response.topics) answers[topic.name ? std::string_view(*topic.name) : ""] = &topic;
  std::vector<DescribedTopic> result;
  for (const std::string& name : names) {
    result.push_back({name, Error{ErrorCode::unknown_topic_or_partition, "no topic is named " + name}});
    const auto answer = answers.find(name);
    if (answer == answers.end()) continue;
    const auto code = static_cast<ErrorCode>(answer->second->error_code);
    if (code == ErrorCode::none) {
      result.back().topic = describe(*answer->second);
    } else if (code != ErrorCode::unknown_topic_or_partition) {
      result.back().topic = Error{code, "topic " + name};
    }
  }
  return result;
}

CreateTopicsRequest::CreatableTopic creatable(const NewTopic& topic) {
  CreateTopicsRequest::CreatableTopic result;
  result.name = topic.name;
  result.num_partitions = topic.partitions;
  result.replication_factor = topic.replication_factor;
  for (std::size_t i = 0; i < topic.assignments.size(); ++i) {
    auto& assignment = result.assignments.emplace_back();
    assignment.partition_index = static_cast<std::int32_t>(i);
    for (NodeId node : topic.assignments[i]) assignment.broker_ids.push_back(node.value);
  }
  for (const auto& [name, value] : topic.configs) {
    auto& config = result.configs.emplace_back();
    config.name = name;
    config.value = value;
  }
  return result;
}

std::vector<CreateTopicResult> created(const std::vector<NewTopic>& topics, const CreateTopicsResponse& response) {
  std::map<std::string_view, const CreateTopicsResponse::CreatableTopicResult*> answers;
  for (const auto& answer : response.topics) answers[answer.name] = &answer;
  std::vector<CreateTopicResult> results;
  for (const NewTopic& topic : topics) {
    results.push_back({topic.name, Error{ErrorCode::unknown_server_error, "the broker left this topic out"}});
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

/// What create_topics sends.
struct Creation {
  std::vector<NewTopic> topics;
  bool validate_only;
  MonoTime deadline;
};

CreateTopicsRequest make_request(const Creation& creation) {
  CreateTopicsRequest request;
  for (const NewTopic& topic : creation.topics) request.topics.push_back(creatable(topic));
  request.validate_only = creation.validate_only;
  const auto left = std::chrono::duration_cast<milliseconds>(creation.deadline - client::mono_now());
  request.timeout_ms = static_cast<std::int32_t>(std::clamp<std::int64_t>(left.count(), 1, INT32_MAX));
  return request;
}

}  // namespace

class Admin::Impl {
 public:
  explicit Impl(client::ClientSettings settings) : cluster_(background_.context(), std::move(settings), [] {}) {}
  ~Impl() {
    background_.finish([this] { cluster_.stop(); });
  }

  using Response = Result<MetadataResponse>;
  Response metadata(MetadataRequest request, milliseconds timeout);
  Result<std::vector<CreateTopicResult>> create(Creation creation, milliseconds timeout);
  std::vector<ListedOffset> list(std::vector<OffsetQuery> queries, bool read_committed, milliseconds timeout);

 private:
  asio::awaitable<Response> ask(MetadataRequest request, MonoTime deadline);
  asio::awaitable<Result<std::vector<CreateTopicResult>>> ask(Creation creation);
  asio::awaitable<Result<Connection*>> controller(MonoTime deadline);

  client::Background background_;
  Cluster cluster_;
};

asio::awaitable<Result<MetadataResponse>> Admin::Impl::ask(MetadataRequest request, MonoTime deadline) {
  Result<Connection*> connection = co_await cluster_.any(deadline);
  if (!connection) co_return connection.error();
  auto reply = co_await cluster_.call(*connection, std::move(request), {}, kOldestMetadata);
  if (!reply) co_return reply.error();
  const auto code = static_cast<ErrorCode>(reply->message.error_code);
  if (code != ErrorCode::none) co_return Error{code, "the brokers refuse to tell of the cluster"};
  co_return std::move(reply->message);
}

Admin::Impl::Response Admin::Impl::metadata(MetadataRequest request, milliseconds timeout) {
  const MonoTime deadline = client::work_deadline(timeout);
  const auto work = [this, request, deadline] {
    return client::retry(cluster_, deadline, [this, request, deadline] { return ask(request, deadline); });
  };
  return background_.wait<Response>(work, client::deadline_after(timeout), late());
}

/// The broker that takes requests for the controller, as far as anybody knows; before 4.0 only it takes them.
asio::awaitable<Result<Connection*>> Admin::Impl::controller(MonoTime deadline) {
  cluster_.refresh();
  while (cluster_.metadata().brokers().empty() && !cluster_.stopping()) {
    if (client::mono_now() >= deadline) co_return cluster_.trouble();
    co_await cluster_.wait_for_change(deadline);
  }
  const NodeId node = cluster_.metadata().controller();
  while (cluster_.metadata().brokers().contains(node) && !cluster_.stopping()) {
    if (Connection* connection = cluster_.ready_connection(node)) co_return connection;
    if (Error trouble = cluster_.connection(node)->trouble(); trouble.code != ErrorCode::none) co_return trouble;
    if (client::mono_now() >= deadline) co_return late();
    co_await cluster_.wait_for_change(deadline);
  }
  Result<Connection*> other = co_await cluster_.any(deadline);
  co_return other;
}

asio::awaitable<Result<std::vector<CreateTopicResult>>> Admin::Impl::ask(Creation creation) {
  Result<Connection*> connection = co_await controller(creation.deadline);
  if (!connection) co_return connection.error();
  CreateTopicsRequest request = make_request(creation);
  const bool defaults = std::ranges::any_of(creation.topics, [](const NewTopic& topic) {
    return topic.assignments.empty() && (topic.partitions < 0 || topic.replication_factor < 0);
  });
  const int low = defaults ? kCreateWithDefaults : CreateTopicsRequest::kMinVersion;
  auto reply = co_await cluster_.call(*connection, std::move(request), {}, low);
  if (!reply) co_return reply.error();
  std::vector<CreateTopicResult> results = created(creation.topics, reply->message);
  for (const CreateTopicResult& result : results) {
    if (result.topic.code() == ErrorCode::not_controller) co_return result.topic.error();
  }
  co_return results;
}

Result<std::vector<CreateTopicResult>> Admin::Impl::create(Creation creation, milliseconds timeout) {
  using Results = Result<std::vector<CreateTopicResult>>;
  const auto work = [this, creation] {
    return client::retry(cluster_, creation.deadline, [this, creation] { return ask(creation); });
  };
  return background_.wait<Results>(work, client::deadline_after(timeout), late());
}

std::vector<ListedOffset> Admin::Impl::list(std::vector<OffsetQuery> queries, bool read_committed,
                                            milliseconds timeout) {
  const MonoTime deadline = client::work_deadline(timeout);
  const auto work = [this, queries, read_committed, deadline] {
    return client::list_offsets(cluster_, queries, read_committed, deadline);
  };
  return background_.wait(work, client::deadline_after(timeout), client::failed_offsets(queries, late()));
}

Result<Admin> Admin::create(const ClientConfig& config) {
  Result<client::ClientSettings> settings = client::client_settings(config);
  if (!settings) return settings.error();
  return Admin(std::make_unique<Impl>(*std::move(settings)));
}

Admin::Admin(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Admin::Admin(Admin&&) noexcept = default;
Admin& Admin::operator=(Admin&&) noexcept = default;
Admin::~Admin() = default;

Result<ClusterDescription> Admin::describe_cluster(milliseconds timeout) {
  MetadataRequest request;
  request.allow_auto_topic_creation = false;
  Result<MetadataResponse> response = impl_->metadata(std::move(request), timeout);
  if (!response) return response.error();
  return describe(*response);
}

Result<std::vector<Admin::ListedTopic>> Admin::list_topics(milliseconds timeout) {
  MetadataRequest request;
  request.topics.reset();
  request.allow_auto_topic_creation = false;
  Result<MetadataResponse> response = impl_->metadata(std::move(request), timeout);
  if (!response) return response.error();
  std::vector<ListedTopic> topics;
  for (const auto& topic : response->topics) {
    topics.push_back({topic.name.value_or(""), topic.topic_id, topic.is_internal,
                      static_cast<std::int32_t>(topic.partitions.size())});
  }
  std::ranges::sort(topics, {}, &ListedTopic::name);
  return topics;
}

Result<std::vector<DescribedTopic>> Admin::describe_topics(std::span<const std::string> names, milliseconds timeout) {
  MetadataRequest request;
  request.allow_auto_topic_creation = false;
  for (const std::string& name : names) request.topics->emplace_back().name = name;
  Result<MetadataResponse> response = impl_->metadata(std::move(request), timeout);
  if (!response) return response.error();
  return describe_all(names, *response);
}

Result<std::vector<CreateTopicResult>> Admin::create_topics(std::span<const NewTopic> topics, bool validate_only,
                                                            milliseconds timeout) {
  Creation creation{{topics.begin(), topics.end()}, validate_only, client::work_deadline(timeout)};
  return impl_->create(std::move(creation), timeout);
}

std::vector<ListedOffset> Admin::list_offsets(std::span<const OffsetQuery> queries, bool read_committed,
                                              milliseconds timeout) {
  return impl_->list({queries.begin(), queries.end()}, read_committed, timeout);
}

}  // namespace kstream
