// Fetch, 4-18. 7 brought sessions, 9 the leader epoch, 12 is flexible, 13 names topics by id, 15 moves the replica id
// into a tagged field, 17 and 18 add what only followers send.
//
// Two rounds: Arm asks each shard what there is and to be told when it grows; when all have said and min.bytes is
// reached, a partition has an error, or max.wait.ms is over, Collect allots the bytes in the request's order and asks
// for ranges of files. Only the first batch of an answer may exceed the limits (KIP-74).
//
// In a session (KIP-227, fetch_sessions.h) partitions stay armed from one request to the next: those that the request
// names are armed anew, and only those that have something to tell are collected and answered.
#include "protocol/fetch.h"
#include "broker/fetch_sessions.h"
#include "broker/handlers/handler.h"
#include "broker/per_shard.h"

#include <algorithm>
#include <optional>
#include <set>

namespace kstream::broker {
namespace {

using protocol::FetchRequest;
using protocol::FetchResponse;

/// Whatever a client asks for, so long as it waits at most.
constexpr std::chrono::minutes kLongestWait{10};
/// session_epoch of a full fetch that opens a session, and of one that wants none.
constexpr std::int32_t kInitialEpoch = 0, kFinalEpoch = -1;

class FetchJoin final : public Join {
 public:
  FetchJoin(Ticket<FetchResponse> ticket, FetchRequest request, int version, std::uint8_t listener)
      : ticket_(std::move(ticket)), request_(std::move(request)), version_(version), listener_(listener) {}

  /// Goes on within a session, as a full or an incremental fetch.
  void enter(Shard& shard, FetchSession& session, bool full);
  /// The session is over, and this fetch is its last: there is nothing in it.
  void leave() {
    session_.reset();
    response_.session_id = 0;
  }
  /// In a session: answers if it need not wait any longer.
  void look(Shard& shard, base::Now now);
  void resolve(const Shard& shard);
  void arm(Shard& shard);
  bool has_parts() const { return !parts_.empty(); }
  void answer(Shard& shard);

  void part(Shard& shard, Message&& message, base::Now now) override {
    if (auto* grown = std::get_if<Grown>(&message)) return session_ ? look(shard, now) : grow(shard, *grown, now);
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
    if (session_) {
      if (auto* session = find_session(shard)) session->fetching = false;
      return;
    }
    PerShard<Disarm> disarms(shard, ticket_.call());
    for (auto& part : parts_) disarms.of(part.key).parts.push_back(part.key);
    disarms.send();
  }

 private:
  struct Part {
    std::uint32_t topic = 0, index = 0;  ///< its place in the response
    std::uint32_t number = 0;            ///< in the session
    PartitionKey key;
    Offset from;
    LeaderEpoch epoch = kNoLeaderEpoch;
    std::uint32_t max_bytes = 0;
    std::uint64_t available = 0;
    bool asked = true;    ///< its shard, in this round
    bool is_new = false;  ///< in the session
    bool filled = false;  ///< the answer has come
    bool sent = false;    ///< with records
    Ranges::Part range;
  };
  FetchResponse::PartitionData& place(const Part& part) {
    return response_.responses[part.topic].partitions[part.index];
  }
  FetchSession* find_session(Shard& shard) const { return shard.fetch_sessions().find(*session_); }
  /// Clients that name a topic by its id are told so when it is deleted while they wait.
  std::int16_t told(ErrorCode error) {
    wrong_leader_ |= error == ErrorCode::fenced_leader_epoch || error == ErrorCode::not_leader_or_follower;
    bool gone = error == ErrorCode::unknown_topic_or_partition && version_ >= 13;
    return code(gone ? ErrorCode::unknown_topic_id : error);
  }
  ErrorCode resolve_topic(const cluster::Topic* topic, std::int32_t partition, NodeId self) const;
  FetchResponse::PartitionData& add_place(FetchResponse::FetchableTopicResponse& topic, std::int32_t index) const;
  std::uint64_t max_bytes(const Shard& shard) const {
    return static_cast<std::uint64_t>(std::clamp(request_.max_bytes, 0, shard.config().fetch_max_bytes));
  }
  std::uint64_t min_bytes() const { return static_cast<std::uint64_t>(std::max(request_.min_bytes, 0)); }
  void arm_session(Shard& shard, FetchSession& session);
  void take_changed(FetchSession& session);
  void tell(FetchSession& session);
  void drop_untold();
  void hint_at_leaders(const Shard& shard);
  void fail(Shard& shard, ErrorCode error);
  void grow(Shard& shard, const Grown& grown, base::Now now);
  void waited(Shard& shard, base::Now now);
  void give_up(Shard& shard);
  void collect(Shard& shard, base::Now now);
  void fill(Ranges::Part& range);

