#include <kstream/admin.h>

#include "client/background.h"
#include "client/cluster.h"
#include "client/cluster_exchange.h"
#include "client/config_exchange.h"
#include "client/deletions.h"
#include "client/log_dirs.h"
#include "client/offsets.h"
#include "client/retry.h"
#include "client/together.h"
#include "client/topic_exchange.h"

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
using protocol::ApiVersionsRequest;
using protocol::CreatePartitionsRequest;
using protocol::CreatePartitionsResponse;
using protocol::CreateTopicsRequest;
using protocol::CreateTopicsResponse;
using protocol::DeleteTopicsRequest;
using protocol::DeleteTopicsResponse;
using protocol::DescribeClusterRequest;
using protocol::DescribeConfigsRequest;
using protocol::DescribeLogDirsRequest;
using protocol::DescribeQuorumRequest;
using protocol::DescribeTopicPartitionsRequest;
using protocol::IncrementalAlterConfigsRequest;
using protocol::MetadataRequest;
using protocol::MetadataResponse;

/// From here on -1 partitions and -1 replicas mean the broker's defaults (KIP-464).
constexpr int kCreateWithDefaults = 4;
/// From here on a config's type and documentation are told (KIP-569).
constexpr int kConfigDocumentation = 3;
/// From here on it can be said whether brokers or controllers are meant (KIP-919), and that fenced ones are, too
/// (KIP-1073).
constexpr int kEndpointTypes = 1;
constexpr int kFencedBrokers = 2;
/// From here on features are told (KIP-584).
constexpr int kFeatures = 3;

void fail(DescribedConfigs& answer, const Error& error) { answer.configs = error; }
void fail(AlteredConfigs& answer, const Error& error) { answer.status = error; }
void fail(DescribedLogDirectories& answer, const Error& error) { answer.directories = error; }

template <class Answer>
bool is_refused(const std::vector<Answer>& answers) {
  const auto refused = static_cast<std::int16_t>(ErrorCode::not_controller);
  return std::ranges::any_of(answers, [&](const Answer& answer) { return answer.error_code == refused; });
}
/// Whether the broker is not the controller, and does not pass on either what only that can do.
bool is_refused(const CreateTopicsResponse& response) { return is_refused(response.topics); }
bool is_refused(const DeleteTopicsResponse& response) { return is_refused(response.responses); }
bool is_refused(const CreatePartitionsResponse& response) { return is_refused(response.results); }

}  // namespace

class Admin::Impl {
 public:
  explicit Impl(client::ClientSettings settings) : cluster_(background_.context(), std::move(settings), [] {}) {}
  ~Impl() {
    background_.finish([this] { cluster_.stop(); });
  }

  Result<MetadataResponse> metadata(const MetadataRequest& request, milliseconds timeout);
  Result<ClusterDescription> describe_cluster(bool fenced_too, milliseconds timeout);
  Result<QuorumDescription> describe_quorum(milliseconds timeout);
  Result<FeatureDescription> describe_features(milliseconds timeout);
  Result<std::vector<DescribedTopic>> describe_topics(const std::vector<std::string>& names, milliseconds timeout);
  /// Has the controller do what `make(version)` asks for, in version `low` at least.
  template <class Request, class Make>
  Result<typename Request::Response> change(Make make, int low, milliseconds timeout);
  std::vector<DescribedConfigs> describe_configs(std::vector<ConfigResource> resources, DescribeConfigs how,
                                                 milliseconds timeout);
  std::vector<AlteredConfigs> alter_configs(std::vector<ConfigAlteration> alterations, bool validate_only,
                                            milliseconds timeout);
  std::vector<DeletedRecords> delete_records(const std::vector<RecordDeletion>& deletions, milliseconds timeout);
  std::vector<DescribedLogDirectories> describe_log_dirs(std::vector<NodeId> brokers, milliseconds timeout);
  std::vector<ListedOffset> list(const std::vector<OffsetQuery>& queries, bool read_committed, milliseconds timeout);

 private:
  /// A broker; none: any of them.
  using Node = std::optional<NodeId>;
  /// What has to be asked of which broker: the indices of the items.
  using Shares = std::map<Node, std::vector<std::size_t>>;

