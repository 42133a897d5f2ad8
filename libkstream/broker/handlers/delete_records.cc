// DeleteRecords, 0-2: moves the start of logs forward. It is answered when no crash takes that back: each partition's
// shard has moved its log's start, and then control has written the checkpoints that hold it. 2 is flexible.
#include "protocol/delete_records.h"
#include "base/config/value.h"
#include "broker/handlers/handler.h"
#include "cluster/topic_name.h"

#include <algorithm>

namespace kstream::broker {
namespace {

using protocol::DeleteRecordsRequest;
using protocol::DeleteRecordsResponse;
using PartitionResult = DeleteRecordsResponse::DeleteRecordsPartitionResult;

/// A client that does not want to wait (a timeout of 0) means replicas; Kafka's leader has done it by then.
constexpr std::chrono::seconds kLeastTimeout{5};

class DeleteRecordsJoin final : public Join {
 public:
  explicit DeleteRecordsJoin(Ticket<DeleteRecordsResponse> ticket) : ticket_(std::move(ticket)) {}

  /// Where the answer of a partition belongs, and where its log is.
  struct Place {
    PartitionResult* result;
    std::uint16_t directory = 0;
    bool done = false;  ///< but for the checkpoint
  };
  DeleteRecordsResponse response;
  std::vector<Place> places;
  std::size_t missing = 0;

  void part(Shard& shard, Message&& message, base::Now) override {
    if (auto* deleted = std::get_if<RecordsDeleted>(&message)) return take(shard, *deleted);
    const auto& failed = std::get<Checkpointed>(message).failed;
    for (auto& place : places) {
      if (place.done)
        place.result->error_code = code(failed[place.directory] ? ErrorCode::kafka_storage_error : ErrorCode::none);
    }
    end(shard);
  }
  void expire(Shard& shard, base::Now) override { end(shard); }

  void end(Shard& shard) { shard.requests().answer(std::move(ticket_), response); }
  Call call(std::uint32_t part) const { return ticket_.call(part); }

 private:
  void take(Shard& shard, const RecordsDeleted& deleted) {
    auto& place = places[deleted.call.part];
    place.result->low_watermark = deleted.log_start.value;
    place.directory = deleted.directory;
    place.done = deleted.error == ErrorCode::none;
    if (!place.done) place.result->error_code = code(deleted.error);
    if (--missing > 0) return;
    if (std::ranges::none_of(places, &Place::done)) return end(shard);
    shard.send(shard.control(), Checkpoint{ticket_.call()});
  }

  Ticket<DeleteRecordsResponse> ticket_;
};

/// Whether a topic's old records are only ever removed by compaction.
bool is_compacted_only(const cluster::Topic& topic) {
  auto policy = topic.overrides.find("cleanup.policy");
  if (policy == topic.overrides.end()) return false;
  auto items = config::parse_list(policy->second);
  auto has = [&](std::string_view item) { return std::ranges::find(items, item) != items.end(); };
  return has("compact") && !has("delete");
}

ErrorCode check_target(const std::string& name, const cluster::Topic* topic, std::int32_t partition) {
  if (!topic || !topic->partition(PartitionId(partition))) return ErrorCode::unknown_topic_or_partition;
  if (cluster::is_internal_topic(name)) return ErrorCode::invalid_topic_exception;
  return is_compacted_only(*topic) ? ErrorCode::policy_violation : ErrorCode::none;
}

}  // namespace

void handle_delete_records(Shard& shard, Request&& request, AnyTicket&& ticket) {
  auto body = read_body<DeleteRecordsRequest>(shard, request, ticket);
  if (!body) return;
  auto call = ticket.call();
  auto owned = std::make_unique<DeleteRecordsJoin>(Ticket<DeleteRecordsResponse>(std::move(ticket)));
  auto& join = *owned;
  join.response.topics.resize(body->topics.size());
  for (std::size_t t = 0; t < body->topics.size(); ++t) {
    auto& asked = body->topics[t];
    auto& answer = join.response.topics[t];
    const auto* topic = shard.image().topic(asked.name);
    answer.name = std::move(asked.name);
    answer.partitions.resize(asked.partitions.size());
    for (std::size_t p = 0; p < asked.partitions.size(); ++p) {
      const auto& in = asked.partitions[p];
      auto& out = answer.partitions[p];
      out.partition_index = in.partition_index;
      out.low_watermark = -1;
      auto error = check_target(answer.name, topic, in.partition_index);
      out.error_code = code(error);
      if (error != ErrorCode::none) continue;
      out.error_code = code(ErrorCode::request_timed_out);  // until its part comes
      PartitionKey key{topic->id, PartitionId(in.partition_index)};
      shard.send(key, DeleteRecords{join.call(static_cast<std::uint32_t>(join.places.size())), key, Offset(in.offset)});
      join.places.push_back({&out});
      ++join.missing;
    }
  }
  if (join.missing == 0) return join.end(shard);
  auto timeout = std::max<std::chrono::nanoseconds>(std::chrono::milliseconds(body->timeout_ms), kLeastTimeout);
  shard.requests().hold(call, std::move(owned), request.received.mono + timeout);
}

}  // namespace kstream::broker
