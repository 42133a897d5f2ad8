#pragma once

#include "base/time.h"
#include "client/settings.h"
#include "net/asio.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace kstream::client {

inline base::MonoTime mono_now() {
  return {std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
              .count()};
}

/// The end of a wait of a caller's choice: one below zero is over, one that is very long ends in ten years.
inline base::MonoTime deadline_after(milliseconds timeout) {
  return mono_now() + std::clamp(timeout, milliseconds(0), kLongestWait);
}

inline std::chrono::steady_clock::time_point time_point(base::MonoTime time) {
  return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(time.ns));
}

/// Something that coroutines of one thread wait for. It has no memory: who is told looks whether what it waits for is
/// true now.
class AsyncEvent {
 public:
  explicit AsyncEvent(asio::io_context& context) : context_(context) {}

  void notify() {
    for (asio::steady_timer* waiter : waiters_) waiter->cancel();
    waiters_.clear();
  }

  /// Until the next notify(), or until `deadline`.
  asio::awaitable<void> wait_until(base::MonoTime deadline) {
    asio::steady_timer timer(context_, time_point(deadline));
    waiters_.push_back(&timer);
    co_await timer.async_wait(kAwaitTuple);
    std::erase(waiters_, &timer);
  }

 private:
  asio::io_context& context_;
  std::vector<asio::steady_timer*> waiters_;
};

}  // namespace kstream::client
