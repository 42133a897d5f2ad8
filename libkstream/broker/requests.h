#pragma once

#include "base/frame.h"
#include "base/metrics.h"
#include "base/time.h"
#include "broker/effects.h"
#include "broker/error_count.h"
#include "broker/ticket.h"
#include "protocol/api_table.h"
#include "protocol/header.h"
#include "protocol/writer.h"

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace kstream::broker {

class Shard;

/// What a request that is not answered at once keeps until its parts have come back; it owns the request's ticket.
class Join {
 public:
  virtual ~Join() = default;
  /// An answer to one of its calls.
  virtual void part(Shard& shard, Message&& message, base::Now now) = 0;
  /// Its deadline has come: it answers with what it has.
  virtual void expire(Shard& shard, base::Now now) = 0;
  /// The shard is stopping. A request that only waits for something to happen is answered now.
  virtual void stopping(Shard&, base::Now) {}
  /// The connection is gone: nobody waits for the answer any more. It tells those who watch on its behalf.
  virtual void abandon(Shard&) {}
};

/// A request from its first to its last byte on this shard.
struct Request {
  ConnectionId connection;
  std::uint8_t listener = 0;  ///< on which it arrived
  protocol::RequestHeader header;
  base::Slice frame;     ///< all of it; pinned until the answer is encoded
  base::BytesView body;  ///< behind the header
  base::Now received;
};

/// The connections of a shard and the requests under way on each. A connection's requests run one at a time, as in
/// Kafka, except overlapping ones (Produce): a request that does not overlap starts when all earlier ones are answered,
/// one that does when none that does not is before it. Answers leave in the order of the requests.
class Requests {
 public:
  /// `start` is called for each request whose turn has come. When `most_queued` wait for theirs, connections that have
  /// one among them are not read (queued.max.requests).
  using Start = void (*)(Shard&, Request&&, AnyTicket&&);
  Requests(MachineId self, Shard& shard, Effects& effects, base::Metrics& metrics, std::size_t most_queued,
           Start start);
  ~Requests();

  /// `listener`: index in BrokerConfig::listeners of the one that accepted it.
  ConnectionId open(std::uint8_t listener);
  /// The time of the event that begins: answers count their latency up to it.
  void begin_event(base::Now now) { now_ = now; }
  /// The driver has closed the connection, whoever wanted it. Requests under way are abandoned.
  void closed(ConnectionId connection);
  /// The socket takes no more answers for now, or takes them again: no request is started in between.
  void set_blocked(ConnectionId connection, bool blocked);
  /// One whole frame, without its length. False: no more for now, until the connection is among Effects::resumed.
  bool receive(ConnectionId connection, base::Slice frame, base::Now now);

  /// Answers, and counts the errors that the response tells of.
  template <class Response>
  void answer(Ticket<Response>&& ticket, const Response& response) {
    count_errors(metrics_, static_cast<std::int16_t>(Response::kApiKey), response);
    finish(std::move(ticket), &response, [](const void* r, protocol::Writer& w, int version) {
      static_cast<const Response*>(r)->encode(w, version);
    });
  }
  /// The same, with ranges of files in the places of spliced `records`, in the order of the fields.
  template <class Response>
  void answer(Ticket<Response>&& ticket, const Response& response, std::vector<FilePiece>&& files) {
    files_ = std::move(files);
    answer(std::move(ticket), response);
  }
  /// An empty list for those ranges: that of an answer before, so that not each takes memory of its own.
  std::vector<FilePiece> spare_files() { return std::exchange(files_, {}); }
  /// acks=0: the request counts as answered from here on; its ticket ends with `no_answer`.
  void count_as_answered(const AnyTicket& ticket);
  void no_answer(AnyTicket&& ticket);
  /// Ends the connection instead of an answer.
  void close(AnyTicket&& ticket, CloseReason reason);

  /// Keeps `join` for the request until its ticket is answered. Messages for its calls are handed to it.
  void hold(const Call& call, std::unique_ptr<Join> join, base::MonoTime deadline);
  /// A new deadline for a join that is held.
  void set_deadline(const Call& call, base::MonoTime deadline);
  /// The join of a request that is still under way, or null.
  Join* join(const Call& call);

  /// Joins whose deadline has come expire.
  void expire(base::Now now);
  /// Whether requests may be started: there is memory for their answers.
  void set_room(bool room) { room_ = room; }
  /// Connections that have had their share of the last turn go on. To be called in the next one.
  void next_turn();
  /// Nothing expires and nothing is to go on before this.
  base::MonoTime deadline() const {
    if (!held_back_.empty() && room_) return {};
    return expiries_.empty() ? base::MonoTime::never() : expiries_.front().at;
  }
  /// Starts what may start after answers were given. Called at the end of every event.
  void run(base::Now now);
  /// From here on no request is started, and frames that wait are dropped with their connections.
  void stop(base::Now now);

  std::size_t under_way() const { return under_way_; }
  std::uint64_t held_bytes() const { return held_bytes_; }  ///< of frames that wait or are under way
  /// Of those, what a connection holds whose oldest request has been under way since before `since`; else 0.
  std::uint64_t overdue_bytes(ConnectionId connection, base::MonoTime since) const;
  std::size_t connections() const { return open_connections_; }

 private:
  friend class AnyTicket;
  using Encode = void (*)(const void* response, protocol::Writer&, int version);

  struct Slot {
    std::uint32_t generation = 0;
    bool in_use = false;
    bool answered = false;  ///< its answer is in `early`, or (silent) there is none
    bool overlapping = false;
    bool silent = false;  ///< acks=0
    ConnectionId connection;
    std::int16_t api = 0, version = 0;
    std::int32_t correlation = 0;
    base::Slice frame;
    base::MonoTime received, started;
    base::MonoTime deadline = base::MonoTime::never();
    std::unique_ptr<Join> join;
    std::string early;  ///< an answer that came before that of an earlier request
    std::vector<FilePiece> early_pieces;
  };
  struct Waiting {
    protocol::RequestHeader header;
    base::Slice frame;
    base::BytesView body;
    base::Now received;
    bool overlapping = false;
  };
  struct Connection {
    std::uint32_t generation = 0;
    std::uint8_t listener = 0;
    bool open = false;
    bool refused = false;    ///< the driver has been told to close it
    bool blocked = false;    ///< the socket takes no answers
    bool full = false;       ///< receive() said no
    bool ready = false;      ///< in ready_
    bool held_back = false;  ///< in held_back_
    std::uint64_t turn = 0;  ///< Effects::turn in which there were `started` requests and `answered` bytes
    std::size_t started = 0, answered = 0;
    std::size_t held_bytes = 0;  ///< of frames that wait or are under way
    std::size_t exclusive = 0;   ///< requests under way that do not overlap
    std::deque<Waiting> waiting;
    std::deque<std::uint32_t> order;  ///< slots of requests under way, in the order of their answers
  };

  /// When a join expires, if that is still its deadline.
  struct Expiry {
    base::MonoTime at;
    std::uint32_t slot = 0, generation = 0;
    /// Of a heap whose first is the earliest.
    bool operator<(const Expiry& other) const { return other.at < at; }
  };

  /// Null once the connection is closed or is to be.
  Connection* find(ConnectionId id);
  void abandon_all(Connection& connection);
  void refuse(ConnectionId id, CloseReason reason, std::string detail = {});
  bool may_start(const Connection& connection) const;
  /// Whether it has had its share of this turn, so that the others have theirs and answers do not heap up.
  bool had_its_share(const Connection& connection) const;
  void begin_share(Connection& connection) const;
  void start_next(ConnectionId id, Connection& connection);
  bool is_full(const Connection& connection) const;
  void finish(AnyTicket&& ticket, const void* response, Encode encode);
  bool encode(const Slot& slot, const void* response, Encode encode, std::string& out, std::vector<FilePiece>& pieces);
  void send(ConnectionId to, std::size_t begin, std::size_t first_piece);
  void flush(ConnectionId id, Connection& connection);
  void release(std::uint32_t slot);
  void mark_ready(ConnectionId id, Connection& connection);
  std::uint32_t redeem(AnyTicket& ticket);
  void dropped(std::uint32_t slot);
  void fault(std::uint32_t slot, const char* what);
  bool is_due(const Expiry& expiry) const;

  const MachineId self_;
  Shard& shard_;
  Effects& effects_;
  base::Metrics& metrics_;
  const std::size_t most_queued_;
  const Start start_;
  std::deque<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::deque<Connection> connections_;
  std::vector<std::uint32_t> free_connections_;
  std::vector<ConnectionId> ready_;           ///< connections on which something may start
  std::vector<ConnectionId> held_back_;       ///< connections on which something may start in the next turn
  std::vector<std::unique_ptr<Join>> ended_;  ///< joins whose request is answered, destroyed after the event
  std::vector<FilePiece> files_;              ///< of the answer being encoded
  std::vector<Expiry> expiries_;              ///< a heap; some are of joins that have ended or have another deadline
  base::Now now_;
  std::size_t under_way_ = 0, open_connections_ = 0;
  std::size_t queued_ = 0;  ///< requests that wait for their turn, over all connections
  std::uint64_t held_bytes_ = 0;
  bool room_ = true;
  bool stopping_ = false, destroying_ = false;
};

}  // namespace kstream::broker
