#include "broker/requests.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "broker/dispatch.h"
#include "protocol/api_table.h"

#include <algorithm>

namespace kstream::broker {
namespace {

/// What one connection may have waiting and under way before it is no longer read. A single larger frame is taken when
/// nothing else is held.
constexpr std::size_t kMaxHeldRequests = 100, kMaxHeldBytes = 16 << 20;
/// What one connection may start, and be answered, in one turn. A large range of a file takes no memory, and the socket
/// takes only so many.
constexpr std::size_t kTurnRequests = 64, kTurnBytes = 1 << 20, kLargeRange = 32 << 10;
/// What all of them together may be answered in one turn, ranges of files aside.
constexpr std::size_t kTurnAnswers = 4 << 20;

/// What a frame asks for, and whose it is: `FindCoordinator 4, client "rdkafka"`. The front of a header, which is the
/// same in all versions, has been found to be there; the client id may be anything.
std::string named(base::BytesView frame) {
  constexpr std::size_t kVersion = 2, kClientSize = 8, kClient = 10, kShown = 64;
  const auto key = base::load_be<std::int16_t>(frame.data());
  const auto* api = protocol::find_api(key);
  std::string text = (api ? std::string(api->name) : "API " + std::to_string(key)) + ' ' +
                     std::to_string(base::load_be<std::int16_t>(frame.data() + kVersion));
  const auto size = frame.size() < kClient ? 0 : base::load_be<std::int16_t>(frame.data() + kClientSize);
  if (size <= 0) return text;
  text += ", client \"";
  for (const char c : frame.substr(kClient, std::min<std::size_t>(static_cast<std::size_t>(size), kShown)))
    text += c >= ' ' && c <= '~' ? c : '?';
  return text + '"';
}

base::ApiGroup group_of(std::int16_t api) {
  if (api == static_cast<std::int16_t>(protocol::ApiKey::produce)) return base::ApiGroup::produce;
  return api == static_cast<std::int16_t>(protocol::ApiKey::fetch) ? base::ApiGroup::fetch : base::ApiGroup::other;
}

}  // namespace

AnyTicket::~AnyTicket() {
  if (requests_) requests_->dropped(slot_);
}

Call AnyTicket::call(std::uint32_t part) const { return {requests_->self_, slot_, generation_, part}; }

Requests::Requests(MachineId self, Shard& shard, Effects& effects, base::Metrics& metrics, std::size_t most_queued,
                   Start start)
    : self_(self), shard_(shard), effects_(effects), metrics_(metrics), most_queued_(most_queued), start_(start) {}

Requests::~Requests() {
  destroying_ = true;  // tickets that end now need no answer
  ended_.clear();
  for (auto& slot : slots_) slot.join.reset();
}

// ---- connections

ConnectionId Requests::open(std::uint8_t listener) {
  auto slot = static_cast<std::uint32_t>(connections_.size());
  if (free_connections_.empty()) {
    connections_.emplace_back();
  } else {
    slot = free_connections_.back();
    free_connections_.pop_back();
  }
  auto& connection = connections_[slot];
  connection.open = true;
  connection.listener = listener;
  ++open_connections_;
  return {slot, connection.generation};
}

Requests::Connection* Requests::find(ConnectionId id) {
  auto& connection = connections_[id.slot];
  bool is_it = connection.open && !connection.refused && connection.generation == id.generation;
  return is_it ? &connection : nullptr;
}

void Requests::closed(ConnectionId id) {
  auto& connection = connections_[id.slot];
  if (!connection.open || connection.generation != id.generation) return;
  abandon_all(connection);
  connection = Connection{};
  connection.generation = id.generation + 1;
  free_connections_.push_back(id.slot);
  --open_connections_;
}

std::uint64_t Requests::overdue_bytes(ConnectionId id, base::MonoTime since) const {
  const auto& connection = connections_[id.slot];
  if (connection.order.empty() || connection.generation != id.generation) return 0;
  return slots_[connection.order.front()].received < since ? connection.held_bytes : 0;
}

void Requests::set_blocked(ConnectionId id, bool blocked) {
  auto* connection = find(id);
  if (!connection) return;
  connection->blocked = blocked;
  if (!blocked) mark_ready(id, *connection);
}

// Nobody waits for the answers any more. From here on find() must not know the connection.
void Requests::abandon_all(Connection& connection) {
  connection.refused = true;
  queued_ -= connection.waiting.size();
  for (auto& waiting : connection.waiting) held_bytes_ -= waiting.frame.bytes.size();
  connection.waiting.clear();
  for (auto number : std::exchange(connection.order, {})) {
    auto& slot = slots_[number];
    if (slot.join) {
      slot.join->abandon(shard_);
      ended_.push_back(std::move(slot.join));  // its ticket releases the slot
    } else if (slot.answered) {
      release(number);
    }
  }
}

// The slot is used again when the driver has closed the connection: until then answers may be on their way.
void Requests::refuse(ConnectionId id, CloseReason reason, std::string detail) {
  effects_.closes.push_back({id, reason, std::move(detail)});
  abandon_all(*find(id));
}

// ---- the order of requests

bool Requests::receive(ConnectionId id, base::Slice frame, base::Now now) {
  auto* connection = find(id);
  if (!connection || stopping_) return true;
  protocol::Reader reader(frame.bytes, false);
  auto header = protocol::read_request_header(reader);
  if (!header.ok()) {
    if (header.code() != ErrorCode::unsupported_version) return refuse(id, CloseReason::malformed_request), true;
    return refuse(id, CloseReason::unsupported_request, named(frame.bytes)), true;
  }
  const auto* handler = find_handler(header->api_key);
  if (!handler || !serves(*handler, header->api_version))
    return refuse(id, CloseReason::unsupported_request, named(frame.bytes)), true;
  auto body = frame.bytes.substr(frame.bytes.size() - reader.left());
  connection->held_bytes += frame.bytes.size();
  held_bytes_ += frame.bytes.size();
  ++queued_;
  connection->waiting.push_back({std::move(*header), std::move(frame), body, now, handler->overlapping});
  mark_ready(id, *connection);
  run(now);
  connection = find(id);
  if (!connection) return true;
  connection->full = is_full(*connection);
  return !connection->full;
}

bool Requests::is_full(const Connection& connection) const {
  auto held = connection.waiting.size() + connection.order.size();
  bool crowded = queued_ >= most_queued_ && !connection.waiting.empty();
  return held >= kMaxHeldRequests || connection.held_bytes >= kMaxHeldBytes || crowded;
}

bool Requests::had_its_share(const Connection& connection) const {
  if (effects_.bytes.size() >= kTurnAnswers) return true;
  return connection.turn == effects_.turn && (connection.started >= kTurnRequests || connection.answered >= kTurnBytes);
}

void Requests::begin_share(Connection& connection) const {
  if (std::exchange(connection.turn, effects_.turn) != effects_.turn) connection.started = connection.answered = 0;
}

void Requests::next_turn() {
  for (auto id : std::exchange(held_back_, {})) {
    auto* connection = find(id);
    if (!connection) continue;
    connection->held_back = false;
    mark_ready(id, *connection);
  }
}

bool Requests::may_start(const Connection& connection) const {
  if (connection.waiting.empty() || connection.blocked || stopping_) return false;
  return connection.waiting.front().overlapping ? connection.exclusive == 0 : connection.order.empty();
}

void Requests::start_next(ConnectionId id, Connection& connection) {
  auto number = static_cast<std::uint32_t>(slots_.size());
  if (free_slots_.empty()) {
    slots_.emplace_back();
  } else {
    number = free_slots_.back();
    free_slots_.pop_back();
  }
  auto next = std::move(connection.waiting.front());
  connection.waiting.pop_front();
  --queued_;
  begin_share(connection);
  ++connection.started;
  connection.order.push_back(number);
  connection.exclusive += next.overlapping ? 0 : 1;
  auto& slot = slots_[number];
  slot.in_use = true;
  slot.overlapping = next.overlapping;
  slot.connection = id;
  slot.api = next.header.api_key;
  slot.version = encoded_version(next.header.api_key, next.header.api_version);
  slot.correlation = next.header.correlation_id;
  slot.frame = next.frame;
  slot.received = next.received.mono;
  slot.started = now_.mono;
  ++under_way_;
  metrics_.count_request(next.header.api_key);
  start_(shard_, {id, connection.listener, std::move(next.header), std::move(next.frame), next.body, next.received},
         AnyTicket(this, number, slot.generation));
}

void Requests::mark_ready(ConnectionId id, Connection& connection) {
  if (std::exchange(connection.ready, true)) return;
  ready_.push_back(id);
}

void Requests::run(base::Now) {
  for (std::size_t i = 0; i < ready_.size(); ++i) {  // starting a request may make further ones ready
    auto id = ready_[i];
    if (auto* connection = find(id)) connection->ready = false;
    for (auto* connection = find(id); connection && may_start(*connection); connection = find(id)) {
      if (!room_ || had_its_share(*connection)) {
        if (!std::exchange(connection->held_back, true)) held_back_.push_back(id);
        break;
      }
      start_next(id, *connection);
    }
    auto* connection = find(id);
    if (connection && connection->full && !is_full(*connection)) {
      connection->full = false;
      effects_.resumed.push_back(id);
    }
  }
  ready_.clear();
  ended_.clear();
}

// ---- answers

std::uint32_t Requests::redeem(AnyTicket& ticket) {
  KS_ASSERT(ticket.requests_ == this);
  ticket.requests_ = nullptr;
  auto& slot = slots_[ticket.slot_];
  KS_ASSERT(slot.in_use && slot.generation == ticket.generation_ && !slot.answered);
  if (slot.join) ended_.push_back(std::move(slot.join));
  slot.deadline = base::MonoTime::never();
  return ticket.slot_;
}

void Requests::finish(AnyTicket&& ticket, const void* response, Encode write) {
  auto number = redeem(ticket);
  auto& slot = slots_[number];
  KS_ASSERT(!slot.silent);
  auto* connection = find(slot.connection);
  KS_ASSERT(connection != nullptr);  // else its join would have been abandoned
  if (connection->order.front() != number) {
    slot.answered = encode(slot, response, write, slot.early, slot.early_pieces);
    if (!slot.answered) fault(number, "cannot be encoded");
    return;
  }
  auto id = slot.connection;
  auto begin = effects_.bytes.size(), first_piece = effects_.pieces.size();
  if (!encode(slot, response, write, effects_.bytes, effects_.pieces)) return fault(number, "cannot be encoded");
  send(id, begin, first_piece);
  connection->order.pop_front();
  release(number);
  flush(id, *connection);
}

// The frame: length, correlation id, in flexible versions the header's tags, body. Ranges of files count in the length.
// False if a field, or the length, cannot hold what it is given; nothing is appended then.
bool Requests::encode(const Slot& slot, const void* response, Encode write, std::string& out,
                      std::vector<FilePiece>& pieces) {
  auto begin = out.size();
  out.append(4, '\0');
  protocol::Writer writer(out, slot.version >= protocol::find_api(slot.api)->flexible_from);
  protocol::write_response_header(writer, static_cast<protocol::ApiKey>(slot.api), slot.correlation);
  write(response, writer, slot.version);
  KS_ASSERT(!writer.ok() || writer.splices().size() == files_.size());
  std::size_t size = out.size() - begin - 4;
  for (const auto& file : files_) size += file.bytes;
  if (!writer.ok() || size > INT32_MAX) {
    out.resize(begin);
    files_.clear();
    return false;
  }
  for (std::size_t i = 0; i < files_.size(); ++i) {
    files_[i].at = writer.splices()[i].at;
    pieces.push_back(std::move(files_[i]));
  }
  files_.clear();
  base::store_be(out.data() + begin, static_cast<std::int32_t>(size));
  return true;
}

void Requests::send(ConnectionId to, std::size_t begin, std::size_t first_piece) {
  auto& connection = connections_[to.slot];
  begin_share(connection);
  connection.answered += effects_.bytes.size() - begin;
  for (auto i = first_piece; i < effects_.pieces.size(); ++i) {
    if (effects_.pieces[i].bytes < kLargeRange) connection.answered += effects_.pieces[i].bytes;
  }
  effects_.sends.push_back({to, begin, effects_.bytes.size(), first_piece, effects_.pieces.size() - first_piece});
}

// Sends the answers that were only waiting for an earlier one.
void Requests::flush(ConnectionId id, Connection& connection) {
  while (!connection.order.empty() && slots_[connection.order.front()].answered) {
    auto number = connection.order.front();
    auto& slot = slots_[number];
    auto begin = effects_.bytes.size(), first_piece = effects_.pieces.size();
    effects_.bytes += slot.early;
    for (auto& piece : slot.early_pieces) {
      piece.at += begin;
      effects_.pieces.push_back(std::move(piece));
    }
    send(id, begin, first_piece);
    connection.order.pop_front();
    release(number);
  }
  mark_ready(id, connection);
}

void Requests::release(std::uint32_t number) {
  auto& slot = slots_[number];
  effects_.answered.push_back({group_of(slot.api), slot.received, slot.started, now_.mono});
  held_bytes_ -= slot.frame.bytes.size();
  if (auto* connection = find(slot.connection)) {
    connection->held_bytes -= slot.frame.bytes.size();
    connection->exclusive -= slot.overlapping ? 0 : 1;
  }
  auto generation = slot.generation + 1;
  auto early = std::move(slot.early);  // keep its memory
  early.clear();
  slot = Slot{};
  slot.generation = generation;
  slot.early = std::move(early);
  free_slots_.push_back(number);
  --under_way_;
}

void Requests::count_as_answered(const AnyTicket& ticket) {
  auto& slot = slots_[ticket.slot_];
  slot.silent = true;
  auto* connection = find(slot.connection);
  if (!connection) return;
  std::erase(connection->order, ticket.slot_);
  flush(slot.connection, *connection);
}

void Requests::no_answer(AnyTicket&& ticket) {
  auto number = redeem(ticket);
  KS_ASSERT(slots_[number].silent);
  auto id = slots_[number].connection;
  release(number);
  if (auto* connection = find(id)) mark_ready(id, *connection);
}

void Requests::close(AnyTicket&& ticket, CloseReason reason) {
  auto number = redeem(ticket);
  auto id = slots_[number].connection;
  if (auto* connection = find(id)) {
    std::erase(connection->order, number);
    release(number);
    return refuse(id, reason);
  }
  release(number);
}

void Requests::dropped(std::uint32_t number) {
  if (destroying_) return;
  if (!find(slots_[number].connection)) return release(number);  // abandoned
  fault(number, "was never given");
}

// A defect of ours: the connection ends, so that the client asks again, and it is told.
void Requests::fault(std::uint32_t number, const char* what) {
#ifdef KSTREAM_CHECKED
  KS_ASSERT(!"an answer was dropped, or cannot be encoded");
#endif
  auto id = slots_[number].connection;
  effects_.log.push_back({base::LogLevel::error, "a defect: an answer of API " + std::to_string(slots_[number].api) +
                                                     " version " + std::to_string(slots_[number].version) + ' ' + what +
                                                     "; its connection is closed"});
  std::erase(find(id)->order, number);
  release(number);
  refuse(id, CloseReason::defect);
}

// ---- joins

// Entries that are out of date are dropped when they come first, or here, when there are many.
void Requests::set_deadline(const Call& call, base::MonoTime deadline) {
  auto& slot = slots_[call.slot];
  slot.deadline = deadline;
  if (expiries_.size() > 64 + 4 * slots_.size()) {
    std::erase_if(expiries_, [&](const Expiry& expiry) { return !is_due(expiry); });
    std::make_heap(expiries_.begin(), expiries_.end());
  }
  expiries_.push_back({deadline, call.slot, slot.generation});
  std::push_heap(expiries_.begin(), expiries_.end());
}

bool Requests::is_due(const Expiry& expiry) const {
  const auto& slot = slots_[expiry.slot];
  return slot.generation == expiry.generation && slot.deadline == expiry.at && slot.join;
}

void Requests::hold(const Call& call, std::unique_ptr<Join> join, base::MonoTime deadline) {
  slots_[call.slot].join = std::move(join);
  set_deadline(call, deadline);
}

Join* Requests::join(const Call& call) {
  auto& slot = slots_[call.slot];
  return slot.in_use && slot.generation == call.generation ? slot.join.get() : nullptr;
}

void Requests::expire(base::Now now) {
  while (!expiries_.empty() && expiries_.front().at <= now.mono) {
    std::pop_heap(expiries_.begin(), expiries_.end());
    auto expiry = expiries_.back();
    expiries_.pop_back();
    if (is_due(expiry)) slots_[expiry.slot].join->expire(shard_, now);
  }
}

void Requests::stop(base::Now now) {
  stopping_ = true;
  for (std::size_t i = 0; i < slots_.size(); ++i) {  // a join that is called may end itself
    if (slots_[i].join) slots_[i].join->stopping(shard_, now);
  }
}

}  // namespace kstream::broker
