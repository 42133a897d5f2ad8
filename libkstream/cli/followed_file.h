#pragma once

#include "cli/console.h"
#include "cli/line_reader.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kstream::cli {

/// A file that others write to, by its name, as `tail -F` follows it. A file is a device and an inode: renamed, it is
/// read to its end and for five seconds more, from when that was seen or it grew last, then comes the next one of that
/// name, from its beginning: also if yet another has the name by then. One that shrinks, or has other bytes than were
/// read of it last, is read from its beginning, with a warning; one that is absent is waited for.
class FollowedFile {
 public:
  using Clock = std::chrono::steady_clock;
  using milliseconds = std::chrono::milliseconds;
  static constexpr milliseconds kLinger{5000};

  /// `partial` is after how long a last line without its delimiter is taken for whole; nothing: never.
  FollowedFile(std::string name, std::string delimiter, std::size_t limit, std::optional<milliseconds> partial)
      : name_(std::move(name)), delimiter_(std::move(delimiter)), limit_(limit), partial_(partial) {}
  ~FollowedFile();
  FollowedFile(FollowedFile&&) = delete;

  enum class Look {
    input,    ///< something may be cut from reader()
    fresh,    ///< so it may, of another file than before: what was counted of the last one is over
    nothing,  ///< wait
    too_long,
    failed,  ///< errno says why
  };
  /// Reads once, or finds out why there is nothing to read. To be called when all that can be is cut.
  Look look(Clock::time_point now, const Console& console);
  /// Takes hold of the file that has the name now: it may be renamed before it is its turn. look() does it, too; for
  /// who cannot look for a while.
  void notice();
  LineReader& reader() { return *reader_; }
  const std::string& name() const { return name_; }

 private:
  Look open(Clock::time_point now, const Console& console);
  void begin();
  Look at_end(Clock::time_point now, const Console& console);
  Look begin_anew(Clock::time_point now, const Console& console, const std::string& why);
  bool is_replaced() const;
  bool is_rewritten() const;
  std::uint64_t position() const { return reader_->next_byte() + reader_->rest().size(); }
  void close();

  std::string name_;
  std::string delimiter_;
  std::size_t limit_;
  std::optional<milliseconds> partial_;
  std::unique_ptr<LineReader> reader_;
  int fd_ = -1;
  std::deque<int> next_;  ///< open, too: those that had the name since, the oldest first
  std::string last_;      ///< the last bytes that were read
  bool absent_told_ = false;
  bool over_ = false;  ///< the last line is being cut, then the file is left
  Clock::time_point last_growth_;
  std::optional<Clock::time_point> replaced_;  ///< when that was seen first
};

/// Wakes who waits when one of some files may have changed.
class FileWatch {
 public:
  FileWatch();
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;
  /// Watches the file of this name, and its folder for others of that name.
  void add(const std::string& name);
  /// Readable when something happened; clear() takes note of it.
  int fd() const { return fd_; }
  void clear() const;

 private:
  int fd_;
};

}  // namespace kstream::cli
