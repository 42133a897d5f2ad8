#pragma once

#include "base/config/broker_config.h"
#include "base/random.h"
#include "support/machines.h"
#include "support/memory_directory.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace kstream::scenarios {

/// A broker on a disk in memory, in one thread: time passes when told, messages arrive in the order in which they were
/// sent, and operations end at once unless the disk holds them. What clients see is told through callbacks.
class Stage {
 public:
  using Answered = std::function<void(const std::string& client, std::string frame)>;
  using Closed = std::function<void(const std::string& client, broker::CloseReason reason)>;
  Stage(std::size_t shards, Answered answered, Closed closed);

  config::BrokerConfig config;  ///< may be changed before start()

  /// An empty string, or why the broker does not start.
  std::string start();
  void kill();
  void lose_power();
  /// A stop in order, to its end. Whether all was closed.
  bool stop();

  void connect(const std::string& client, std::size_t shard);
  void leave(const std::string& client);
  /// A request frame, without its length.
  void send(const std::string& client, const std::string& frame);
  /// Time goes on, with everything that is due meanwhile.
  void wait(std::chrono::milliseconds time);
  void hold_disk(bool hold);
  /// Every operation that changes something fails from now on.
  void break_disk();
  base::Now now() const { return now_; }

 private:
  struct Address {
    std::size_t shard;
    broker::ConnectionId connection;
  };
  void settle();
  bool turn(std::size_t id);
  void perform(std::size_t id, broker::DiskWork&& work);
  void give_answers(std::size_t id, broker::Effects& effects);
  const std::string* client_of(std::size_t shard, broker::ConnectionId connection) const;

  const std::size_t shards_;
  const Answered answered_;
  const Closed closed_;
  base::Random random_{1};
  base::Now now_{{0}, Timestamp(1'700'000'000'000)};
  test::MemoryDirectory disk_;
  int boots_ = 1;
  std::unique_ptr<test::Machines> machines_;
  std::map<std::string, Address> clients_;
  struct Mail {
    std::size_t from, to;
    broker::Message message;
  };
  std::deque<Mail> mail_;
  std::deque<std::pair<std::size_t, broker::DiskWork>> held_;
  bool holding_ = false;
};

}  // namespace kstream::scenarios
