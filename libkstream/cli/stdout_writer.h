#pragma once

#include <kstream/ids.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace kstream::cli {

class Signals;

/// Records on their way to a descriptor: what is appended leaves in one write. A record is never torn but by an error,
/// or a second signal.
class StdoutWriter {
 public:
  StdoutWriter(int fd, const Signals& signals) : fd_(fd), signals_(signals) {}

  /// The bytes to append to; follow each record with end_record(). Once flush() has written the record as a whole,
  /// `last_written` is its offset.
  std::string& buffer() { return buffer_; }
  void end_record(Offset offset, Offset& last_written) { records_.push_back({buffer_.size(), offset, &last_written}); }
  std::size_t size() const { return buffer_.size(); }

  enum class Outcome {
    written,
    stopped,      ///< a signal came; written up to the end of a record
    reader_left,  ///< nobody reads the pipe or terminal any more
    failed,       ///< errno says why: a full disk
  };
  /// Writes the buffer and empties it.
  Outcome flush();

  /// Whether a descriptor's other side is gone, as poll(2) said in `events`.
  static bool reader_left(short events);

 private:
  struct RecordEnd {
    std::size_t end;
    Offset offset;
    Offset* last_written;
  };
  Outcome write_to(std::size_t& written, std::size_t limit);
  std::size_t record_end_after(std::size_t written) const;

  int fd_;
  const Signals& signals_;
  std::string buffer_;
  std::vector<RecordEnd> records_;
};

}  // namespace kstream::cli
