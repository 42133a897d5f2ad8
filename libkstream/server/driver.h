#pragma once

#include "base/metrics.h"
#include "base/time.h"
#include "broker/machine.h"
#include "net/asio.h"
#include "server/connection_limits.h"
#include "server/disk_pool.h"
#include "server/inbox.h"
#include "server/logging.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kstream::server {

/// Runs one machine on one thread: waits for events, gives them to the machine and performs its effects. It decides
/// nothing. A turn: wait for one handler (not at all if there is mail), run ready ones up to a budget, which grows
/// while there are more, take the mail, then perform disk effects until none is left, then all others.
class Driver {
 public:
  /// What all drivers of a process share; outlives them.
  struct Process {
    std::vector<Driver*> drivers;                  ///< by machine id; control is the last
    std::vector<std::unique_ptr<DiskPool>> disks;  ///< by log directory
    std::unique_ptr<DiskPool> metadata_disk;       ///< control's own, so that a stall of data never delays it
    Logging& logging;
    ClosedConnections closed{};  ///< what the shards tell control
  };

  Driver(broker::MachineId id, broker::Machine& machine, base::Metrics& metrics, Process& process);
  virtual ~Driver() = default;
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  /// Turns until `finish` was called and `drained()`, or a second has passed since.
  void run();

  // ---- from any thread
  void deliver(broker::MachineId from, std::vector<broker::Message>&& messages);
  void ended(Inbox::Ended&& ended);
  void finish();
  /// Ends the wait for events, if it is waiting.
  void ring();

 protected:
  /// Sends, closes and whatever else this kind of driver has.
  virtual void perform_network(broker::Effects&) {}
  /// Work beyond handlers and mail, once a turn, before effects are performed.
  virtual void more_events() {}
  /// Whether there is work that needs no event: then the turn does not wait.
  virtual bool has_more() const { return false; }
  virtual base::MonoTime own_deadline() const { return base::MonoTime::never(); }
  /// Whether nothing is left to perform, once finish() was called.
  virtual bool drained() const { return true; }
  virtual DiskPool& disk(std::uint16_t directory) { return *process_.disks[directory]; }

  /// After so many bytes a turn takes no more, whatever more is there: else the first answer waits for everybody's
  /// bytes.
  static constexpr std::size_t kTurnBytes = 1 << 20;

  /// Every handler calls this first: the time is new, and nobody need ring the bell.
  void woke();
  /// A line that a client can cause as often as it likes.
  void log_limited(base::RateLimit& limit, base::LogLevel level, std::string text);
  bool finishing() const { return finishing_.load(); }
  base::Now now() const { return now_; }

  const broker::MachineId id_;
  base::Metrics& metrics_;
  Process& process_;
  asio::io_context context_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
  std::size_t received_ = 0;  ///< bytes, in this turn

 private:
  void turn();
  void wait();
  void wake_at(base::MonoTime time);
  void take_mail();
  void observe_answers(const std::vector<broker::Answered>& answered, base::MonoTime encoded);
  void perform_disk();
  void perform_one(broker::DiskWork&& work);
  void post_mail();
  void listen_to_bell();

  broker::Machine& machine_;
  Inbox inbox_;
  std::vector<Inbox::Mail> mail_;
  std::vector<Inbox::Ended> ended_;
  std::vector<broker::DiskWork> disk_work_;
  asio::posix::stream_descriptor bell_;
  std::uint64_t rung_ = 0;
  alignas(64) std::atomic<bool> asleep_{false};
  std::atomic<bool> finishing_{false};
  asio::steady_timer timer_;
  base::MonoTime timer_at_ = base::MonoTime::never();  ///< when it ends; never: it is not running
  bool draining_ = false;                              ///< the last turns, which a timer limits
  std::size_t handlers_ = 1;                           ///< that the next turn runs at most
  bool begun_ = false;  ///< the first turn waits for nothing: the machine may have effects from its construction
  base::Now now_;
};

/// The clocks, read once a turn.
base::Now read_clocks();

}  // namespace kstream::server
