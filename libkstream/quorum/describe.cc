#include "quorum/describe.h"

#include "cluster/topic_name.h"

namespace kstream::quorum {
namespace {

using Request = protocol::DescribeQuorumRequest;
using Response = protocol::DescribeQuorumResponse;

/// Directories and addresses of the voters (KIP-853).
constexpr std::int16_t kTellsPlacesFrom = 2;

bool names_metadata_alone(const Request& request) {
  return request.topics.size() == 1 && request.topics[0].topic_name == cluster::kMetadataTopic &&
         request.topics[0].partitions.size() == 1 && request.topics[0].partitions[0].partition_index == 0;
}

/// As Kafka says it: each partition that was asked for has the error.
Response unknown_partitions(const Request& request) {
  Response response;
  for (const auto& topic : request.topics) {
    auto& to = response.topics.emplace_back();
    to.topic_name = topic.topic_name;
    for (const auto& partition : topic.partitions) {
      auto& out = to.partitions.emplace_back();
      out.partition_index = partition.partition_index;
      out.error_code = static_cast<std::int16_t>(ErrorCode::unknown_topic_or_partition);
      out.error_message = "a quorum keeps partition 0 of " + std::string(cluster::kMetadataTopic) + " and no other";
    }
  }
  return response;
}

}  // namespace

Response refused(const Request&, const Error& error) {
  Response response;
  response.error_code = static_cast<std::int16_t>(error.code);
  response.error_message = error.detail.empty() ? std::nullopt : std::optional(error.detail);
  return response;
}

Response describe(const Quorum& quorum, const Request& request, std::int16_t version, base::Now now) {
  if (!names_metadata_alone(request)) return unknown_partitions(request);
  const auto role = quorum.role();
  const auto& self = quorum.self();
  if (!role.leader) return refused(request, {ErrorCode::not_leader_or_follower, "this node does not lead the quorum"});
  Response response;
  response.error_message.reset();
  auto& topic = response.topics.emplace_back();
  topic.topic_name = cluster::kMetadataTopic;
  auto& partition = topic.partitions.emplace_back();
  partition.error_message.reset();
  partition.leader_id = self.node.value;
  partition.leader_epoch = role.epoch.value;
  partition.high_watermark = quorum.committed().value;
  auto& voter = partition.current_voters.emplace_back();
  voter.replica_id = self.node.value;
  voter.log_end_offset = quorum.next().value;
  voter.last_fetch_timestamp = voter.last_caught_up_timestamp = now.wall.value;  // the leader has all there is
  if (version < kTellsPlacesFrom) return response;
  voter.replica_directory_id = self.directory;
  auto& node = response.nodes.emplace_back();
  node.node_id = self.node.value;
  for (const auto& endpoint : self.endpoints) node.listeners.push_back({endpoint.name, endpoint.host, endpoint.port});
  return response;
}

}  // namespace kstream::quorum
