#pragma once

#include <kstream/error.h>

#include <algorithm>
#include <chrono>
#include <optional>

namespace kstream::cli {

/// Tells when trouble with the brokers has lasted too long to go on.
class OutageClock {
 public:
  using Clock = std::chrono::steady_clock;
  using Duration = std::chrono::milliseconds;

  /// A broker that says nothing is noticed when it has owed an answer for `silence`, which counts.
  OutageClock(Duration patience, Duration silence) : patience_(patience), silence_(silence) {}

  /// Takes note at `now` of what the trouble is, NONE if there is none; true once it has lasted for the patience
  /// without a pause. Some of that is always left for another broker to take over.
  bool is_over(ErrorCode trouble, Clock::time_point now) {
    if (trouble == ErrorCode::none) {
      since_.reset();
      return false;
    }
    if (!since_) since_ = now;
    const auto seen = std::chrono::duration_cast<Duration>(now - *since_);
    const auto before = trouble == ErrorCode::request_timed_out ? silence_ : Duration(0);
    return seen + before >= patience_ && seen >= std::min(patience_, kLeast);
  }

 private:
  static constexpr Duration kLeast{1000};
  Duration patience_;
  Duration silence_;
  std::optional<Clock::time_point> since_;
};

}  // namespace kstream::cli