  /// Awaits `attempt(deadline)`, an awaitable<Result<T>>, again and again while its error may pass and time is left.
  template <class T, class Attempt>
  Result<T> try_for(milliseconds timeout, Attempt attempt);
  asio::awaitable<Result<MetadataResponse>> ask(MetadataRequest request, MonoTime deadline);
  asio::awaitable<Result<ClusterDescription>> ask_endpoints(EndpointType type, bool fenced_too, MonoTime deadline);
  asio::awaitable<Result<ClusterDescription>> ask_cluster(bool fenced_too, MonoTime deadline);
  asio::awaitable<Result<QuorumDescription>> ask_quorum(MonoTime deadline);
  asio::awaitable<Result<FeatureDescription>> ask_features(MonoTime deadline);
  asio::awaitable<Result<std::vector<DescribedTopic>>> ask_topics(std::vector<std::string> names, MonoTime deadline);
  template <class Request, class Make>
  asio::awaitable<Result<typename Request::Response>> ask_controller(Make make, int low, MonoTime deadline);
  template <class Request>
  asio::awaitable<Result<typename Request::Response>> ask_node(Node node, Request request, int low, MonoTime deadline);
  template <class Answer>
  std::vector<Answer> ask_all(
      const Shares& shares, std::vector<Answer> answers, milliseconds timeout,
      std::function<asio::awaitable<std::vector<Answer>>(Node, std::vector<std::size_t> share, MonoTime deadline)> ask);
  asio::awaitable<Status> learn_brokers(MonoTime deadline);
  asio::awaitable<Result<Connection*>> broker(NodeId node, MonoTime deadline);
  asio::awaitable<Result<Connection*>> connection_to(Node node, MonoTime deadline);
  asio::awaitable<Result<Connection*>> controller(MonoTime deadline);

  client::Background background_;
  Cluster cluster_;
};

template <class T, class Attempt>
Result<T> Admin::Impl::try_for(milliseconds timeout, Attempt attempt) {
  const MonoTime deadline = client::work_deadline(timeout);
  const auto work = [this, attempt, deadline] {
    return client::retry(cluster_, deadline, [attempt, deadline] { return attempt(deadline); });
  };
  return background_.wait<Result<T>>(work, client::deadline_after(timeout), [this] { return cluster_.late(); });
}

asio::awaitable<Result<MetadataResponse>> Admin::Impl::ask(MetadataRequest request, MonoTime deadline) {
  Result<Connection*> connection = co_await cluster_.any(deadline);
  if (!connection) co_return connection.error();
  auto reply = co_await cluster_.call(*connection, std::move(request), {}, kOldestMetadata);
  if (!reply) co_return reply.error();
  const auto code = static_cast<ErrorCode>(reply->message.error_code);
  if (code != ErrorCode::none) co_return Error{code, "the brokers refuse to tell of the cluster"};
  co_return std::move(reply->message);
}

Result<MetadataResponse> Admin::Impl::metadata(const MetadataRequest& request, milliseconds timeout) {
  return try_for<MetadataResponse>(timeout, [this, request](MonoTime deadline) { return ask(request, deadline); });
}

/// Brokers that do not know DescribeCluster tell with their metadata.
asio::awaitable<Result<ClusterDescription>> Admin::Impl::ask_endpoints(EndpointType type, bool fenced_too,
                                                                       MonoTime deadline) {
  using Request = DescribeClusterRequest;
  Result<Connection*> connection = co_await cluster_.any(deadline);
  if (!connection) co_return connection.error();
  const bool brokers = type == EndpointType::broker;
  const int low = brokers ? Request::kMinVersion : kEndpointTypes;
  const Result<int> version = (*connection)->version(Request::kApiKey, low, Request::kMaxVersion);
  if (!version && !brokers) co_return version.error();
  if (!version) {
    MetadataRequest metadata;
    metadata.allow_auto_topic_creation = false;
    auto response = co_await ask(std::move(metadata), deadline);
    if (!response) co_return response.error();
    co_return client::described_cluster(*response);
  }
  Request request;
  request.endpoint_type = static_cast<std::int8_t>(type);
  const bool with_fenced = brokers && fenced_too && *version >= kFencedBrokers;
  request.include_fenced_brokers = with_fenced;
  auto reply = co_await cluster_.call(*connection, std::move(request), {}, *version, *version);
  if (!reply) co_return reply.error();
  auto cluster = client::described_cluster(reply->message);
  if (cluster) cluster->with_fenced = with_fenced;
  co_return cluster;
}

