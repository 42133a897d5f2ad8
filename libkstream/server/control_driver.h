#pragma once

#include "broker/control.h"
#include "server/acceptor.h"
#include "server/driver.h"
#include "server/shard_driver.h"

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace kstream::server {

/// Runs the control machine: besides it the listeners, signals and the status socket.
class ControlDriver final : public Driver {
 public:
  ControlDriver(broker::MachineId id, broker::Control& control, Process& process, std::vector<ShardDriver*> shards);

  /// Before run(): the listening sockets, accepted on once the broker serves; `serving` is called then.
  void listen(const std::vector<int>& listeners, int status, std::function<void()> serving);
  /// Seconds that a stop may take before what is left is dropped.
  static constexpr std::chrono::seconds kStopWithin{10};

 private:
  struct StatusQuery {
    int socket;
    std::uint32_t query;
  };

  void perform_network(broker::Effects&) override;
  DiskPool& disk(std::uint16_t directory) override;
  void serve();
  void wait_for_signal();
  void take_connection(int socket, std::uint8_t listener);
  void exhausted();
  void answer_status();
  void count_dropped_lines();
  std::string status_json(const base::MetricsSnapshot& metrics) const;

  broker::Control& control_;
  std::vector<ShardDriver*> shards_;
  std::deque<Acceptor> acceptors_;
  std::optional<Acceptor> status_;
  std::function<void()> serving_;
  asio::signal_set signals_;
  bool stopping_ = false;
  std::vector<StatusQuery> queries_;
  base::RateLimit exhausted_lines_{1, std::chrono::seconds(10)};
  std::uint64_t dropped_lines_ = 0;  ///< of the log, counted so far
  const base::MonoTime started_;
};

}  // namespace kstream::server
