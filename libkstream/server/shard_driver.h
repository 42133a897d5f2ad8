#pragma once

#include "broker/shard.h"
#include "net/frame_reader.h"
#include "net/output.h"
#include "server/driver.h"
#include "server/idle_list.h"

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

namespace kstream::server {

/// Runs a shard: its machine and the sockets given to it.
class ShardDriver final : public Driver {
 public:
  ShardDriver(broker::MachineId id, broker::Shard& shard, Process& process);

  /// Takes over a connected socket, from any thread. `listener`: index of the listener that accepted it.
  void adopt(int socket, const Peer& peer);
  /// Connections that it has or is about to have, from any thread.
  std::size_t connections() const { return connection_count_.load(std::memory_order_relaxed); }

 private:
  struct Connection : IdleLink {
    Connection(asio::io_context& context, net::BlockPool& pool, std::size_t largest_frame)
        : descriptor(context), reader(pool, largest_frame), output(pool) {}
    asio::posix::stream_descriptor descriptor;
    net::FrameReader reader;
    net::Output output;
    broker::ConnectionId id;
    Peer peer{};
    bool waiting = false;               ///< for readability
    bool full = false;                  ///< the shard takes no more for now
    bool blocked = false;               ///< the socket takes no more for now: nothing is read either
    bool again = false;                 ///< bytes or frames were left when its share of a turn was used up
    bool touched = false;               ///< has answers of this turn
    bool starved = false;               ///< in starved_
    std::size_t begun = 0, unsent = 0;  ///< bytes of a frame begun, and of answers, as charged
  };
  struct NewSocket {
    int socket;
    Peer peer;
  };

  void more_events() override;
  bool has_more() const override { return has_new_.load() || !again_.empty(); }
  base::MonoTime own_deadline() const override { return std::min({trim_at_, mend_at_, idle_.deadline(idle_limit())}); }
  void perform_network(broker::Effects& effects) override;
  bool drained() const override;

  Connection* find(broker::ConnectionId id);
  void wait_readable(Connection& connection);
  void wait_writable(Connection& connection);
  void read(Connection& connection);
  bool give_frames(Connection& connection, std::size_t& frames);
  void flush(Connection& connection);
  /// `detail`: what else there is to say to the log.
  void drop(broker::ConnectionId id, base::Metric reason, const std::string& detail = {});
  void adopt_new();
  void forget(const Peer& peer);
  std::chrono::nanoseconds idle_limit() const { return shard_.config().connections_max_idle; }
  void close_idle();
  void charge(Connection& connection);
  bool may_read(const Connection& connection) const;
  void starve(Connection& connection);
  void mend_budget();
  void drop_largest();

  broker::Shard& shard_;
  net::BlockPool pool_;
  std::vector<std::unique_ptr<Connection>> connections_;  ///< by ConnectionId::slot
  IdleList idle_;
  std::deque<broker::ConnectionId> again_;
  std::vector<Connection*> touched_;
  std::atomic<std::size_t> connection_count_{0};
  std::mutex new_mutex_;
  std::vector<NewSocket> new_;
  std::atomic<bool> has_new_{false};
  /// What connections hold of frames begun and answers not sent. With what the shard holds of requests under way they
  /// are at most budget_, and answers alone half of it.
  std::uint64_t begun_ = 0, unsent_ = 0;
  const std::uint64_t budget_;
  base::RateLimit misdeeds_{10, std::chrono::seconds(10)};
  std::vector<broker::ConnectionId> starved_;         ///< not read, since the budget is used up
  base::MonoTime mend_at_ = base::MonoTime::never();  ///< then the connections that hold most are closed
  base::MonoTime trim_at_ = base::MonoTime::never();  ///< when memory of frames is given back
};

}  // namespace kstream::server
