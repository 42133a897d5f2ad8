#include "client/offsets.h"

#include "protocol/list_offsets.h"

#include <map>
#include <utility>

namespace kstream::client {
namespace {

using protocol::ListOffsetsRequest;
using protocol::ListOffsetsResponse;

/// From this version on the record with the largest timestamp can be asked for (KIP-734).
constexpr int kMaxTimestampVersion = 7;
constexpr int kIsolationVersion = 2;

/// One call of list_offsets.
struct Listing {
  Cluster& cluster;
  const std::vector<OffsetQuery>& queries;
  bool read_committed;
  std::vector<ListedOffset> answers;

  bool open(std::size_t i) const { return !answers[i].info.ok() && error_info(answers[i].info.code()).retriable; }
};

/// The queries of one request: those that a broker leads, and of the queries for one partition the n-th, since a
/// request that names a partition twice is refused.
using Group = std::pair<NodeId, std::size_t>;

/// What is open, by request. Where no leader is known or connected, the answer says so and what helps is set going.
std::map<Group, std::vector<std::size_t>> by_leader(Listing& listing) {
  std::map<Group, std::vector<std::size_t>> result;
  std::map<TopicPartition, std::size_t> asked;
  for (std::size_t i = 0; i < listing.queries.size(); ++i) {
    const auto& [topic, partition] = listing.queries[i].partition;
    if (!listing.open(i)) continue;
    listing.cluster.want_topic(topic);
    const TopicMetadata& known = *listing.cluster.metadata().topic(topic);
    const Leader leader = listing.cluster.metadata().leader(topic, partition);
    if (known.error == ErrorCode::none && leader.node.value >= 0) {
      result[{leader.node, asked[listing.queries[i].partition]++}].push_back(i);
      continue;
    }
    const bool no_partition =
        known.error == ErrorCode::none && static_cast<std::size_t>(partition.value) >= known.partitions.size();
    const ErrorCode code = known.error != ErrorCode::none ? known.error
                           : no_partition                 ? ErrorCode::unknown_topic_or_partition
                                                          : ErrorCode::leader_not_available;
    Error error{code, {}};
    if (known.answers == 0) error = listing.cluster.trouble();
    if (error.code == ErrorCode::none) error.code = code;
    listing.answers[i].info = std::move(error);
    listing.cluster.refresh();
  }
  return result;
}

ListOffsetsRequest make_request(const Listing& listing, const std::vector<std::size_t>& indices) {
  ListOffsetsRequest request;
  request.replica_id = -1;
  request.isolation_level = listing.read_committed ? 1 : 0;
  request.timeout_ms = static_cast<std::int32_t>(listing.cluster.settings().request_timeout.count());
  std::map<std::string_view, std::size_t> topics;
  for (std::size_t i : indices) {
    const auto& [partition, spec] = listing.queries[i];
    const auto [at, added] = topics.emplace(partition.topic, request.topics.size());
    if (added) request.topics.emplace_back().name = partition.topic;
    auto& asked = request.topics[at->second].partitions.emplace_back();
    asked.partition_index = partition.partition.value;
    asked.current_leader_epoch = listing.cluster.metadata().leader(partition.topic, partition.partition).epoch.value;
    asked.timestamp = spec.time.value;
  }
  return request;
}

void take_response(Listing& listing, const std::vector<std::size_t>& indices, const ListOffsetsResponse& response) {
  std::map<TopicPartition, const ListOffsetsResponse::ListOffsetsPartitionResponse*> found;
  for (const auto& topic : response.topics) {
    for (const auto& partition : topic.partitions) {
      found[{topic.name, PartitionId(partition.partition_index)}] = &partition;
    }
  }
  for (std::size_t i : indices) {
    const auto at = found.find(listing.queries[i].partition);
    if (at == found.end()) {
      listing.answers[i].info = Error{ErrorCode::unknown_server_error, "the broker left this partition out"};
    } else if (const auto& answer = *at->second; answer.error_code != 0) {
      listing.answers[i].info = Error{static_cast<ErrorCode>(answer.error_code), {}};
      listing.cluster.refresh();
    } else {
      listing.answers[i].info =
          OffsetInfo{Offset(answer.offset), Timestamp(answer.timestamp), LeaderEpoch(answer.leader_epoch)};
    }
  }
}

asio::awaitable<void> ask(Listing& listing, NodeId node, std::vector<std::size_t> indices) {
  Connection* connection = listing.cluster.ready_connection(node);
  Error error{ErrorCode::network_exception, "not connected to broker " + std::to_string(node.value) + " yet"};
  if (connection) {
    int low = listing.read_committed ? kIsolationVersion : ListOffsetsRequest::kMinVersion;
    for (std::size_t i : indices) low = listing.queries[i].spec == kMaxTimestamp ? kMaxTimestampVersion : low;
    ListOffsetsRequest request = make_request(listing, indices);
    auto reply = co_await listing.cluster.call(connection, std::move(request), {}, low);
    if (reply) co_return take_response(listing, indices, reply->message);
    error = reply.error();
  } else if (Connection* known = listing.cluster.connection(node); known && known->trouble().code != ErrorCode::none) {
    error = known->trouble();
  }
  for (std::size_t i : indices) listing.answers[i].info = error;
}

}  // namespace

std::vector<ListedOffset> failed_offsets(const std::vector<OffsetQuery>& queries, const Error& error) {
  std::vector<ListedOffset> answers;
  for (const OffsetQuery& query : queries) answers.push_back({query.partition, error});
  return answers;
}

asio::awaitable<std::vector<ListedOffset>> list_offsets(Cluster& cluster, std::vector<OffsetQuery> queries,
                                                        bool read_committed, base::MonoTime deadline) {
  const Error unasked{ErrorCode::request_timed_out, "no broker was asked in time"};
  Listing listing{cluster, queries, read_committed, failed_offsets(queries, unasked)};
  for (int rounds = 1; !cluster.stopping(); ++rounds) {
    const auto leaders = by_leader(listing);
    for (const auto& [group, indices] : leaders) co_await ask(listing, group.first, indices);
    bool open = false;
    for (std::size_t i = 0; i < queries.size(); ++i) open = open || listing.open(i);
    const base::MonoTime next = mono_now() + cluster.settings().retry.after(rounds);
    if (!open || mono_now() >= deadline) break;
    co_await cluster.wait_for_change(std::min(next, deadline));
  }
  co_return std::move(listing.answers);
}

}  // namespace kstream::client
