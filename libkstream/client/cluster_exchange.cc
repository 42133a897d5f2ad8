#include "client/cluster_exchange.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace kstream::client {
namespace {

using protocol::ApiVersionsResponse;
using protocol::DescribeClusterResponse;
using protocol::DescribeQuorumRequest;
using protocol::DescribeQuorumResponse;
using protocol::MetadataResponse;

template <class Answer>
Error error_of(const Answer& answer) {
  return {static_cast<ErrorCode>(answer.error_code), answer.error_message.value_or("")};
}

BrokerInfo broker_info(std::int32_t id, const std::string& host, std::int32_t port,
                       const std::optional<std::string>& rack) {
  return {NodeId(id), host, static_cast<std::uint16_t>(port), rack.value_or("")};
}

/// The listeners of each node.
using Endpoints = std::map<std::int32_t, std::vector<QuorumEndpoint>>;

Endpoints endpoints_of(const DescribeQuorumResponse& response) {
  Endpoints endpoints;
  for (const auto& node : response.nodes) {
    for (const auto& listener : node.listeners)
      endpoints[node.node_id].push_back({listener.name, listener.host, listener.port});
  }
  return endpoints;
}

std::vector<QuorumReplica> replicas(const std::vector<DescribeQuorumResponse::ReplicaState>& states,
                                    const Endpoints& endpoints) {
  std::vector<QuorumReplica> result;
  for (const auto& state : states) {
    const auto at = endpoints.find(state.replica_id);
    result.push_back({NodeId(state.replica_id), state.replica_directory_id, Offset(state.log_end_offset),
                      Timestamp(state.last_fetch_timestamp), Timestamp(state.last_caught_up_timestamp),
                      at == endpoints.end() ? std::vector<QuorumEndpoint>() : at->second});
  }
  std::ranges::sort(result, {}, &QuorumReplica::node);
  return result;
}

}  // namespace

ClusterDescription described_cluster(const MetadataResponse& response) {
  ClusterDescription cluster{response.cluster_id.value_or(""), NodeId(response.controller_id), {}};
  for (const auto& broker : response.brokers)
    cluster.brokers.push_back(broker_info(broker.node_id, broker.host, broker.port, broker.rack));
  std::ranges::sort(cluster.brokers, {}, &BrokerInfo::id);
  return cluster;
}

Result<ClusterDescription> described_cluster(const DescribeClusterResponse& response) {
  if (response.error_code != 0) return error_of(response);
  ClusterDescription cluster{response.cluster_id, NodeId(response.controller_id), {}};
  cluster.endpoint_type = static_cast<EndpointType>(response.endpoint_type);
  for (const auto& broker : response.brokers) {
    cluster.brokers.push_back(broker_info(broker.broker_id, broker.host, broker.port, broker.rack));
    cluster.brokers.back().fenced = broker.is_fenced;
  }
  std::ranges::sort(cluster.brokers, {}, &BrokerInfo::id);
  return cluster;
}

DescribeQuorumRequest quorum_request() {
  DescribeQuorumRequest request;
  auto& topic = request.topics.emplace_back();
  topic.topic_name = "__cluster_metadata";
  topic.partitions.emplace_back().partition_index = 0;
  return request;
}

Result<QuorumDescription> described_quorum(const DescribeQuorumResponse& response) {
  if (response.error_code != 0) return error_of(response);
  if (response.topics.size() != 1 || response.topics.front().partitions.size() != 1)
    return Error{ErrorCode::unknown_server_error, "the broker tells of another log than that of metadata"};
  const auto& from = response.topics.front().partitions.front();
  if (from.error_code != 0) return error_of(from);
  const Endpoints endpoints = endpoints_of(response);
  return QuorumDescription{NodeId(from.leader_id), LeaderEpoch(from.leader_epoch), Offset(from.high_watermark),
                           replicas(from.current_voters, endpoints), replicas(from.observers, endpoints)};
}

Result<FeatureDescription> described_features(const ApiVersionsResponse& response) {
  if (response.error_code != 0)
    return Error{static_cast<ErrorCode>(response.error_code), "the broker refuses to tell of its features"};
  std::map<std::string, FeatureInfo> features;
  const auto feature = [&features](const std::string& name) -> FeatureInfo& {
    return features.emplace(name, FeatureInfo{name}).first->second;
  };
  for (const auto& supported : response.supported_features) {
    feature(supported.name).min_level = supported.min_version;
    feature(supported.name).max_level = supported.max_version;
  }
  for (const auto& finalized : response.finalized_features)
    feature(finalized.name).finalized_level = finalized.max_version_level;
  FeatureDescription result{{}, response.finalized_features_epoch};
  for (auto& [name, info] : features) result.features.push_back(std::move(info));
  return result;
}

}  // namespace kstream::client
