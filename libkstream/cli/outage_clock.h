#pragma once

#include <chrono>
#include <optional>

namespace kstream::cli {

/// Tells when trouble with the brokers has lasted too long to go on.
class OutageClock {
 public:
  using Clock = std::chrono::steady_clock;
  explicit OutageClock(std::chrono::milliseconds patience) : patience_(patience) {}

  /// Takes note of whether there is trouble at `now`; true once it has lasted for the patience without a pause.
  bool is_over(bool trouble, Clock::time_point now) {
    if (!trouble) {
      since_.reset();
      return false;
    }
    if (!since_) since_ = now;
    return now - *since_ >= patience_;
  }

 private:
  std::chrono::milliseconds patience_;
  std::optional<Clock::time_point> since_;
};

}  // namespace kstream::cli
