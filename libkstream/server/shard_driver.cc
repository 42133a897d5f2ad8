#include "server/shard_driver.h"

#include "net/same_machine.h"
#include "server/memory_limit.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace kstream::server {
namespace {

/// A connection's share of a turn, beside kTurnBytes; and up to where it goes on within a large frame, which is best
/// answered in the turn that received most of it.
constexpr std::size_t kFramesPerTurn = 64, kLargeFramePerTurn = 2 << 20;
/// Memory for frames is given back after a while without traffic.
constexpr std::chrono::seconds kTrimAfter{5};

/// A request of this size is small.
constexpr std::size_t kSmallRequest = 64 << 10;
/// For memory that others hold to become free, before who holds most of it is closed.
constexpr std::chrono::seconds kStarveFor{1};
/// No request of a client that means well takes as long.
constexpr std::chrono::seconds kOverdue{10};

/// A shard's share of queued.max.request.bytes, in which the largest request always has room.
std::uint64_t budget_of(const broker::Shard& shard) {
  const auto& config = shard.config();
  auto configured = config.queued_max_request_bytes;
  auto all = static_cast<std::uint64_t>(configured);
  if (configured <= 0) all = memory_limit() / 4;
  return std::max(all / shard.shards(), static_cast<std::uint64_t>(config.socket_request_max_bytes));
}

base::Metric metric_of(broker::CloseReason reason) {
  using base::Metric;
  constexpr Metric kMetrics[] = {Metric::closed_malformed, Metric::closed_unsupported, Metric::closed_failed_unanswered,
                                 Metric::closed_defect};
  return kMetrics[static_cast<std::size_t>(reason)];
}

/// What a client did whose connection is closed for that; empty where nobody need hear of it.
std::string_view misdeed(base::Metric reason) {
  if (reason == base::Metric::closed_malformed) return "it sent what is no request";
  if (reason == base::Metric::closed_unsupported) return "it sent a request of an API or version that is not served";
  if (reason == base::Metric::closed_over_budget)
    return "it held most of the memory that queued.max.request.bytes allows, and others had to wait for it";
  return {};
}

}  // namespace

ShardDriver::ShardDriver(broker::MachineId id, broker::Shard& shard, Process& process)
    : Driver(id, shard, shard.metrics(), process), shard_(shard), budget_(budget_of(shard)) {
  metrics_.set(base::Gauge::request_memory_limit, static_cast<std::int64_t>(budget_));
}

// ---- new connections

void ShardDriver::adopt(int socket, const Peer& peer) {
  connection_count_.fetch_add(1, std::memory_order_relaxed);
  {
    std::lock_guard lock(new_mutex_);
    new_.push_back({socket, peer});
    has_new_.store(true);
  }
  ring();
}

void ShardDriver::adopt_new() {
  std::lock_guard lock(new_mutex_);
  has_new_.store(false);
  for (const auto& [socket, peer] : new_) {
    int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    net::send_at_once_within_machine(socket);
    auto largest = static_cast<std::size_t>(shard_.config().socket_request_max_bytes);
    auto made = std::make_unique<Connection>(context_, pool_, largest);
    boost::system::error_code refused;
    made->descriptor.assign(socket, refused);
    if (refused) {  // the kernel watches no more descriptors for us
      ::close(socket);
      forget(peer);
      metrics_.count(base::Metric::connections_refused);
      continue;
    }
    auto id = shard_.open(peer.listener);
    if (connections_.size() <= id.slot) connections_.resize(id.slot + 1);
    connections_[id.slot] = std::move(made);
    auto& connection = *connections_[id.slot];
    connection.id = id;
    connection.peer = peer;
    idle_.touch(connection, now().mono);
    metrics_.count(base::Metric::connections_accepted);
    wait_readable(connection);
  }
  new_.clear();
}

ShardDriver::Connection* ShardDriver::find(broker::ConnectionId id) {
  auto* connection = id.slot < connections_.size() ? connections_[id.slot].get() : nullptr;
  return connection && connection->id == id ? connection : nullptr;
}

void ShardDriver::drop(broker::ConnectionId id, base::Metric reason, const std::string& detail) {
  auto* connection = find(id);
  if (!connection) return;
  metrics_.count(reason);
  if (const auto what = misdeed(reason); !what.empty()) {
    log_limited(misdeeds_, base::LogLevel::warning,
                "the connection from " + to_string(connection->peer.address) + " is closed: " + std::string(what) +
                    (detail.empty() ? "" : ": " + detail));
  }
  if (connection->touched) std::erase(touched_, connection);
  idle_.remove(*connection);
  forget(connection->peer);
  begun_ -= connection->begun;
  unsent_ -= connection->unsent;
  connections_[id.slot].reset();  // the handlers that wait for it find that it is gone
  shard_.closed(id, now());
}

