#pragma once

#include "base/time.h"
#include "client/async_event.h"
#include "net/asio.h"

#include <functional>
#include <utility>

namespace kstream::client {

/// Runs a client's decisions on its thread: whenever something happened, and at the time that they asked for last.
class Pump {
 public:
  /// `step` does what is to be done now and says when to look again: {0} is at once, never() when something happens.
  Pump(asio::io_context& context, std::function<base::MonoTime()> step) : timer_(context), step_(std::move(step)) {}

  /// If what a step sets going calls this, the step is repeated when it is over.
  void run() {
    again_ = true;
    if (std::exchange(running_, true)) return;
    base::MonoTime next{0};
    while (!stopped_ && (std::exchange(again_, false) || next == base::MonoTime{0})) next = step_();
    running_ = false;
    if (!stopped_) arm(next);
  }

  void stop() {
    stopped_ = true;
    timer_.cancel();
  }

 private:
  void arm(base::MonoTime time) {
    timer_.expires_at(time_point(time));
    timer_.async_wait([this](boost::system::error_code error) {
      if (!error) run();
    });
  }

  asio::steady_timer timer_;
  std::function<base::MonoTime()> step_;
  bool running_ = false, again_ = false, stopped_ = false;
};

}  // namespace kstream::client
