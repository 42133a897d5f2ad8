#pragma once

#include "cli/console.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace kstream::cli {

/// How far a program has come, said on stderr while it works: on a terminal as one line that changes, elsewhere as a
/// line from time to time.
class Progress {
 public:
  using Clock = std::chrono::steady_clock;

  /// `when` is always, never, or auto (also if empty): where stderr is a terminal, and nothing else comes to it,
  /// `alone`. Nothing is said with -q.
  Progress(std::string_view when, bool alone, const Console& console);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Whether it is time to say something, for who has to count first.
  bool due(Clock::time_point now) const { return wanted_ && now >= next_; }
  /// `bytes` are those of `records`; `part` of the work is done, from 0 to 1, if that is known.
  void show(std::uint64_t records, std::uint64_t bytes, std::optional<double> part, Clock::time_point now);
  /// Takes the line away.
  void clear();

 private:
  const Console& console_;
  bool wanted_;
  bool shown_ = false;
  Clock::time_point start_, next_;
};

/// Whether what goes to stdout comes to no terminal: it is a file, or a device such as /dev/null. The reader of a pipe
/// may write to the terminal itself.
bool stdout_is_file();

/// `auto`, `always` or `never`; also nothing, which is auto.
bool is_progress_word(std::string_view word);

}  // namespace kstream::cli