/// A controller does not tell of brokers.
asio::awaitable<Result<ClusterDescription>> Admin::Impl::ask_cluster(bool fenced_too, MonoTime deadline) {
  auto cluster = co_await ask_endpoints(EndpointType::broker, fenced_too, deadline);
  if (cluster.code() == ErrorCode::mismatched_endpoint_type)
    cluster = co_await ask_endpoints(EndpointType::controller, fenced_too, deadline);
  co_return cluster;
}

Result<ClusterDescription> Admin::Impl::describe_cluster(bool fenced_too, milliseconds timeout) {
  return try_for<ClusterDescription>(
      timeout, [this, fenced_too](MonoTime deadline) { return ask_cluster(fenced_too, deadline); });
}

asio::awaitable<Result<QuorumDescription>> Admin::Impl::ask_quorum(MonoTime deadline) {
  Result<Connection*> connection = co_await cluster_.any(deadline);
  if (!connection) co_return connection.error();
  DescribeQuorumRequest request = client::quorum_request();
  auto reply = co_await cluster_.call(*connection, std::move(request));
  if (!reply) co_return reply.error();
  co_return client::described_quorum(reply->message);
}

Result<QuorumDescription> Admin::Impl::describe_quorum(milliseconds timeout) {
  return try_for<QuorumDescription>(timeout, [this](MonoTime deadline) { return ask_quorum(deadline); });
}

asio::awaitable<Result<FeatureDescription>> Admin::Impl::ask_features(MonoTime deadline) {
  Result<Connection*> connection = co_await cluster_.any(deadline);
  if (!connection) co_return connection.error();
  ApiVersionsRequest request = client::versions_request();
  auto reply = co_await cluster_.call(*connection, std::move(request), {}, kFeatures);
  if (!reply) co_return reply.error();
  co_return client::described_features(reply->message);
}

Result<FeatureDescription> Admin::Impl::describe_features(milliseconds timeout) {
  return try_for<FeatureDescription>(timeout, [this](MonoTime deadline) { return ask_features(deadline); });
}

asio::awaitable<Result<std::vector<DescribedTopic>>> Admin::Impl::ask_topics(std::vector<std::string> names,
                                                                             MonoTime deadline) {
  using Pages = DescribeTopicPartitionsRequest;
  client::TopicPages pages(names);
  while (!pages.done()) {
    Result<Connection*> connection = co_await cluster_.any(deadline);
    if (!connection) co_return connection.error();
    if (!(*connection)->version(Pages::kApiKey, Pages::kMinVersion, Pages::kMaxVersion)) {
      MetadataRequest request;
      request.allow_auto_topic_creation = false;
      for (const std::string& name : names) request.topics->emplace_back().name = name;
      auto response = co_await ask(std::move(request), deadline);
      if (!response) co_return response.error();
      co_return client::describe_topics(names, *response);
    }
    Pages request = pages.next();
    auto reply = co_await cluster_.call(*connection, std::move(request));
    if (!reply) co_return reply.error();
    if (Status taken = pages.take(reply->message); !taken) co_return taken.error();
  }
  co_return std::move(pages).topics();
}

Result<std::vector<DescribedTopic>> Admin::Impl::describe_topics(const std::vector<std::string>& names,
                                                                 milliseconds timeout) {
  return try_for<std::vector<DescribedTopic>>(timeout,
                                              [this, names](MonoTime deadline) { return ask_topics(names, deadline); });
}

/// Until metadata has told of some broker.
asio::awaitable<Status> Admin::Impl::learn_brokers(MonoTime deadline) {
  cluster_.refresh();
  while (cluster_.metadata().brokers().empty() && !cluster_.stopping()) {
    if (client::mono_now() >= deadline) co_return cluster_.late();
    co_await cluster_.wait_for_change(deadline);
  }
  co_return Status();
}

asio::awaitable<Result<Connection*>> Admin::Impl::broker(NodeId node, MonoTime deadline) {
  const Status learned = co_await learn_brokers(deadline);
  if (!learned) co_return learned.error();
  while (cluster_.metadata().brokers().contains(node) && !cluster_.stopping()) {
    if (Connection* connection = cluster_.ready_connection(node)) co_return connection;
    if (Error trouble = cluster_.connection(node)->trouble(); trouble.code != ErrorCode::none) co_return trouble;
    if (client::mono_now() >= deadline) co_return cluster_.late();
    co_await cluster_.wait_for_change(deadline);
  }
  co_return Error{ErrorCode::broker_not_available, "there is no broker " + std::to_string(node.value)};
}

