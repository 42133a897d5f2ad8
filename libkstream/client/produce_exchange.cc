#include "client/produce_exchange.h"

#include <map>
#include <utility>

namespace kstream::client {
namespace {

using protocol::ProduceRequest;
using protocol::ProduceResponse;

/// From here on topics go by their ids (KIP-516), and zstd is allowed (KIP-110).
constexpr int kProduceByIdVersion = 13, kZstdVersion = 7;

using BatchKey = std::pair<std::string_view, std::int32_t>;

std::map<BatchKey, Batch*> batches_by_partition(const ProduceOrder& order) {
  std::map<BatchKey, Batch*> result;
  for (const BatchPtr& batch : order.batches) {
    result[{batch->queue->topic->name, batch->queue->partition.value}] = batch.get();
  }
  return result;
}

/// The request's name for what the answer calls by name or by id; empty if it did not ask for that.
std::string_view topic_name(const ProduceRequest& request, const ProduceResponse::TopicProduceResponse& topic) {
  for (const auto& asked : request.topic_data) {
    if (topic.name.empty() ? asked.topic_id == topic.topic_id : asked.name == topic.name) return asked.name;
  }
  return {};
}

Outcome outcome_of(const ProduceResponse::PartitionProduceResponse& answer, std::size_t record_count) {
  Outcome outcome;
  const auto code = static_cast<ErrorCode>(answer.error_code);
  outcome.error = {code, answer.error_message.value_or("")};
  if (code == ErrorCode::none) {
    outcome.base_offset = Offset(answer.base_offset);
    outcome.append_time = Timestamp(answer.log_append_time_ms);
  }
  for (const auto& record : answer.record_errors) {
    const auto index = static_cast<std::size_t>(record.batch_index);
    if (index >= record_count) continue;  // negative too
    outcome.rejected.push_back({index, record.batch_index_error_message.value_or("")});
  }
  return outcome;
}

}  // namespace

ProduceExchange make_exchange(const ProduceOrder& order, const ProducerSettings& settings, const Metadata& metadata) {
  ProduceExchange exchange;
  exchange.request.acks = settings.acks;
  exchange.request.timeout_ms = static_cast<std::int32_t>(settings.request_timeout.count());
  if (settings.codec == Codec::zstd) exchange.low = kZstdVersion;
  std::string_view topic;
  for (const auto& [key, batch] : batches_by_partition(order)) {
    if (exchange.request.topic_data.empty() || key.first != topic) {
      topic = key.first;
      auto& data = exchange.request.topic_data.emplace_back();
      data.name = topic;
      if (const TopicMetadata* known = metadata.topic(topic)) data.topic_id = known->id;
      if (data.topic_id.is_zero()) exchange.high = kProduceByIdVersion - 1;
    }
    auto& partition = exchange.request.topic_data.back().partition_data.emplace_back();
    partition.index = key.second;
    partition.records = protocol::Records{{}, static_cast<std::uint32_t>(batch->bytes.size())};
    exchange.batches.push_back(batch->bytes);
  }
  return exchange;
}

void apply_answer(ProduceOrder& order, const ProduceRequest& request, const ProduceResponse& response,
                  Metadata& metadata) {
  for (const auto& node : response.node_endpoints) {
    metadata.add_broker(NodeId(node.node_id), node.host, node.port);
  }
  for (const BatchPtr& batch : order.batches) {
    batch->outcome = {};
    batch->outcome.error = {ErrorCode::unknown_server_error, "the broker left this partition out of its answer"};
  }
  const auto batches = batches_by_partition(order);
  for (const auto& topic : response.responses) {
    const std::string_view name = topic_name(request, topic);
    for (const auto& answer : topic.partition_responses) {
      const auto found = batches.find({name, answer.index});
      if (found == batches.end()) continue;
      Outcome& outcome = found->second->outcome;
      outcome = outcome_of(answer, found->second->tags.size());
      const Leader leader{NodeId(answer.current_leader.leader_id), LeaderEpoch(answer.current_leader.leader_epoch)};
      outcome.leader_named = metadata.apply_hint(name, PartitionId(answer.index), leader);
    }
  }
}

}  // namespace kstream::client
