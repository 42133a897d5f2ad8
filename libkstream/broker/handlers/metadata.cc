// Metadata, 0-13. Version 0 means all topics by an empty array, later ones by null. 4 lets the client refuse
// auto-creation, 8-10 (cluster) and 8 on (topics) tell authorized operations, 9 is flexible, 10 tells topic ids, 12
// asks by them.
#include "protocol/metadata.h"
#include "broker/handlers/authorized_operations.h"
#include "broker/handlers/handler.h"
#include "cluster/topic_name.h"

#include <optional>
#include <set>
#include <string>
#include <utility>

namespace kstream::broker {
namespace {

using protocol::MetadataRequest;
using protocol::MetadataResponse;

class MetadataAnswer {
 public:
  MetadataAnswer(Shard& shard, const MetadataRequest& body, int version, std::uint8_t listener)
      : shard_(shard), body_(body), version_(version), listener_(shard.config().listeners[listener].name) {}

  MetadataResponse make() {
    add_brokers();
    response_.cluster_id = shard_.cluster_id();
    if (body_.include_cluster_authorized_operations) response_.cluster_authorized_operations = kAllClusterOperations;
    if (all_topics()) {
      shard_.image().topics().each([&](const auto& topic) { add(*topic); });
    } else {
      for (const auto& asked : *body_.topics) add(asked);
    }
    return std::move(response_);
  }
  bool all_topics() const { return !body_.topics || (version_ == 0 && body_.topics->empty()); }

 private:
  void add_brokers() {
    shard_.image().brokers().each([&](const auto& entry) {
      const auto& broker = *entry;
      const auto* endpoint = broker.endpoint(listener_);
      if (broker.fenced || !endpoint) return;
      response_.brokers.push_back({broker.id.value, endpoint->host, endpoint->port, broker.rack});
      if (response_.controller_id < 0)
        response_.controller_id = broker.id.value;  // any broker forwards to the controller
    });
  }
  void add(const MetadataRequest::MetadataRequestTopic& asked) {
    bool by_id = !asked.topic_id.is_zero();
    if ((by_id || !asked.name) && version_ < 12) return add_error(asked, ErrorCode::invalid_request);
    if (!by_id && !asked.name) return add_error(asked, ErrorCode::invalid_topic_exception);
    const auto* topic = by_id ? shard_.image().topic(asked.topic_id) : shard_.image().topic(*asked.name);
    if (topic) {
      if (told_.insert(topic).second) add(*topic);  // once, however often it is asked
      return;
    }
    if (!missing_.emplace(asked.name, asked.topic_id).second) return;
    if (by_id) return add_error(asked, ErrorCode::unknown_topic_id);
    bool possible = cluster::check_topic_name(*asked.name).ok();
    add_error(asked, possible ? ErrorCode::unknown_topic_or_partition : ErrorCode::invalid_topic_exception);
  }
  void add_error(const MetadataRequest::MetadataRequestTopic& asked, ErrorCode error) {
    auto& out = response_.topics.emplace_back();
    out.error_code = code(error);
    out.name = asked.name;
    out.topic_id = asked.topic_id;
    out.is_internal = asked.name && cluster::is_internal_topic(*asked.name);
    if (!out.name && version_ < 12) out.name.emplace();
  }
  void add(const cluster::Topic& topic) {
    auto& out = response_.topics.emplace_back();
    out.name = topic.name;
    out.topic_id = topic.id;
    out.is_internal = cluster::is_internal_topic(topic.name);
    if (body_.include_topic_authorized_operations) out.topic_authorized_operations = kAllTopicOperations;
    out.partitions.reserve(topic.partitions.size());
    for (std::size_t i = 0; i < topic.partitions.size(); ++i)
      add(out, static_cast<std::int32_t>(i), *topic.partitions[i]);
  }
  void add(MetadataResponse::MetadataResponseTopic& topic, std::int32_t index, const cluster::Partition& state) {
    auto& out = topic.partitions.emplace_back();
    const bool offline = shard_.is_offline({topic.topic_id, PartitionId(index)});
    out.partition_index = index;
    out.leader_id = state.leader.value;
    out.leader_epoch = state.leader_epoch.value;
    for (auto id : state.replicas) {
      out.replica_nodes.push_back(id.value);
      const auto* broker = shard_.image().broker(id);
      if (!broker || broker->fenced || (offline && id == shard_.config().node_id))
        out.offline_replicas.push_back(id.value);
    }
    for (auto id : state.isr) out.isr_nodes.push_back(id.value);
    const auto* leader = shard_.image().broker(state.leader);
    if (!leader || leader->fenced || offline) {
      out.error_code = code(ErrorCode::leader_not_available);
      out.leader_id = -1;
    } else if (!leader->endpoint(listener_)) {
      out.error_code = code(version_ >= 6 ? ErrorCode::listener_not_found : ErrorCode::leader_not_available);
    }
  }

