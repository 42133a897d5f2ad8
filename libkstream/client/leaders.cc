#include "client/leaders.h"

#include "client/together.h"

#include <algorithm>
#include <map>
#include <utility>

namespace kstream::client {
namespace {

bool is_open(const Status& outcome) { return !outcome && error_info(outcome.code()).retriable; }

/// The partitions of one request: those that a broker leads, and of the same partition the n-th, since a request that
/// names a partition twice is refused.
using Group = std::pair<NodeId, std::size_t>;

/// What is open, by request. Where no leader is known the outcome says so, and metadata is asked for.
std::map<Group, std::vector<std::size_t>> by_leader(Cluster& cluster, const std::vector<TopicPartition>& partitions,
                                                    std::vector<Status>& outcomes) {
  std::map<Group, std::vector<std::size_t>> result;
  std::map<TopicPartition, std::size_t> asked;
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    const auto& [topic, partition] = partitions[i];
    if (!is_open(outcomes[i])) continue;
    cluster.want_topic(topic);
    const TopicMetadata& known = *cluster.metadata().topic(topic);
    const Leader leader = cluster.metadata().leader(topic, partition);
    if (known.error == ErrorCode::none && leader.node.value >= 0) {
      result[{leader.node, asked[partitions[i]]++}].push_back(i);
      continue;
    }
    const bool no_partition =
        known.error == ErrorCode::none && static_cast<std::size_t>(partition.value) >= known.partitions.size();
    const ErrorCode code = known.error != ErrorCode::none ? known.error
                           : no_partition                 ? ErrorCode::unknown_topic_or_partition
                                                          : ErrorCode::leader_not_available;
    Error error{code, {}};
    if (known.answers == 0) error = cluster.late();
    outcomes[i] = std::move(error);
    cluster.refresh();
  }
  return result;
}

asio::awaitable<Status> ask_node(Cluster& cluster, NodeId node, const std::vector<std::size_t>& indices,
                                 const AskLeader& ask) {
  if (Connection* connection = cluster.ready_connection(node)) {
    Status status = co_await ask(connection, indices);
    co_return status;
  }
  Connection* known = cluster.connection(node);
  if (known && known->trouble().code != ErrorCode::none) co_return known->trouble();
  co_return Error{ErrorCode::network_exception, "not connected to broker " + std::to_string(node.value) + " yet"};
}

asio::awaitable<void> ask_group(Cluster& cluster, NodeId node, const std::vector<std::size_t>& indices,
                                const AskLeader& ask, std::vector<Status>& outcomes) {
  const Status status = co_await ask_node(cluster, node, indices, ask);
  for (std::size_t i : indices) {
    if (!status) outcomes[i] = status;
    if (status && !outcomes[i]) cluster.refresh();
  }
}

}  // namespace

asio::awaitable<void> ask_leaders(Cluster& cluster, const std::vector<TopicPartition>& partitions,
                                  std::vector<Status>& outcomes, base::MonoTime deadline, AskLeader ask) {
  outcomes.assign(partitions.size(), Error{ErrorCode::request_timed_out, "no broker was asked in time"});
  for (int rounds = 1; !cluster.stopping(); ++rounds) {
    const std::uint64_t seen = cluster.changes();
    const auto leaders = by_leader(cluster, partitions, outcomes);
    std::vector<asio::awaitable<void>> questions;
    questions.reserve(leaders.size());
    for (const auto& [group, indices] : leaders)
      questions.push_back(ask_group(cluster, group.first, indices, ask, outcomes));
    co_await together(cluster.context(), std::move(questions));
    const base::MonoTime next = mono_now() + cluster.settings().retry.after(rounds);
    if (std::ranges::none_of(outcomes, is_open) || mono_now() >= deadline) break;
    if (cluster.changes() == seen) co_await cluster.wait_for_change(std::min(next, deadline));
  }
}

}  // namespace kstream::client
