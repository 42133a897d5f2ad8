#include "client/deletions.h"

#include "client/leaders.h"
#include "client/retry.h"
#include "protocol/delete_records.h"

#include <algorithm>
#include <map>
#include <utility>

namespace kstream::client {
namespace {

using protocol::DeleteRecordsRequest;
using protocol::DeleteRecordsResponse;

/// One call of delete_records.
struct Deleting {
  Cluster& cluster;
  const std::vector<RecordDeletion>& deletions;
  base::MonoTime deadline;
  std::vector<Offset> starts;
  std::vector<Status> outcomes;
};

DeleteRecordsRequest make_request(const Deleting& deleting, const std::vector<std::size_t>& indices) {
  DeleteRecordsRequest request;
  request.timeout_ms = milliseconds_left(deleting.deadline);
  std::map<std::string_view, std::size_t> topics;
  for (std::size_t i : indices) {
    const auto& [partition, before] = deleting.deletions[i];
    const auto [at, added] = topics.emplace(partition.topic, request.topics.size());
    if (added) request.topics.emplace_back().name = partition.topic;
    auto& asked = request.topics[at->second].partitions.emplace_back();
    asked.partition_index = partition.partition.value;
    asked.offset = before.value;
  }
  return request;
}

void take_response(Deleting& deleting, const std::vector<std::size_t>& indices, const DeleteRecordsResponse& response) {
  std::map<TopicPartition, const DeleteRecordsResponse::DeleteRecordsPartitionResult*> found;
  for (const auto& topic : response.topics) {
    for (const auto& partition : topic.partitions) {
      found[{topic.name, PartitionId(partition.partition_index)}] = &partition;
    }
  }
  for (std::size_t i : indices) {
    const auto at = found.find(deleting.deletions[i].partition);
    if (at == found.end()) {
      deleting.outcomes[i] = Error{ErrorCode::unknown_server_error, "the broker left this partition out"};
      continue;
    }
    deleting.starts[i] = Offset(at->second->low_watermark);
    const auto code = static_cast<ErrorCode>(at->second->error_code);
    deleting.outcomes[i] = code == ErrorCode::none ? Status() : Status(Error{code, {}});
  }
}

asio::awaitable<Status> ask(Deleting& deleting, Connection* connection, std::vector<std::size_t> indices) {
  DeleteRecordsRequest request = make_request(deleting, indices);
  auto reply = co_await deleting.cluster.call(connection, std::move(request));
  if (!reply) co_return reply.error();
  take_response(deleting, indices, reply->message);
  co_return Status();
}

}  // namespace

std::vector<DeletedRecords> failed_deletions(const std::vector<RecordDeletion>& deletions, const Error& error) {
  std::vector<DeletedRecords> answers;
  for (const RecordDeletion& deletion : deletions) answers.push_back({deletion.partition, error});
  return answers;
}

asio::awaitable<std::vector<DeletedRecords>> delete_records(Cluster& cluster, std::vector<RecordDeletion> deletions,
                                                            base::MonoTime deadline) {
  Deleting deleting{cluster, deletions, deadline, std::vector<Offset>(deletions.size(), kNoOffset), {}};
  std::vector<TopicPartition> partitions;
  for (const RecordDeletion& deletion : deletions) partitions.push_back(deletion.partition);
  AskLeader ask_one = [&deleting](Connection* connection, std::vector<std::size_t> indices) {
    return ask(deleting, connection, std::move(indices));
  };
  co_await ask_leaders(cluster, partitions, deleting.outcomes, deadline, std::move(ask_one));
  std::vector<DeletedRecords> answers;
  for (std::size_t i = 0; i < deletions.size(); ++i) {
    answers.push_back({partitions[i], deleting.starts[i]});
    if (!deleting.outcomes[i]) answers.back().log_start = deleting.outcomes[i].error();
  }
  co_return answers;
}

}  // namespace kstream::client