  Shard& shard_;
  const MetadataRequest& body_;
  const int version_;
  const std::string& listener_;
  std::set<const cluster::Topic*> told_;
  std::set<std::pair<std::optional<std::string>, Uuid>> missing_;  ///< told, too
  MetadataResponse response_;
};

/// Waits for the topics that the request makes exist, then answers from the image that has them.
class AutoCreateJoin final : public Join {
 public:
  AutoCreateJoin(Ticket<MetadataResponse> ticket, MetadataRequest body, int version, std::uint8_t listener)
      : ticket_(std::move(ticket)), body_(std::move(body)), version_(version), listener_(listener) {}

  // Whatever became of the creation, the image says what exists now. The client only sees that the topic does not.
  void part(Shard& shard, Message&& message, base::Now now) override {
    auto& answer = std::get<ControllerAnswer>(message);
    for (const auto& topic : std::get<protocol::CreateTopicsResponse>(answer.response).topics) {
      const auto error = static_cast<ErrorCode>(topic.error_code);
      if (error != ErrorCode::none && error != ErrorCode::topic_already_exists)
        tell(shard, topic.name, {error, topic.error_message.value_or("")}, now);
    }
    if (answer.error.code != ErrorCode::none) tell(shard, "a topic", answer.error, now);
    end(shard);
  }
  void expire(Shard& shard, base::Now) override { end(shard); }

 private:
  static void tell(Shard& shard, const std::string& topic, const Error& error, base::Now now) {
    shard.log_limited(shard.failed_creations(), base::LogLevel::warning, now,
                      topic + " is not created as a client asks for it: " + error.to_string());
  }
  void end(Shard& shard) {
    auto response = MetadataAnswer(shard, body_, version_, listener_).make();
    shard.requests().answer(std::move(ticket_), response);
  }

  Ticket<MetadataResponse> ticket_;
  MetadataRequest body_;
  const int version_;
  const std::uint8_t listener_;
};

/// The topics that are asked for by name, do not exist and may be made.
protocol::CreateTopicsRequest topics_to_create(const Shard& shard, const MetadataRequest& body, int version) {
  protocol::CreateTopicsRequest create;
  if (!shard.config().auto_create_topics_enable || !body.topics || (version >= 4 && !body.allow_auto_topic_creation))
    return create;
  std::set<std::string_view> seen;
  for (const auto& asked : *body.topics) {
    if (!asked.name || !asked.topic_id.is_zero() || shard.image().topic(*asked.name)) continue;
    if (!cluster::check_topic_name(*asked.name).ok() || !seen.insert(*asked.name).second) continue;
    // Kafka's coordinators make these as they need them; made by default they would stay so.
    if (cluster::is_internal_topic(*asked.name)) continue;
    auto& topic = create.topics.emplace_back();
    topic.name = *asked.name;
    topic.num_partitions = -1;
    topic.replication_factor = -1;
  }
  return create;
}

}  // namespace

void handle_metadata(Shard& shard, Request&& request, AnyTicket&& untyped) {
  auto body = read_body<MetadataRequest>(shard, request, untyped);
  if (!body) return;
  Ticket<MetadataResponse> ticket(std::move(untyped));
  auto version = request.header.api_version;
  auto create = topics_to_create(shard, *body, version);
  if (create.topics.empty()) {
    auto response = MetadataAnswer(shard, *body, version, request.listener).make();
    return shard.requests().answer(std::move(ticket), response);
  }
  auto call = ticket.call();
  auto join = std::make_unique<AutoCreateJoin>(std::move(ticket), std::move(*body), version, request.listener);
  shard.requests().hold(call, std::move(join), request.received.mono + shard.config().request_timeout);
  shard.send(shard.control(), ControllerCall{call, std::move(create)});
}

}  // namespace kstream::broker
