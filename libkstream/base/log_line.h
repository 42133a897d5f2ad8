#pragma once

#include "base/time.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace kstream::base {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

/// One line for the operator, as an effect of a machine that does no I/O. One sentence without a newline.
struct LogLine {
  LogLevel level = LogLevel::info;
  std::string text;
  bool operator==(const LogLine&) const = default;
};

/// Keeps one cause, which clients can repeat as fast as they like, from filling the log: at most `lines` per
/// `interval`. Each cause has its own.
class RateLimit {
 public:
  RateLimit(std::uint32_t lines, std::chrono::nanoseconds interval) : lines_(lines), interval_(interval) {}

  /// Whether a line may be written now. It then tells how many were refused since the last admitted one.
  bool admit(MonoTime now, std::string& text) {
    if (now >= window_end_) {
      window_end_ = now + interval_;
      admitted_ = 0;
    }
    if (admitted_ == lines_) {
      ++refused_;
      return false;
    }
    ++admitted_;
    if (refused_ > 0) text += " (and " + std::to_string(std::exchange(refused_, 0)) + " more such lines were left out)";
    return true;
  }

 private:
  std::uint32_t lines_;
  std::chrono::nanoseconds interval_;
  MonoTime window_end_{INT64_MIN};
  std::uint32_t admitted_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace kstream::base
