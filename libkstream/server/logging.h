#pragma once

#include <kstream/result.h>

#include "base/log_line.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kstream::server {

struct LogOutput {
  std::optional<std::string> file;  ///< made if it is not there, appended to; none: stderr
  bool json = false;
};

/// Writes log lines from a thread of its own: `2026-11-21 12:00:00.123 warning  text`, or
/// `{"time":"2026-11-21T11:00:00.123Z","level":"warning","message":"text"}`. `write` waits for no file: it puts the
/// line into a ring, and where the ring is full the oldest line is dropped and counted.
class Logging {
 public:
  static constexpr std::size_t kRingLines = 2048;
  explicit Logging(base::LogLevel level, std::size_t ring_lines = kRingLines, const LogOutput& output = {});
  /// Writes what is in the ring; waits for as long as stderr does not take it.
  ~Logging();

  /// INVALID_CONFIG if the file cannot be written to: nothing is.
  const Status& status() const { return status_; }
  /// The next line goes to the file that has the name then, made if need be: what had it before was moved away. If it
  /// cannot be opened, the old one goes on to be written. From any thread.
  void reopen();

  /// From any thread. A newline or other control character within the text is written as `\xNN` (in JSON as JSON has
  /// it), so that one line stays one line whatever a client put into it.
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
  Status status_;
};

}  // namespace kstream::server
