// Fetch, 4-18. 7 brought sessions (we answer session id 0: none), 9 the leader epoch, 12 is flexible, 13 names topics
// by id, 15 moves the replica id into a tagged field, 17 and 18 add what only followers send.
//
// Two rounds: Arm asks each shard what there is and to be told when it grows; when all have said and min.bytes is
// reached, a partition has an error, or max.wait.ms is over, Collect allots the bytes in the request's order and asks
// for ranges of files. Only the first batch of an answer may exceed the limits (KIP-74).
#include "protocol/fetch.h"
#include "broker/handlers/handler.h"
#include "broker/placement.h"

#include <algorithm>

namespace kstream::broker {
namespace {

using protocol::FetchRequest;
using protocol::FetchResponse;

/// Whatever a client asks for, so long as it waits at most.
constexpr std::chrono::minutes kLongestWait{10};

class FetchJoin final : public Join {
 public:
  FetchJoin(Ticket<FetchResponse> ticket, FetchRequest request, int version)
      : ticket_(std::move(ticket)), request_(std::move(request)), version_(version) {}

  void resolve(const Shard& shard);
  void arm(Shard& shard);
  bool has_parts() const { return !parts_.empty(); }
  void answer(Shard& shard);

  void part(Shard& shard, Message&& message, base::Now now) override {
    if (auto* grown = std::get_if<Grown>(&message)) return grow(shard, *grown, now);
    for (auto& range : std::get<Ranges>(message).parts) fill(range);
    if (--collecting_ == 0) answer(shard);
  }
  void expire(Shard& shard, base::Now now) override {
    if (collecting_ > 0 || waited_) return give_up(shard);
    waited(shard, now);
  }
  void stopping(Shard& shard, base::Now now) override {
    if (collecting_ == 0 && !waited_) waited(shard, now);
  }
  /// When to call expire() first.
  base::MonoTime deadline(const Shard& shard, base::MonoTime received) const {
    if (waited_) return received + shard.config().request_timeout;
    return received + std::min<std::chrono::nanoseconds>(std::chrono::milliseconds(request_.max_wait_ms), kLongestWait);
  }
  void abandon(Shard& shard) override {
    std::vector<Disarm> disarms(shard.shards());
    for (auto& part : parts_) disarms[shard_of(part.key, shard.shards())].keys.push_back(part.key);
    for (MachineId to = 0; to < disarms.size(); ++to) {
      if (disarms[to].keys.empty()) continue;
      disarms[to].call = ticket_.call();
      shard.send(to, std::move(disarms[to]));
    }
  }

 private:
  struct Part {
    std::uint32_t topic = 0, index = 0;  ///< its place in the response
    PartitionKey key;
    Offset from;
    LeaderEpoch epoch = kNoLeaderEpoch;
    std::uint32_t max_bytes = 0;
    std::uint64_t available = 0;
    bool filled = false;  ///< this round's answer has come
    Ranges::Part range;
  };
  FetchResponse::PartitionData& place(const Part& part) {
    return response_.responses[part.topic].partitions[part.index];
  }
  ErrorCode resolve_topic(const cluster::Topic* topic, std::int32_t partition, NodeId self) const;
  std::uint64_t max_bytes(const Shard& shard) const {
    return static_cast<std::uint64_t>(std::clamp(request_.max_bytes, 0, shard.config().fetch_max_bytes));
  }
  void grow(Shard& shard, const Grown& grown, base::Now now);
  void waited(Shard& shard, base::Now now);
  void give_up(Shard& shard);
  void collect(Shard& shard, base::Now now);
  void fill(Ranges::Part& range);