asio::awaitable<Result<Connection*>> Admin::Impl::connection_to(Node node, MonoTime deadline) {
  asio::awaitable<Result<Connection*>> wanted = node ? broker(*node, deadline) : cluster_.any(deadline);
  Result<Connection*> connection = co_await std::move(wanted);
  co_return connection;
}

/// The broker that takes requests for the controller, as far as anybody knows; before 4.0 only it takes them.
asio::awaitable<Result<Connection*>> Admin::Impl::controller(MonoTime deadline) {
  const Status learned = co_await learn_brokers(deadline);
  if (!learned) co_return learned.error();
  Node node = cluster_.metadata().controller();
  if (!cluster_.metadata().brokers().contains(*node)) node.reset();
  Result<Connection*> connection = co_await connection_to(node, deadline);
  co_return connection;
}

template <class Request, class Make>
asio::awaitable<Result<typename Request::Response>> Admin::Impl::ask_controller(Make make, int low, MonoTime deadline) {
  Result<Connection*> connection = co_await controller(deadline);
  if (!connection) co_return connection.error();
  const Result<int> version = (*connection)->version(Request::kApiKey, low, Request::kMaxVersion);
  if (!version) co_return version.error();
  Request request = make(*version);
  request.timeout_ms = client::milliseconds_left(deadline);
  auto reply = co_await cluster_.call(*connection, std::move(request), {}, *version, *version);
  if (!reply) co_return reply.error();
  if (is_refused(reply->message)) co_return Error{ErrorCode::not_controller, "the controller is elsewhere by now"};
  co_return std::move(reply->message);
}

template <class Request, class Make>
Result<typename Request::Response> Admin::Impl::change(Make make, int low, milliseconds timeout) {
  return try_for<typename Request::Response>(
      timeout, [this, make, low](MonoTime deadline) { return ask_controller<Request>(make, low, deadline); });
}

template <class Request>
asio::awaitable<Result<typename Request::Response>> Admin::Impl::ask_node(Node node, Request request, int low,
                                                                          MonoTime deadline) {
  const auto attempt = [this, node, request, low, deadline]() -> asio::awaitable<Result<typename Request::Response>> {
    Result<Connection*> connection = co_await connection_to(node, deadline);
    if (!connection) co_return connection.error();
    Request copy = request;
    auto reply = co_await cluster_.call(*connection, std::move(copy), {}, low);
    if (!reply) co_return reply.error();
    co_return std::move(reply->message);
  };
  auto response = co_await client::retry(cluster_, deadline, attempt);
  co_return response;
}

/// Has `ask` answer each share of the items, all at the same time; a share's answers stand in its order. `answers` are
/// those of items that are in no share.
template <class Answer>
std::vector<Answer> Admin::Impl::ask_all(
    const Shares& shares, std::vector<Answer> answers, milliseconds timeout,
    std::function<asio::awaitable<std::vector<Answer>>(Node, std::vector<std::size_t>, MonoTime)> ask) {
  const MonoTime deadline = client::work_deadline(timeout);
  struct Progress {
    std::vector<Answer> answers;
    Shares open;
  };
  const auto progress = std::make_shared<Progress>(Progress{std::move(answers), shares});
  const auto work = [this, shares, progress, deadline, ask]() -> asio::awaitable<std::vector<Answer>> {
    std::vector<asio::awaitable<void>> works;
    const auto one = [&progress, &ask, deadline](Node node, std::vector<std::size_t> share) -> asio::awaitable<void> {
      std::vector<Answer> told = co_await ask(node, share, deadline);
      for (std::size_t i = 0; i < share.size(); ++i) progress->answers[share[i]] = std::move(told[i]);
      progress->open.erase(node);
    };
    works.reserve(shares.size());
    for (const auto& [node, share] : shares) works.push_back(one(node, share));
    co_await client::together(background_.context(), std::move(works));
    co_return progress->answers;
  };
  return background_.wait<std::vector<Answer>>(work, client::deadline_after(timeout), [this, progress] {
    for (const auto& [node, share] : progress->open) {
      for (std::size_t i : share) fail(progress->answers[i], cluster_.late());
    }
    return progress->answers;
  });
}

/// Those of `all` that have these indices.
template <class T>
std::vector<T> chosen(const std::vector<T>& all, const std::vector<std::size_t>& indices) {
  std::vector<T> result;
  result.reserve(indices.size());
  for (std::size_t i : indices) result.push_back(all[i]);
  return result;
}

