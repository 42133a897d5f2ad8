#pragma once

namespace kstream::cli {

/// SIGINT and SIGTERM as a request to come to an end: the first sets a flag, a second ends the process at once. Neither
/// restarts a system call that waits.
class Signals {
 public:
  /// Installs the handlers; once in a process.
  Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  bool stop_requested() const;
  /// Readable once a stop is requested, for poll(2).
  int fd() const;
  /// Ends the process by the signal that came, so that a shell sees it.
  [[noreturn]] void die() const;
};

}  // namespace kstream::cli