// A connection is no more: control, which counts them, is told.
void ShardDriver::forget(const Peer& peer) {
  connection_count_.fetch_sub(1, std::memory_order_relaxed);
  if (process_.closed.put(peer)) process_.drivers.back()->ring();
}

void ShardDriver::close_idle() {
  while (now().mono >= idle_.deadline(idle_limit()))
    drop(static_cast<Connection*>(idle_.first())->id, base::Metric::closed_idle);
}

// ---- receiving

void ShardDriver::wait_readable(Connection& connection) {
  connection.waiting = true;
  connection.descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                   [this, id = connection.id](boost::system::error_code) {
                                     woke();
                                     auto* ready = find(id);
                                     if (!ready) return;
                                     ready->waiting = false;
                                     read(*ready);
                                   });
}

// Receives what is there, within the connection's share of the turn, and goes on waiting when the socket is empty.
void ShardDriver::read(Connection& connection) {
  auto id = connection.id;
  std::size_t frames = 0, bytes = 0;
  for (;;) {
    if (!give_frames(connection, frames)) return;
    if (connection.full || connection.blocked || finishing()) return;
    if (!may_read(connection)) return starve(connection);
    const bool within_large = connection.reader.waiting() >= kTurnBytes / 2;
    if (frames >= kFramesPerTurn || bytes >= (within_large ? kLargeFramePerTurn : kTurnBytes)) {
      if (!std::exchange(connection.again, true)) again_.push_back(id);
      return;
    }
    auto room = connection.reader.room();
    auto n = ::recv(connection.descriptor.native_handle(), room.data(), room.size(), MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (n < 0) return drop(id, base::Metric::closed_io_error);
    if (n == 0) return drop(id, base::Metric::closed_by_peer);
    auto size = static_cast<std::size_t>(n);
    connection.reader.received(size);
    idle_.touch(connection, now().mono);
    charge(connection);
    metrics_.count(base::Metric::bytes_received, size);
    bytes += size;
    received_ += size;
    if (size == room.size()) continue;
    if (!give_frames(connection, frames)) return;
    break;  // the socket is empty, as far as we know
  }
  metrics_.count(base::Metric::received_bytes_moved, connection.reader.take_moved());
  if (connection.full || connection.blocked) return;
  connection.reader.rest();
  trim_at_ = now().mono + kTrimAfter;
  if (connection.reader.has_frame()) {
    if (!std::exchange(connection.again, true)) again_.push_back(id);
  } else {
    wait_readable(connection);
  }
}

// Hands whole frames to the shard. False: the connection is gone.
bool ShardDriver::give_frames(Connection& connection, std::size_t& frames) {
  auto id = connection.id;
  while (!connection.full && !finishing() && frames < kFramesPerTurn) {
    auto frame = connection.reader.next();
    if (!frame) break;
    ++frames;
    metrics_.count(base::Metric::frames);
    connection.full = !shard_.receive(id, std::move(*frame), now());
    if (connection.full) metrics_.count(base::Metric::reads_paused);
  }
  charge(connection);
  if (!connection.reader.failed()) return true;
  drop(id, base::Metric::closed_malformed);
  return false;
}

// ---- memory

void ShardDriver::charge(Connection& connection) {
  auto begun = connection.reader.waiting(), unsent = connection.output.held_bytes();
  begun_ += begun - connection.begun;
  unsent_ += unsent - connection.unsent;
  connection.begun = begun;
  connection.unsent = unsent;
}

// Those with small requests go on longer than those whose large ones fill the budget.
bool ShardDriver::may_read(const Connection& connection) const {
  auto held = begun_ + unsent_ + shard_.held_bytes();
  return held < budget_ || (connection.begun < kSmallRequest && held < budget_ + budget_ / 4);
}

void ShardDriver::starve(Connection& connection) {
  if (std::exchange(connection.starved, true)) return;
  starved_.push_back(connection.id);
  metrics_.count(base::Metric::reads_paused);
}

// Those that were not read go on when there is room. Where a second makes none, those who hold most do.
void ShardDriver::mend_budget() {
  metrics_.set(base::Gauge::request_memory, static_cast<std::int64_t>(begun_ + unsent_ + shard_.held_bytes()));
  const bool room = unsent_ < budget_ / 2;
  shard_.set_room(room);
  if (room && starved_.empty()) {
    mend_at_ = base::MonoTime::never();
    return;
  }
  if (mend_at_ == base::MonoTime::never()) mend_at_ = now().mono + kStarveFor;
  if (now().mono >= mend_at_) {
    drop_largest();
    mend_at_ = now().mono + kStarveFor;
  }
  for (auto id : std::exchange(starved_, {})) {
    auto* connection = find(id);
    if (!connection) continue;
    connection->starved = false;
    if (!may_read(*connection)) {
      connection->starved = true;
      starved_.push_back(id);
    } else if (!connection->waiting && !std::exchange(connection->again, true)) {
      again_.push_back(id);
    }
  }
}

// What counts is what a client has it in its hand to end: what it began to send, what it does not read, and requests
// that it lets wait for long.
void ShardDriver::drop_largest() {
  const auto since = now().mono + -kOverdue;
  auto holds = [&](auto& connection) -> std::uint64_t {
    if (!connection) return 0;
    return connection->begun + connection->unsent + shard_.requests().overdue_bytes(connection->id, since);
  };
  std::uint64_t held = 0;
  for (auto& connection : connections_) held += holds(connection);
  while (held > 0 && held >= budget_ / 4) {
    auto most = std::ranges::max_element(connections_, {}, holds);
    held -= holds(*most);
    drop((*most)->id, base::Metric::closed_over_budget);
  }
}

void ShardDriver::more_events() {
  if (has_new_.load()) adopt_new();
  mend_budget();
  auto left = again_.size();
  for (bool first = true; left > 0 && (first || received_ < kTurnBytes); first = false, --left) {
    auto* connection = find(again_.front());
    again_.pop_front();
    if (!connection) continue;
    connection->again = false;
    if (!connection->waiting) read(*connection);
  }
  close_idle();
  if (now().mono >= trim_at_) trim_at_ = pool_.trim() ? now().mono + kTrimAfter : base::MonoTime::never();
}

// ---- sending

void ShardDriver::perform_network(broker::Effects& effects) {
  for (auto& send : effects.sends) {
    auto* connection = find(send.to);
    if (!connection) continue;
    auto at = send.begin;
    bool whole = true;
    for (auto i = send.first_piece; i < send.first_piece + send.pieces && whole; ++i) {
      auto& piece = effects.pieces[i];
      connection->output.append({effects.bytes.data() + at, piece.at - at});
      at = piece.at;
      bool copied = piece.bytes < net::Output::kSendfileFrom;
      metrics_.count(copied ? base::Metric::fetched_bytes_copied : base::Metric::fetched_bytes_sendfile, piece.bytes);
      whole = connection->output.append(std::move(piece.file), piece.position, piece.bytes);
    }
    if (!whole) {
      drop(send.to, base::Metric::closed_io_error);
      continue;
    }
    connection->output.append({effects.bytes.data() + at, send.end - at});
    if (!std::exchange(connection->touched, true)) touched_.push_back(connection);
  }
  for (std::size_t i = 0; i < touched_.size(); ++i) {
    auto* connection = touched_[i];
    connection->touched = false;
    connection->blocked ? charge(*connection) : flush(*connection);
  }
  touched_.clear();
  for (auto& close : effects.closes) drop(close.connection, metric_of(close.reason), close.detail);
  for (auto id : effects.resumed) {
    auto* connection = find(id);
    if (!connection) continue;
    connection->full = false;
    if (!connection->waiting && !connection->blocked && !std::exchange(connection->again, true)) again_.push_back(id);
  }
}

void ShardDriver::flush(Connection& connection) {
  auto before = connection.output.sent_bytes();
  auto sent = connection.output.flush(connection.descriptor.native_handle());
  if (connection.output.sent_bytes() != before) idle_.touch(connection, now().mono);
  charge(connection);
  metrics_.count(base::Metric::bytes_sent, connection.output.sent_bytes() - before);
  if (sent == net::Output::Sent::failed) return drop(connection.id, base::Metric::closed_io_error);
  if (sent == net::Output::Sent::blocked) wait_writable(connection);
}

void ShardDriver::wait_writable(Connection& connection) {
  connection.blocked = true;
  shard_.set_blocked(connection.id, true, now());
  connection.descriptor.async_wait(asio::posix::stream_descriptor::wait_write,
                                   [this, id = connection.id](boost::system::error_code) {
                                     woke();
                                     auto* ready = find(id);
                                     if (!ready) return;
                                     ready->blocked = false;
                                     flush(*ready);
                                     ready = find(id);
                                     if (!ready || ready->blocked) return;
                                     shard_.set_blocked(id, false, now());
                                     if (!ready->full && !ready->waiting && !std::exchange(ready->again, true))
                                       again_.push_back(id);
                                   });
}

bool ShardDriver::drained() const {
  return std::all_of(connections_.begin(), connections_.end(), [](auto& c) { return !c || c->output.empty(); });
}

}  // namespace kstream::server
