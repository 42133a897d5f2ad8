// OffsetForLeaderEpoch, 2-4: where a leader epoch ends in the leader's log. A consumer whose position lies behind it
// has seen records that are gone (KIP-320). 3 tells who asks, 4 is flexible.
#include "protocol/offset_for_leader_epoch.h"
#include "broker/handlers/handler.h"

namespace kstream::broker {
namespace {

using protocol::OffsetForLeaderEpochRequest;
using protocol::OffsetForLeaderEpochResponse;

class OffsetForLeaderEpochJoin final : public Join {
 public:
  explicit OffsetForLeaderEpochJoin(Ticket<OffsetForLeaderEpochResponse> ticket) : ticket_(std::move(ticket)) {}

  OffsetForLeaderEpochResponse response;
  std::vector<OffsetForLeaderEpochResponse::EpochEndOffset*> places;
  std::size_t missing = 0;

  void part(Shard& shard, Message&& message, base::Now) override {
    auto& answer = std::get<EpochFound>(message);
    auto& place = *places[answer.call.part];
    place.error_code = code(answer.error);
    place.leader_epoch = answer.end.epoch.value;
    place.end_offset = answer.end.end.value;
    if (--missing == 0) end(shard);
  }
  void expire(Shard& shard, base::Now) override { end(shard); }
  void end(Shard& shard) { shard.requests().answer(std::move(ticket_), response); }
  Call call(std::uint32_t part) const { return ticket_.call(part); }

 private:
  Ticket<OffsetForLeaderEpochResponse> ticket_;
};

}  // namespace

void handle_offset_for_leader_epoch(Shard& shard, Request&& request, AnyTicket&& ticket) {
  auto body = read_body<OffsetForLeaderEpochRequest>(shard, request, ticket);
  if (!body) return;
  auto call = ticket.call();
  auto owned = std::make_unique<OffsetForLeaderEpochJoin>(Ticket<OffsetForLeaderEpochResponse>(std::move(ticket)));
  auto& join = *owned;
  join.response.topics.resize(body->topics.size());
  for (std::size_t t = 0; t < body->topics.size(); ++t) {
    auto& asked = body->topics[t];
    auto& answer = join.response.topics[t];
    const auto* topic = shard.image().topic(asked.topic);
    answer.topic = std::move(asked.topic);
    answer.partitions.resize(asked.partitions.size());
    for (std::size_t p = 0; p < asked.partitions.size(); ++p) {
      const auto& in = asked.partitions[p];
      auto& out = answer.partitions[p];
      out.partition = in.partition;
      out.error_code = code(ErrorCode::unknown_topic_or_partition);
      if (!topic || !topic->partition(PartitionId(in.partition))) continue;
      out.error_code = code(ErrorCode::request_timed_out);  // until its part comes
      PartitionKey key{topic->id, PartitionId(in.partition)};
      shard.send(key, EpochLookup{join.call(static_cast<std::uint32_t>(join.places.size())), key,
                                  LeaderEpoch(in.leader_epoch), LeaderEpoch(in.current_leader_epoch)});
      join.places.push_back(&out);
      ++join.missing;
    }
  }
  if (join.missing == 0) return join.end(shard);
  shard.requests().hold(call, std::move(owned), request.received.mono + shard.config().request_timeout);
}

}  // namespace kstream::broker
