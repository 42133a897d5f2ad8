// DescribeTopicPartitions, 0 (KIP-966): topics in the order of their names, so many partitions at a time. Where the
// answer ends before all were told, its cursor is where the next request goes on.
#include "protocol/describe_topic_partitions.h"
#include "broker/handlers/authorized_operations.h"
#include "broker/handlers/handler.h"
#include "cluster/topic_name.h"

#include <algorithm>
#include <set>

namespace kstream::broker {
namespace {

using protocol::DescribeTopicPartitionsRequest;
using protocol::DescribeTopicPartitionsResponse;
using TopicAnswer = DescribeTopicPartitionsResponse::DescribeTopicPartitionsResponseTopic;

class PartitionsAnswer {
 public:
  PartitionsAnswer(const Shard& shard, const DescribeTopicPartitionsRequest& body, std::uint8_t listener)
      : shard_(shard), body_(body), listener_(shard.config().listeners[listener].name) {
    auto most = std::min(shard.config().max_request_partition_size_limit, body.response_partition_limit);
    left_ = std::max(most, 1);
  }

  DescribeTopicPartitionsResponse make() {
    std::string_view from = body_.cursor ? std::string_view(body_.cursor->topic_name) : "";
    if (body_.topics.empty()) {
      if (body_.cursor && body_.cursor->partition_index < 0) return refused();
      shard_.image().topics().each_from(from, [&](const auto& topic) { return add(topic->name, topic.get()); });
      return std::move(response_);
    }
    std::set<std::string_view> names;
    for (const auto& topic : body_.topics) {
      if (topic.name >= from) names.insert(topic.name);
    }
    if (body_.cursor && (!names.contains(from) || body_.cursor->partition_index < 0)) return refused();
    for (auto name : names) {
      if (!add(name, shard_.image().topic(name))) break;
    }
    return std::move(response_);
  }

 private:
  /// The answer has no error of its own: the topics have it.
  DescribeTopicPartitionsResponse refused() {
    for (const auto& topic : body_.topics) {
      auto& out = response_.topics.emplace_back();
      out.error_code = code(ErrorCode::invalid_request);
      out.name = topic.name;
    }
    return std::move(response_);
  }

  /// False: the answer is full, and its cursor is set.
  bool add(std::string_view name, const cluster::Topic* topic) {
    if (left_ == 0) return end_before(name, 0);
    auto& out = response_.topics.emplace_back();
    out.name = std::string(name);
    out.is_internal = cluster::is_internal_topic(name);
    out.topic_authorized_operations = kAllTopicOperations;
    if (!topic) {
      bool possible = cluster::check_topic_name(name).ok();
      out.error_code = code(possible ? ErrorCode::unknown_topic_or_partition : ErrorCode::invalid_topic_exception);
      return true;
    }
    out.topic_id = topic->id;
    auto count = static_cast<std::int32_t>(topic->partitions.size());
    std::int32_t first = body_.cursor && body_.cursor->topic_name == name ? body_.cursor->partition_index : 0;
    auto end = first + std::min(left_, std::max(count - first, 0));
    for (auto index = first; index < end; ++index) {
      add(out, index, *topic->partitions[static_cast<std::size_t>(index)]);
      --left_;
    }
    return end >= count || end_before(name, end);
  }

  void add(TopicAnswer& topic, std::int32_t index, const cluster::Partition& state) {
    auto& out = topic.partitions.emplace_back();
    out.partition_index = index;
    const bool offline = shard_.is_offline({topic.topic_id, PartitionId(index)});
    out.leader_id = reachable(state.leader) && !offline ? state.leader.value : -1;
    out.leader_epoch = state.leader_epoch.value;
    for (auto id : state.replicas) {
      out.replica_nodes.push_back(id.value);
      if (!reachable(id) || (offline && id == shard_.config().node_id)) out.offline_replicas.push_back(id.value);
    }
    for (auto id : state.isr) out.isr_nodes.push_back(id.value);
    out.eligible_leader_replicas.emplace();  // none while eligible.leader.replicas.version is not a feature here
    out.last_known_elr.emplace();
  }

  bool reachable(NodeId id) const {
    const auto* broker = shard_.image().broker(id);
    return broker && !broker->fenced && broker->endpoint(listener_);
  }

  bool end_before(std::string_view topic, std::int32_t partition) {
    response_.next_cursor = DescribeTopicPartitionsResponse::Cursor{std::string(topic), partition};
    return false;
  }

  const Shard& shard_;
  const DescribeTopicPartitionsRequest& body_;
  const std::string& listener_;
  std::int32_t left_ = 0;  ///< partitions that the answer still takes
  DescribeTopicPartitionsResponse response_;
};

}  // namespace

void handle_describe_topic_partitions(Shard& shard, Request&& request, AnyTicket&& untyped) {
  auto body = read_body<DescribeTopicPartitionsRequest>(shard, request, untyped);
  if (!body) return;
  auto response = PartitionsAnswer(shard, *body, request.listener).make();
  shard.requests().answer(Ticket<DescribeTopicPartitionsResponse>(std::move(untyped)), response);
}

}  // namespace kstream::broker
