#include "client/fetch_exchange.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace kstream::client {
namespace {

using protocol::FetchRequest;
using protocol::FetchResponse;

/// From here on topics go by their ids (KIP-516).
constexpr int kFetchByIdVersion = 13;

}  // namespace

FetchRequest make_fetch(const FetchOrder& order, const ConsumerSettings& settings) {
  FetchRequest request;
  request.max_wait_ms = static_cast<std::int32_t>(settings.max_wait.count());
  request.min_bytes = settings.min_bytes;
  request.max_bytes = settings.max_bytes;
  request.isolation_level = settings.read_committed ? 1 : 0;
  std::map<std::string_view, std::size_t> topics;
  for (const FetchOrder::Part& part : order.parts) {
    const auto [at, added] = topics.emplace(part.partition.topic, request.topics.size());
    if (added) {
      auto& topic = request.topics.emplace_back();
      topic.topic = part.partition.topic;
      topic.topic_id = part.topic_id;
    }
    auto& partition = request.topics[at->second].partitions.emplace_back();
    partition.partition = part.partition.partition.value;
    partition.current_leader_epoch = part.leader_epoch.value;
    partition.fetch_offset = part.from.value;
    partition.partition_max_bytes = settings.max_partition_bytes;
  }
  return request;
}

int newest_version(const FetchOrder& order) {
  const bool ids = std::ranges::none_of(order.parts, [](const auto& part) { return part.topic_id.is_zero(); });
  return ids ? FetchRequest::kMaxVersion : kFetchByIdVersion - 1;
}

std::vector<const FetchResponse::PartitionData*> match_parts(const FetchOrder& order, const FetchResponse& response) {
  std::map<Uuid, std::string_view> names;
  for (const FetchOrder::Part& part : order.parts) names[part.topic_id] = part.partition.topic;
  std::map<std::pair<std::string_view, std::int32_t>, const FetchResponse::PartitionData*> found;
  for (const auto& topic : response.responses) {
    const std::string_view name = topic.topic.empty() ? names[topic.topic_id] : std::string_view(topic.topic);
    for (const auto& partition : topic.partitions) found[{name, partition.partition_index}] = &partition;
  }
  std::vector<const FetchResponse::PartitionData*> result;
  for (const FetchOrder::Part& part : order.parts) {
    const auto at = found.find({part.partition.topic, part.partition.partition.value});
    result.push_back(at == found.end() ? nullptr : at->second);
  }
  return result;
}

}  // namespace kstream::client
