#include "client/offsets.h"

#include "client/leaders.h"
#include "protocol/list_offsets.h"

#include <algorithm>
#include <map>
#include <utility>

namespace kstream::client {
namespace {

using protocol::ListOffsetsRequest;
using protocol::ListOffsetsResponse;

/// From which version on an offset can be asked for by its meaning.
constexpr std::pair<OffsetSpec, int> kSpecVersions[] = {
    {kMaxTimestamp, 7}, {kEarliestLocal, 8}, {kLatestTiered, 9}, {kEarliestPendingUpload, 11}};
constexpr int kIsolationVersion = 2;

/// One call of list_offsets.
struct Listing {
  Cluster& cluster;
  const std::vector<OffsetQuery>& queries;
  bool read_committed;
  std::vector<OffsetInfo> infos;
  std::vector<Status> outcomes;
};

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
      listing.outcomes[i] = Error{ErrorCode::unknown_server_error, "the broker left this partition out"};
    } else if (const auto& answer = *at->second; answer.error_code != 0) {
      listing.outcomes[i] = Error{static_cast<ErrorCode>(answer.error_code), {}};
    } else {
      listing.outcomes[i] = Status();
      listing.infos[i] = {Offset(answer.offset), Timestamp(answer.timestamp), LeaderEpoch(answer.leader_epoch)};
    }
  }
}

asio::awaitable<Status> ask(Listing& listing, Connection* connection, std::vector<std::size_t> indices) {
  int low = listing.read_committed ? kIsolationVersion : ListOffsetsRequest::kMinVersion;
  for (std::size_t i : indices) {
    for (const auto& [spec, version] : kSpecVersions)
      low = std::max(low, listing.queries[i].spec == spec ? version : 0);
  }
  ListOffsetsRequest request = make_request(listing, indices);
  auto reply = co_await listing.cluster.call(connection, std::move(request), {}, low);
  if (!reply) co_return reply.error();
  take_response(listing, indices, reply->message);
  co_return Status();
}

}  // namespace

std::vector<ListedOffset> failed_offsets(const std::vector<OffsetQuery>& queries, const Error& error) {
  std::vector<ListedOffset> answers;
  for (const OffsetQuery& query : queries) answers.push_back({query.partition, error});
  return answers;
}

asio::awaitable<std::vector<ListedOffset>> list_offsets(Cluster& cluster, std::vector<OffsetQuery> queries,
                                                        bool read_committed, base::MonoTime deadline) {
  Listing listing{cluster, queries, read_committed, std::vector<OffsetInfo>(queries.size()), {}};
  std::vector<TopicPartition> partitions;
  for (const OffsetQuery& query : queries) partitions.push_back(query.partition);
  AskLeader ask_one = [&listing](Connection* connection, std::vector<std::size_t> indices) {
    return ask(listing, connection, std::move(indices));
  };
  co_await ask_leaders(cluster, partitions, listing.outcomes, deadline, std::move(ask_one));
  std::vector<ListedOffset> answers;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    answers.push_back({partitions[i], listing.infos[i]});
    if (!listing.outcomes[i]) answers.back().info = listing.outcomes[i].error();
  }
  co_return answers;
}

}  // namespace kstream::client
