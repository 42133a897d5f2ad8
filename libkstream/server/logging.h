#pragma once

#include "base/log_line.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace kstream::server {

/// Writes log lines to stderr from a thread of its own: `2026-11-21 12:00:00.123 warning  text`. `write` waits for no
/// file: it puts the line into a ring, and where the ring is full the oldest line is dropped and counted.
class Logging {
 public:
  explicit Logging(base::LogLevel level, std::size_t ring_lines = 2048);
  /// Writes what is in the ring; waits for as long as stderr does not take it.
  ~Logging();

  /// From any thread. A newline or other control character within the text is written as `\xNN`, so that one line stays
  /// one line whatever a client put into it.
  void write(base::LogLevel level, std::string_view text);
  void write(const base::LogLine& line) { write(line.level, line.text); }
  /// Lines below `level` are not written. From any thread.
  void set_level(base::LogLevel level);
  /// Waits until the ring is empty, for so long at most: before an end of the process that destroys nothing.
  void flush(std::chrono::milliseconds within);
  /// How many lines were dropped since the start.
  std::uint64_t dropped() const;

 private:
  struct Spdlog;
  std::unique_ptr<Spdlog> spdlog_;
};

}  // namespace kstream::server