std::vector<DescribedConfigs> Admin::Impl::describe_configs(std::vector<ConfigResource> resources, DescribeConfigs how,
                                                            milliseconds timeout) {
  std::vector<DescribedConfigs> answers;
  Shares shares;
  for (std::size_t i = 0; i < resources.size(); ++i) {
    const auto node = client::broker_of(resources[i]);
    answers.push_back(
        {resources[i], node ? Result<std::vector<ConfigEntry>>(std::vector<ConfigEntry>()) : node.error()});
    if (node) shares[*node].push_back(i);
  }
  const auto ask = [this, resources, how](Node node, std::vector<std::size_t> share,
                                          MonoTime deadline) -> asio::awaitable<std::vector<DescribedConfigs>> {
    const std::vector<ConfigResource> asked = chosen(resources, share);
    DescribeConfigsRequest request = client::describe_request(asked, how);
    const int low = how.documentation ? kConfigDocumentation : DescribeConfigsRequest::kMinVersion;
    auto response = co_await ask_node(node, std::move(request), low, deadline);
    if (response) co_return client::described_configs(asked, *response);
    std::vector<DescribedConfigs> failed;
    failed.reserve(asked.size());
    for (const ConfigResource& resource : asked) failed.push_back({resource, response.error()});
    co_return failed;
  };
  return ask_all<DescribedConfigs>(shares, std::move(answers), timeout, ask);
}

std::vector<AlteredConfigs> Admin::Impl::alter_configs(std::vector<ConfigAlteration> alterations, bool validate_only,
                                                       milliseconds timeout) {
  std::vector<AlteredConfigs> answers;
  Shares shares;
  for (std::size_t i = 0; i < alterations.size(); ++i) {
    const auto node = client::broker_of(alterations[i].resource);
    answers.push_back({alterations[i].resource, node ? Status() : node.error()});
    if (node) shares[*node].push_back(i);
  }
  const auto ask = [this, alterations, validate_only](
                       Node node, std::vector<std::size_t> share,
                       MonoTime deadline) -> asio::awaitable<std::vector<AlteredConfigs>> {
    const std::vector<ConfigAlteration> asked = chosen(alterations, share);
    IncrementalAlterConfigsRequest request = client::alter_request(asked, validate_only);
    auto response = co_await ask_node(node, std::move(request), IncrementalAlterConfigsRequest::kMinVersion, deadline);
    if (response) co_return client::altered_configs(asked, *response);
    std::vector<AlteredConfigs> failed;
    failed.reserve(asked.size());
    for (const ConfigAlteration& alteration : asked) failed.push_back({alteration.resource, response.error()});
    co_return failed;
  };
  return ask_all<AlteredConfigs>(shares, std::move(answers), timeout, ask);
}

std::vector<DescribedLogDirectories> Admin::Impl::describe_log_dirs(std::vector<NodeId> brokers, milliseconds timeout) {
  std::vector<DescribedLogDirectories> answers;
  Shares shares;
  for (std::size_t i = 0; i < brokers.size(); ++i) {
    answers.push_back({brokers[i], std::vector<LogDirectory>()});
    shares[brokers[i]].push_back(i);
  }
  const auto ask = [this](Node node, std::vector<std::size_t> share,
                          MonoTime deadline) -> asio::awaitable<std::vector<DescribedLogDirectories>> {
    DescribeLogDirsRequest request;
    request.topics.reset();
    auto response = co_await ask_node(node, std::move(request), DescribeLogDirsRequest::kMinVersion, deadline);
    const DescribedLogDirectories answer{
        *node, response ? client::log_directories(*response) : Result<std::vector<LogDirectory>>(response.error())};
    co_return std::vector<DescribedLogDirectories>(share.size(), answer);
  };
  return ask_all<DescribedLogDirectories>(shares, std::move(answers), timeout, ask);
}

std::vector<DeletedRecords> Admin::Impl::delete_records(const std::vector<RecordDeletion>& deletions,
                                                        milliseconds timeout) {
  const MonoTime deadline = client::work_deadline(timeout);
  const auto work = [this, deletions, deadline] { return client::delete_records(cluster_, deletions, deadline); };
  return background_.wait<std::vector<DeletedRecords>>(work, client::deadline_after(timeout), [this, deletions] {
    return client::failed_deletions(deletions, cluster_.late());
  });
}

