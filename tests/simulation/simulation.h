#pragma once

#include "base/config/broker_config.h"
#include "base/random.h"
#include "broker/machine.h"
#include "simulation/checkers.h"
#include "simulation/fiber.h"
#include "support/memory_directory.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace kstream::sim {

class Client;

/// What a run does; drawn from the seed unless a test fixes it.
struct Scenario {
  std::size_t shards = 2;
  std::int32_t partitions = 4;
  int clients = 4;
  int requests = 300;         ///< that clients begin before everything comes to rest
  int crashes = 3;            ///< of the process, within that time; some are stops in order instead
  bool power_losses = false;  ///< some of the crashes take the machine with them
  bool small_segments = true;
  double deletes = 0.01;  ///< how often a client that may act deletes a topic
  double grows = 0.01;    ///< and asks for one more partition of another
};

/// A whole broker (shards and control) in one thread: virtual time, disk and network that take a random while, crashes.
/// The same seed gives the same run.
class Simulation {
 public:
  Simulation(std::uint64_t seed, Scenario scenario);
  ~Simulation();

  /// Runs to the end: load with faults, then all clients finish and everything is read back.
  void run();
  const Checkers& checkers() const { return checkers_; }
  /// A hash of every event in its order: equal for equal seeds.
  std::uint64_t trace() const { return trace_; }
  /// Not empty if the broker refused to start or did not come to rest.
  const std::string& stuck() const { return stuck_; }

  // ---- for the clients
  struct Address {
    broker::MachineId shard;
    broker::ConnectionId connection;
    std::uint64_t incarnation;  ///< of the broker: none of its connections outlives it
  };
  /// Nothing if the broker is not serving.
  bool connect(Client& client, Address& address);
  void send(const Address& address, std::string frame);
  /// The client's side of the connection goes: nothing more is heard of it.
  void disconnect(const Address& address);
  base::Random& random() { return random_; }
  base::Now now() const { return now_; }
  Checkers& checkers() { return checkers_; }
  const Scenario& scenario() const { return scenario_; }
  /// Whether a client may begin another request.
  bool take_request() { return requests_left_ > 0 && requests_left_-- > 0; }
  bool ending() const { return requests_left_ == 0; }
  void after(std::chrono::nanoseconds delay, std::function<void()> action);

 private:
  struct Host;  ///< the machines of one incarnation

  void start();
  void boot_on(std::uint64_t incarnation);
  void crash();
  void stop_in_order();
  void end_stop();
  void come_back();
  void turn(broker::Machine& machine, broker::MachineId id);
  std::chrono::nanoseconds arrival(std::size_t from, std::size_t to);
  void send_mail(broker::Effects& effects, broker::MachineId id);
  void schedule_tick(broker::MachineId id);
  void note(std::uint64_t kind, std::uint64_t what);
  bool step();
  bool at_rest() const;
  std::chrono::nanoseconds delay(std::int64_t low_us, std::int64_t high_us);

  const std::uint64_t seed_;
  Scenario scenario_;
  base::Random random_;
  base::Now now_;
  std::map<std::pair<std::int64_t, std::uint64_t>, std::function<void()>> events_;  ///< by time, then order
  std::uint64_t last_event_ = 0, trace_ = 0;
  config::BrokerConfig config_;
  test::MemoryDirectory disk_;
  std::uint64_t boots_ = 1;  ///< of the machine
  std::unique_ptr<FiberJob> booting_;
  std::unique_ptr<Host> host_;
  std::uint64_t incarnation_ = 0;
  int requests_left_ = 0, crashes_left_ = 0;
  std::vector<std::unique_ptr<Client>> clients_;
  Checkers checkers_;
  std::string stuck_;
};

}  // namespace kstream::sim
