// ListOffsets, 1-11. A time, or a word: -1 latest, -2 earliest, -3 (from 7) the greatest timestamp, -4 (8) earliest
// local, -5 (9) latest tiered, -6 (11) earliest pending upload. 4 brought leader epochs, 6 is flexible.
#include "protocol/list_offsets.h"
#include "broker/handlers/handler.h"

#include <map>

namespace kstream::broker {
namespace {

using protocol::ListOffsetsRequest;
using protocol::ListOffsetsResponse;

class ListOffsetsJoin final : public Join {
 public:
  ListOffsetsJoin(Ticket<ListOffsetsResponse> ticket, int version) : ticket_(std::move(ticket)), version_(version) {}

  ListOffsetsResponse response;
  std::vector<ListOffsetsResponse::ListOffsetsPartitionResponse*> places;
  std::size_t missing = 0;

  void part(Shard& shard, Message&& message, base::Now) override {
    auto& answer = std::get<LookedUp>(message);
    auto& place = *places[answer.call.part];
    place.error_code = code(answer.error);
    place.timestamp = answer.timestamp.value;
    place.offset = answer.offset.value;
    if (version_ >= 4) place.leader_epoch = answer.leader_epoch.value;
    if (--missing == 0) end(shard);
  }
  void expire(Shard& shard, base::Now) override { end(shard); }
  void end(Shard& shard) { shard.requests().answer(std::move(ticket_), response); }
  Call call(std::uint32_t part) const { return ticket_.call(part); }

 private:
  Ticket<ListOffsetsResponse> ticket_;
  const int version_;
};

/// The version from which on a word is known.
bool known_word(std::int64_t timestamp, int version) {
  if (timestamp >= -2) return true;
  if (timestamp < -6) return false;
  constexpr int kSince[] = {7, 8, 9, 11};  // of -3, -4, -5, -6
  return version >= kSince[-3 - timestamp];
}

}  // namespace

void handle_list_offsets(Shard& shard, Request&& request, AnyTicket&& ticket) {
  auto body = read_body<ListOffsetsRequest>(shard, request, ticket);
  if (!body) return;
  auto call = ticket.call();
  auto owned =
      std::make_unique<ListOffsetsJoin>(Ticket<ListOffsetsResponse>(std::move(ticket)), request.header.api_version);
  auto& join = *owned;
  join.response.topics.resize(body->topics.size());
  std::map<std::pair<std::string_view, std::int32_t>, int> times;
  for (const auto& topic : body->topics) {
    for (const auto& partition : topic.partitions) ++times[{topic.name, partition.partition_index}];
  }
  for (std::size_t t = 0; t < body->topics.size(); ++t) {
    const auto& asked = body->topics[t];
    auto& answer = join.response.topics[t];
    const auto* topic = shard.image().topic(asked.name);
    answer.name = asked.name;
    answer.partitions.resize(asked.partitions.size());
    for (std::size_t p = 0; p < asked.partitions.size(); ++p) {
      const auto& in = asked.partitions[p];
      auto& out = answer.partitions[p];
      out.partition_index = in.partition_index;
      if (times[{asked.name, in.partition_index}] > 1) {
        out.error_code = code(ErrorCode::invalid_request);
      } else if (!known_word(in.timestamp, request.header.api_version)) {
        out.error_code = code(ErrorCode::unsupported_version);
      } else if (!topic || !topic->partition(PartitionId(in.partition_index))) {
        out.error_code = code(ErrorCode::unknown_topic_or_partition);
      } else {
        out.error_code = code(ErrorCode::request_timed_out);  // until its part comes
        PartitionKey key{topic->id, PartitionId(in.partition_index)};
        shard.send(key, Lookup{join.call(static_cast<std::uint32_t>(join.places.size())), key, in.timestamp,
                               LeaderEpoch(in.current_leader_epoch)});
        join.places.push_back(&out);
        ++join.missing;
      }
    }
  }
  if (join.missing == 0) return join.end(shard);
  shard.requests().hold(call, std::move(owned), request.received.mono + shard.config().request_timeout);
}

}  // namespace kstream::broker