  Ticket<FetchResponse> ticket_;
  FetchRequest request_;
  FetchResponse response_;
  const int version_;
  const std::uint8_t listener_;
  std::optional<Call> session_;  ///< FetchSession::call()
  bool full_ = true;             ///< every partition is answered, not only those that changed
  std::vector<Part> parts_;
  std::size_t unanswered_ = 0;   ///< Arms whose first answer has not come
  std::uint64_t available_ = 0;  ///< bytes, over all parts
  bool at_once_ = false;         ///< a partition has an error
  bool wrong_leader_ = false;    ///< a partition has one that tells of another leader, or another epoch of this one
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

FetchResponse::PartitionData& FetchJoin::add_place(FetchResponse::FetchableTopicResponse& topic,
                                                   std::int32_t index) const {
  auto& out = topic.partitions.emplace_back();
  out.partition_index = index;
  out.high_watermark = -1;
  if (request_.isolation_level == 0) out.aborted_transactions.reset();
  return out;
}

void FetchJoin::resolve(const Shard& shard) {
  response_.responses.resize(request_.topics.size());
  for (std::uint32_t t = 0; t < request_.topics.size(); ++t) {
    auto& asked = request_.topics[t];
    auto& answered = response_.responses[t];
    const auto* topic = version_ >= 13 ? shard.image().topic(asked.topic_id) : shard.image().topic(asked.topic);
    answered.topic = asked.topic;
    answered.topic_id = asked.topic_id;
    answered.partitions.reserve(asked.partitions.size());
    for (std::uint32_t p = 0; p < asked.partitions.size(); ++p) {
      auto& in = asked.partitions[p];
      auto& out = add_place(answered, in.partition);
      auto error = resolve_topic(topic, in.partition, shard.config().node_id);
      out.error_code = told(error);
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
  PerShard<Arm> arms(shard, ticket_.call());
  for (std::uint32_t i = 0; i < parts_.size(); ++i) {
    auto& part = parts_[i];
    arms.of(part.key).parts.push_back({i, part.key, part.from, part.epoch});
  }
  unanswered_ = arms.send();
}

void FetchJoin::grow(Shard& shard, const Grown& grown, base::Now now) {
  if (collecting_ > 0) return;
  if (!grown.growth) --unanswered_;
  for (auto& news : grown.parts) {
    auto& part = parts_[news.part];
    part.filled = true;
    available_ += news.available - part.available;
    part.available = news.available;
    if (news.error != ErrorCode::none) {
      place(part).error_code = told(news.error);
      at_once_ = true;
    }
  }
  if (unanswered_ > 0) return;
  if (at_once_ || waited_ || available_ >= min_bytes()) collect(shard, now);
}

// ---- in a session

void FetchJoin::enter(Shard& shard, FetchSession& session, bool full) {
  session_ = session.call();
  full_ = full;
  response_.session_id = session.id();
  waited_ = request_.max_wait_ms <= 0;
  session.fetching = true;
  session.fetch = ticket_.call();
  arm_session(shard, session);
}

// What the request names, and what had an error, which may be mended. What it forgets is disarmed.
void FetchJoin::arm_session(Shard& shard, FetchSession& session) {
  PerShard<Disarm> disarms(shard, session.call());
  for (auto& topic : request_.forgotten_topics_data) {
    for (auto index : topic.partitions) {
      auto number = session.remove(topic.topic, topic.topic_id, index);
      if (number) disarms.of(session.partition(*number).key).parts.push_back(session.partition(*number).key);
    }
  }
  disarms.send();
  std::vector<std::uint32_t> named;
  for (auto number : session.changed()) {
    if (session.partition(number).error != ErrorCode::none) named.push_back(number);
  }
  for (auto& topic : request_.topics) {
    for (auto& asked : topic.partitions) named.push_back(session.put(topic, asked));
  }
  PerShard<Arm> arms(shard, session.call());
  for (auto number : named) {
    auto& partition = session.partition(number);
    const auto* topic =
        session.by_id() ? shard.image().topic(partition.topic_id) : shard.image().topic(partition.topic);
    auto error = resolve_topic(topic, partition.index, shard.config().node_id);
    session.set_error(number, error);
    partition.here = error == ErrorCode::none;
    if (!partition.here) continue;
    partition.key = {topic->id, PartitionId(partition.index)};
    partition.every = min_bytes() > 1;
    arms.of(partition.key)
        .parts.push_back({number, partition.key, partition.from, partition.current_leader_epoch, partition.every});
  }
  session.unanswered += arms.send();
}

void FetchJoin::look(Shard& shard, base::Now now) {
  auto& session = *find_session(shard);
  if (collecting_ > 0 || session.unanswered > 0) return;
  if (session.errors() > 0 || waited_ || session.available() >= min_bytes()) return collect(shard, now);
  // Something is there, and it is not enough: every growth counts from here on.
  PerShard<Arm> arms(shard, session.call());
  for (auto number : session.changed()) {
    auto& partition = session.partition(number);
    if (std::exchange(partition.every, true)) continue;
    arms.of(partition.key)
        .parts.push_back({number, partition.key, partition.from, partition.current_leader_epoch, true});
  }
  session.unanswered += arms.send();
}

// Makes parts of what is to be collected, with places in the response.
void FetchJoin::take_changed(FetchSession& session) {
  auto take = [&](std::uint32_t number) {
    auto& partition = session.partition(number);
    auto* topic = response_.responses.empty() ? nullptr : &response_.responses.back();
    if (!topic || topic->topic != partition.topic || topic->topic_id != partition.topic_id) {
      topic = &response_.responses.emplace_back();
      topic->topic = partition.topic;
      topic->topic_id = partition.topic_id;
    }
    add_place(*topic, partition.index).error_code = told(partition.error);
    parts_.push_back({.topic = static_cast<std::uint32_t>(response_.responses.size() - 1),
                      .index = static_cast<std::uint32_t>(topic->partitions.size() - 1),
                      .number = number,
                      .key = partition.key,
                      .from = partition.from,
                      .epoch = partition.current_leader_epoch,
                      .max_bytes = partition.max_bytes,
                      .available = partition.available,
                      .asked = partition.here,
                      .is_new = partition.high_watermark == kNoOffset,
                      .range = {}});
  };
  const auto added = session.take_new();
  if (full_) return session.each([&](std::uint32_t number, auto&) { take(number); });
  for (auto number : session.changed()) take(number);
  for (auto number : added) {
    if (session.is_quiet(number)) take(number);
  }
}

// What the answer says the session has told its client. In an incremental fetch, what says nothing new is left out.
void FetchJoin::tell(FetchSession& session) {
  for (auto& part : parts_) {
    auto& out = place(part);
    auto& partition = session.partition(part.number);
    auto error = static_cast<ErrorCode>(out.error_code);
    session.set_error(part.number, error);
    if (part.sent) session.served(part.number);
    bool news = error != ErrorCode::none || part.sent;
    if (part.filled) {
      news |= partition.high_watermark.value != out.high_watermark || partition.log_start.value != out.log_start_offset;
      partition.high_watermark = Offset(error == ErrorCode::none ? out.high_watermark : -1);
      partition.log_start = Offset(out.log_start_offset);
    }
    if (!full_ && !news) out.partition_index = -1;
  }
}

// Places that tell nothing, and topics without any.
void FetchJoin::drop_untold() {
  for (auto& topic : response_.responses)
    std::erase_if(topic.partitions, [](auto& partition) { return partition.partition_index < 0; });
  std::erase_if(response_.responses, [](auto& topic) { return topic.partitions.empty(); });
}

// Whoever asked the wrong broker, or one of another epoch, need not ask for metadata to mend that (KIP-951).
void FetchJoin::hint_at_leaders(const Shard& shard) {
  std::set<NodeId> named;
  for (auto& topic : response_.responses) {
    for (auto& out : topic.partitions) {
      const auto error = static_cast<ErrorCode>(out.error_code);
      if (error != ErrorCode::fenced_leader_epoch && error != ErrorCode::not_leader_or_follower) continue;
      const auto* known = shard.image().topic(topic.topic_id);
      const auto* state = known ? known->partition(PartitionId(out.partition_index)) : nullptr;
      if (!state) continue;
      out.current_leader = {state->leader.value, state->leader_epoch.value};
      named.insert(state->leader);
    }
  }
  for (const auto id : named) {
    const auto* broker = shard.image().broker(id);
    const auto* endpoint = broker ? broker->endpoint(shard.config().listeners[listener_].name) : nullptr;
    if (endpoint) response_.node_endpoints.push_back({id.value, endpoint->host, endpoint->port, broker->rack});
  }
}

// The session is gone: closed by another request of its client.
void FetchJoin::fail(Shard& shard, ErrorCode error) {
  response_ = {};
  response_.error_code = code(error);
  shard.requests().answer(std::move(ticket_), response_);
}

// ---- both

// A shard that has not said yet what it has does so within its next turns; then the ranges are collected.
void FetchJoin::waited(Shard& shard, base::Now now) {
  waited_ = true;
  auto* session = session_ ? find_session(shard) : nullptr;
  if (session_ ? !session || session->unanswered == 0 : unanswered_ == 0) return collect(shard, now);
  shard.requests().set_deadline(ticket_.call(), now.mono + shard.config().request_timeout);
}

// A shard, or its disk, owes an answer for longer than a request may take. Clients know no other error that fits.
void FetchJoin::give_up(Shard& shard) {
  for (auto& part : parts_) {
    if (part.asked && !part.filled) place(part).error_code = code(ErrorCode::kafka_storage_error);
  }
  answer(shard);
}

void FetchJoin::collect(Shard& shard, base::Now now) {
  if (session_) {
    auto* session = find_session(shard);
    if (!session) return fail(shard, ErrorCode::fetch_session_id_not_found);
    take_changed(*session);
  }
  std::uint64_t left = max_bytes(shard);
  bool first = true;
  PerShard<Collect> collects(shard, ticket_.call());
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
    if (session_) part.asked &= full_ || give > 0 || part.is_new || place(part).error_code != 0;
    if (!part.asked) continue;
    collects.of(part.key).parts.push_back({i, part.key, part.from, part.epoch, static_cast<std::uint32_t>(give)});
  }
  collecting_ = collects.send();
  if (collecting_ == 0) return answer(shard);
  shard.requests().set_deadline(ticket_.call(), now.mono + shard.config().request_timeout);
}

void FetchJoin::fill(Ranges::Part& range) {
  auto& part = parts_[range.part];
  auto& out = place(part);
  part.filled = true;
  out.error_code = told(range.error);
  out.high_watermark = range.high_watermark.value;
  out.last_stable_offset = range.last_stable.value;
  out.log_start_offset = range.log_start.value;
  part.range = std::move(range);
}

void FetchJoin::answer(Shard& shard) {
  auto files = shard.requests().spare_files();
  std::uint64_t left = max_bytes(shard);
  for (auto& part : parts_) {
    auto& range = part.range;
    auto& out = place(part);
    if (!range.file || out.error_code != 0) continue;
    if (!files.empty() && range.bytes > std::min<std::uint64_t>(part.max_bytes, left)) continue;  // for the next fetch
    left -= std::min<std::uint64_t>(left, range.bytes);
    out.records = protocol::Records{{}, range.bytes};
    part.sent = true;
    files.push_back({0, std::move(range.file), range.position, range.bytes});
  }
  if (session_) {
    auto* session = find_session(shard);
    if (!session) return fail(shard, ErrorCode::fetch_session_id_not_found);
    session->fetching = false;
    tell(*session);
    drop_untold();
  }
  if (wrong_leader_ && version_ >= 16) hint_at_leaders(shard);
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
  auto version = request.header.api_version;
  auto now = request.received.mono;
  auto call = ticket.call();
  auto& sessions = shard.fetch_sessions();
  bool full = body->session_epoch == kInitialEpoch || body->session_epoch == kFinalEpoch;
  std::size_t partitions = 0;
  for (const auto& topic : body->topics) partitions += topic.partitions.size();
  auto* session = body->session_id == 0 ? nullptr : sessions.find(body->session_id);
  auto refuse = [&](ErrorCode error) {
    FetchResponse response;
    response.error_code = code(error);
    shard.requests().answer(Ticket<FetchResponse>(std::move(ticket)), response);
  };
  if (!full) {
    if (session && session->worn_out(partitions))
      shard.close_fetch_session(*std::exchange(session, nullptr), request.received);
    if (!session) return refuse(ErrorCode::fetch_session_id_not_found);
    if (session->epoch != body->session_epoch || session->fetching)
      return refuse(ErrorCode::invalid_fetch_session_epoch);
    if (session->by_id() != (version >= 13)) return refuse(ErrorCode::fetch_session_topic_id_error);
    session->epoch = session->epoch == INT32_MAX ? 1 : session->epoch + 1;
    session->used = now;
  } else {
    if (session) shard.close_fetch_session(*session, request.received);
    session = body->session_epoch == kInitialEpoch
                  ? shard.open_fetch_session(partitions, version >= 13, request.received)
                  : nullptr;
  }
  auto join = std::make_unique<FetchJoin>(Ticket<FetchResponse>(std::move(ticket)), std::move(*body), version,
                                          request.listener);
  if (session) {
    join->enter(shard, *session, full);
    if (session->size() == 0) {
      shard.close_fetch_session(*session, request.received);
      join->leave();
      return join->answer(shard);
    }
    auto& waiting = *join;
    shard.requests().hold(call, std::move(join), waiting.deadline(shard, now));
    return waiting.look(shard, request.received);
  }
  join->resolve(shard);
  if (!join->has_parts()) return join->answer(shard);
  join->arm(shard);
  auto deadline = join->deadline(shard, now);
  shard.requests().hold(call, std::move(join), deadline);
}

}  // namespace kstream::broker
