#pragma once

#include "broker/effects.h"
#include "broker/messages.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <utility>
#include <vector>

namespace kstream::server {

/// What other threads hand to a machine's thread: mail of other machines and ended disk operations. FIFO per sender. A
/// lock is taken once per drained turn on either side, never for a message.
class Inbox {
 public:
  struct Mail {
    broker::MachineId from;
    std::vector<broker::Message> messages;
  };
  struct Ended {
    broker::DiskWork work;
    Result<log::Outcome> result;
    std::chrono::nanoseconds took;  ///< to perform it, without the wait for its turn
  };

  void put(Mail&& mail) {
    std::lock_guard lock(mutex_);
    mail_.push_back(std::move(mail));
    filled_.store(true);
  }
  void put(Ended&& ended) {
    std::lock_guard lock(mutex_);
    ended_.push_back(std::move(ended));
    filled_.store(true);
  }
  /// Sequentially consistent with the owner's flag that it sleeps: put() then look at the flag, set the flag then
  /// empty().
  bool empty() const { return !filled_.load(); }
  void take(std::vector<Mail>& mail, std::vector<Ended>& ended) {
    std::lock_guard lock(mutex_);
    filled_.store(false);
    mail.swap(mail_);
    ended.swap(ended_);
  }

 private:
  std::mutex mutex_;
  std::atomic<bool> filled_{false};
  std::vector<Mail> mail_;
  std::vector<Ended> ended_;
};

}  // namespace kstream::server
