#pragma once

#include "broker/control.h"
#include "server/acceptor.h"
#include "server/driver.h"
#include "server/metrics_endpoint.h"
#include "server/observation.h"
#include "server/shard_driver.h"

#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace kstream::server {

/// Runs the control machine: besides it the listeners, signals and the status socket.
class ControlDriver final : public Driver {
 public:
  ControlDriver(broker::MachineId id, broker::Control& control, Process& process, std::vector<ShardDriver*> shards);

  /// Before run(): the listening sockets, accepted on once the broker serves; `serving` is called then. `metrics`: -1
  /// if there is no metrics.listener.
  void listen(const std::vector<int>& listeners, int status, int metrics, std::function<void()> serving);
  /// Seconds that a stop may take before what is left is dropped.
  static constexpr std::chrono::seconds kStopWithin{10};

 private:
  void perform_network(broker::Effects&) override;
  DiskPool& disk(std::uint16_t directory) override;
  void serve();
  void wait_for_signal();
  void hang_up();
  void stop();
  base::MonoTime accept_at(std::size_t listener);
  void more_events() override;
  void take_connection(int socket, const Peer& peer);
  void exhausted();
  void collect();
  void give_metrics();
  void count_dropped_lines();
  BrokerFacts facts() const;

  broker::Control& control_;
  std::vector<ShardDriver*> shards_;
  std::deque<Acceptor> acceptors_;
  std::optional<Acceptor> status_;
  std::optional<MetricsEndpoint> metrics_endpoint_;
  ConnectionLimits limits_;
  config::ConfigRef limited_by_;         ///< whose limits they are
  std::set<std::size_t> held_by_limit_;  ///< listeners that wait for connections to be closed
  bool held_by_rate_ = false;            ///< max.connection.creation.rate, the same
  std::function<void()> serving_;
  asio::signal_set signals_;
  bool stopping_ = false;
  const bool on_terminal_;                   ///< asked at the start: one that is gone is no terminal
  std::vector<int> status_sockets_;          ///< that wait for metrics
  std::optional<std::uint32_t> collecting_;  ///< the question to the shards, which all who ask share
  base::RateLimit exhausted_lines_{1, std::chrono::seconds(10)};
  base::RateLimit refused_lines_{1, std::chrono::seconds(10)};
  std::uint64_t dropped_lines_ = 0;  ///< of the log, counted so far
  const base::MonoTime started_;
};

}  // namespace kstream::server