std::vector<ListedOffset> Admin::Impl::list(const std::vector<OffsetQuery>& queries, bool read_committed,
                                            milliseconds timeout) {
  const MonoTime deadline = client::work_deadline(timeout);
  const auto work = [this, queries, read_committed, deadline] {
    return client::list_offsets(cluster_, queries, read_committed, deadline);
  };
  return background_.wait<std::vector<ListedOffset>>(work, client::deadline_after(timeout), [this, queries] {
    return client::failed_offsets(queries, cluster_.late());
  });
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

Result<ClusterDescription> Admin::describe_cluster(milliseconds timeout, bool fenced_too) {
  return impl_->describe_cluster(fenced_too, timeout);
}

Result<QuorumDescription> Admin::describe_quorum(milliseconds timeout) { return impl_->describe_quorum(timeout); }

Result<FeatureDescription> Admin::describe_features(milliseconds timeout) { return impl_->describe_features(timeout); }

Result<std::vector<Admin::ListedTopic>> Admin::list_topics(milliseconds timeout) {
  MetadataRequest request;
  request.topics.reset();
  request.allow_auto_topic_creation = false;
  Result<MetadataResponse> response = impl_->metadata(request, timeout);
  if (!response) return response.error();
  return client::listed_topics(*response);
}

Result<std::vector<DescribedTopic>> Admin::describe_topics(std::span<const std::string> names, milliseconds timeout) {
  if (names.empty()) return std::vector<DescribedTopic>();  // in a request none would be all
  return impl_->describe_topics({names.begin(), names.end()}, timeout);
}

Result<std::vector<CreateTopicResult>> Admin::create_topics(std::span<const NewTopic> topics, bool validate_only,
                                                            milliseconds timeout) {
  const std::vector<NewTopic> wanted(topics.begin(), topics.end());
  const bool defaults = std::ranges::any_of(wanted, [](const NewTopic& topic) {
    return topic.assignments.empty() && (topic.partitions < 0 || topic.replication_factor < 0);
  });
  const auto make = [wanted, validate_only](int) { return client::create_request(wanted, validate_only); };
  auto response = impl_->change<CreateTopicsRequest>(
      make, defaults ? kCreateWithDefaults : CreateTopicsRequest::kMinVersion, timeout);
  if (!response) return response.error();
  return client::created_topics(wanted, *response);
}

Result<std::vector<TopicStatus>> Admin::delete_topics(std::span<const std::string> names, milliseconds timeout) {
  const std::vector<std::string> wanted(names.begin(), names.end());
  const auto make = [wanted](int version) { return client::delete_request(wanted, version); };
  auto response = impl_->change<DeleteTopicsRequest>(make, DeleteTopicsRequest::kMinVersion, timeout);
  if (!response) return response.error();
  return client::deleted_topics(wanted, *response);
}

Result<std::vector<TopicStatus>> Admin::create_partitions(std::span<const NewPartitions> topics, bool validate_only,
                                                          milliseconds timeout) {
  const std::vector<NewPartitions> wanted(topics.begin(), topics.end());
  const auto make = [wanted, validate_only](int) { return client::partitions_request(wanted, validate_only); };
  auto response = impl_->change<CreatePartitionsRequest>(make, CreatePartitionsRequest::kMinVersion, timeout);
  if (!response) return response.error();
  return client::created_partitions(wanted, *response);
}

std::vector<DescribedConfigs> Admin::describe_configs(std::span<const ConfigResource> resources, DescribeConfigs how,
                                                      milliseconds timeout) {
  return impl_->describe_configs({resources.begin(), resources.end()}, how, timeout);
}

std::vector<AlteredConfigs> Admin::alter_configs(std::span<const ConfigAlteration> alterations, bool validate_only,
                                                 milliseconds timeout) {
  return impl_->alter_configs({alterations.begin(), alterations.end()}, validate_only, timeout);
}

std::vector<DeletedRecords> Admin::delete_records(std::span<const RecordDeletion> deletions, milliseconds timeout) {
  return impl_->delete_records({deletions.begin(), deletions.end()}, timeout);
}

std::vector<DescribedLogDirectories> Admin::describe_log_dirs(std::span<const NodeId> brokers, milliseconds timeout) {
  return impl_->describe_log_dirs({brokers.begin(), brokers.end()}, timeout);
}

std::vector<ListedOffset> Admin::list_offsets(std::span<const OffsetQuery> queries, bool read_committed,
                                              milliseconds timeout) {
  return impl_->list({queries.begin(), queries.end()}, read_committed, timeout);
}

}  // namespace kstream