  Ticket<FetchResponse> ticket_;
  FetchRequest request_;
  FetchResponse response_;
  const int version_;
  std::vector<Part> parts_;
  std::size_t unanswered_ = 0;   ///< Arms whose first answer has not come
  std::uint64_t available_ = 0;  ///< bytes, over all parts
  bool at_once_ = false;         ///< a partition has an error
  bool waited_ = false;          ///< max.wait.ms is over
  std::size_t collecting_ = 0;   ///< Collects that are not answered
};

ErrorCode FetchJoin::resolve_topic(const cluster::Topic* topic, std::int32_t partition, NodeId self) const {
  if (!topic) return version_ >= 13 ? ErrorCode::unknown_topic_id : ErrorCode::unknown_topic_or_partition;
  const auto* state = topic->partition(PartitionId(partition));
  if (!state) return ErrorCode::unknown_topic_or_partition;
  auto replica = version_ >= 15 ? request_.replica_state.replica_id : request_.replica_id;
  bool follower = replica >= 0;  // none of ours: this broker has no followers yet
  return follower || state->leader != self ? ErrorCode::not_leader_or_follower : ErrorCode::none;
}

void FetchJoin::resolve(const Shard& shard) {
  response_.responses.resize(request_.topics.size());
  for (std::uint32_t t = 0; t < request_.topics.size(); ++t) {
    auto& asked = request_.topics[t];
    auto& answered = response_.responses[t];
    const auto* topic = version_ >= 13 ? shard.image().topic(asked.topic_id) : shard.image().topic(asked.topic);
    answered.topic = asked.topic;
    answered.topic_id = asked.topic_id;
    answered.partitions.resize(asked.partitions.size());
    for (std::uint32_t p = 0; p < asked.partitions.size(); ++p) {
      auto& in = asked.partitions[p];
      auto& out = answered.partitions[p];
      out.partition_index = in.partition;
      out.high_watermark = -1;
      if (request_.isolation_level == 0) out.aborted_transactions.reset();
      auto error = resolve_topic(topic, in.partition, shard.config().node_id);
      out.error_code = code(error);
      if (error != ErrorCode::none) {
        at_once_ = true;
        continue;
      }
      parts_.push_back({.topic = t,
                        .index = p,
                        .key = {topic->id, PartitionId(in.partition)},
                        .from = Offset(in.fetch_offset),
                        .epoch = LeaderEpoch(in.current_leader_epoch),
                        .max_bytes = static_cast<std::uint32_t>(std::max(in.partition_max_bytes, 0)),
                        .range = {}});
    }
  }
  waited_ = request_.max_wait_ms <= 0;
}

void FetchJoin::arm(Shard& shard) {
  std::vector<Arm> arms(shard.shards());
  for (std::uint32_t i = 0; i < parts_.size(); ++i) {
    auto& part = parts_[i];
    arms[shard_of(part.key, shard.shards())].parts.push_back({i, part.key, part.from, part.epoch});
  }
  for (MachineId to = 0; to < arms.size(); ++to) {
    if (arms[to].parts.empty()) continue;
    ++unanswered_;
    arms[to].call = ticket_.call();
    shard.send(to, std::move(arms[to]));
  }
}

void FetchJoin::grow(Shard& shard, const Grown& grown, base::Now now) {
  if (collecting_ > 0) return;
  // What a shard says first is its answer to Arm, about all parts that it has.
  if (!parts_[grown.parts.front().part].filled) --unanswered_;
  for (auto& news : grown.parts) {
    auto& part = parts_[news.part];
    part.filled = true;
    available_ += news.available - part.available;
    part.available = news.available;
    if (news.error != ErrorCode::none) {
      place(part).error_code = code(news.error);
      at_once_ = true;
    }
  }
  if (unanswered_ > 0) return;
  bool enough = available_ >= static_cast<std::uint64_t>(std::max(request_.min_bytes, 0));
  if (at_once_ || waited_ || enough) collect(shard, now);
}

// A shard that has not said yet what it has does so within its next turns; then the ranges are collected.
void FetchJoin::waited(Shard& shard, base::Now now) {
  waited_ = true;
  if (unanswered_ == 0) return collect(shard, now);
  shard.requests().set_deadline(ticket_.call(), now.mono + shard.config().request_timeout);
}

// A shard, or its disk, owes an answer for longer than a request may take. Clients know no other error that fits.
void FetchJoin::give_up(Shard& shard) {
  for (auto& part : parts_) {
    if (!part.filled) place(part).error_code = code(ErrorCode::kafka_storage_error);
  }
  answer(shard);
}

void FetchJoin::collect(Shard& shard, base::Now now) {
  std::uint64_t left = max_bytes(shard);
  bool first = true;
  std::vector<Collect> collects(shard.shards());
  for (std::uint32_t i = 0; i < parts_.size(); ++i) {
    auto& part = parts_[i];
    part.filled = false;
    std::uint64_t give = 0;
    if (part.available > 0 && (first || left > 0)) {
      // The first partition with data gives one batch at least, so that a reader always gets on.
      give = std::clamp<std::uint64_t>(std::min<std::uint64_t>(part.max_bytes, left), first ? 1 : 0, UINT32_MAX);
      if (give > 0) first = false;
      left -= std::min({left, give, part.available});
    }
    collects[shard_of(part.key, shard.shards())].parts.push_back(
        {i, part.key, part.from, part.epoch, static_cast<std::uint32_t>(give)});
  }
  for (MachineId to = 0; to < collects.size(); ++to) {
    if (collects[to].parts.empty()) continue;
    ++collecting_;
    collects[to].call = ticket_.call();
    shard.send(to, std::move(collects[to]));
  }
  shard.requests().set_deadline(ticket_.call(), now.mono + shard.config().request_timeout);
}

void FetchJoin::fill(Ranges::Part& range) {
  auto& part = parts_[range.part];
  auto& out = place(part);
  part.filled = true;
  out.error_code = code(range.error);
  out.high_watermark = range.high_watermark.value;
  out.last_stable_offset = range.last_stable.value;
  out.log_start_offset = range.log_start.value;
  part.range = std::move(range);
}

void FetchJoin::answer(Shard& shard) {
  std::vector<FilePiece> files;
  std::uint64_t left = max_bytes(shard);
  for (auto& part : parts_) {
    auto& range = part.range;
    auto& out = place(part);
    shard.metrics().count_error(static_cast<std::int16_t>(protocol::ApiKey::fetch),
                                static_cast<ErrorCode>(out.error_code));
    if (!range.file || out.error_code != 0) continue;
    if (!files.empty() && range.bytes > std::min<std::uint64_t>(part.max_bytes, left)) continue;  // for the next fetch
    left -= std::min<std::uint64_t>(left, range.bytes);
    out.records = protocol::Records{{}, range.bytes};
    files.push_back({0, std::move(range.file), range.position, range.bytes});
  }
  if (version_ <= 5) {  // older clients do not know KAFKA_STORAGE_ERROR
    for (auto& topic : response_.responses) {
      for (auto& partition : topic.partitions) {
        if (partition.error_code == code(ErrorCode::kafka_storage_error))
          partition.error_code = code(ErrorCode::not_leader_or_follower);
      }
    }
  }
  shard.requests().answer(std::move(ticket_), response_, std::move(files));
}

}  // namespace

void handle_fetch(Shard& shard, Request&& request, AnyTicket&& ticket) {
  auto body = read_body<FetchRequest>(shard, request, ticket);
  if (!body) return;
  if (body->session_id != 0) {  // we never gave one
    FetchResponse response;
    response.error_code = code(ErrorCode::fetch_session_id_not_found);
    return shard.requests().answer(Ticket<FetchResponse>(std::move(ticket)), response);
  }
  auto call = ticket.call();
  auto join = std::make_unique<FetchJoin>(Ticket<FetchResponse>(std::move(ticket)), std::move(*body),
                                          request.header.api_version);
  join->resolve(shard);
  if (!join->has_parts()) return join->answer(shard);
  join->arm(shard);
  auto deadline = join->deadline(shard, request.received.mono);
  shard.requests().hold(call, std::move(join), deadline);
}

}  // namespace kstream::broker
