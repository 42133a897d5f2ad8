#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kstream::cli {

/// Cuts what a descriptor gives into lines. Holds one buffer, whatever the input: reads are large, lines are views into
/// it, and it grows only for a line that does not fit, up to the limit.
class LineReader {
 public:
  /// `delimiter` ends a line and is not part of it; it must not be empty. `limit` is the size of the longest line.
  LineReader(int fd, std::string delimiter, std::size_t limit);

  /// The next line that is in the buffer as a whole, valid until fill(). Behind the end of the input the last line
  /// needs no delimiter.
  std::optional<std::string_view> next();

  /// For who cuts by other rules: what is in the buffer, valid until fill(), and that the first `size` bytes of it are
  /// done with.
  std::string_view rest() const { return {buffer_.get() + begin_, end_ - begin_}; }
  void take(std::size_t size) {
    begin_ += size;
    consumed_ += size;
    scanned_ = begin_;
  }
  /// What was given and taken since next_byte() was `from`, delimiters included; valid until fill(), and only if there
  /// was none since.
  std::string_view since(std::uint64_t from) const {
    const auto size = static_cast<std::size_t>(consumed_ - from);
    return {buffer_.get() + begin_ - size, size};
  }
  bool at_end() const { return at_end_; }
  /// Whether what is left is the last line, or the input may grow after its end: a file that is written to.
  void set_at_end(bool at_end) { at_end_ = at_end; }

  /// Passes over the line that is being read, up to its delimiter, however long it is: the one that was too_long.
  void skip_line();

  enum class Fill {
    more,      ///< something came
    nothing,   ///< the read was interrupted, or would block
    end,       ///< the input is over; next() may still give its last line
    too_long,  ///< the line that begins at next_byte() exceeds the limit
    failed,    ///< errno says why
  };
  /// Reads once. Call it when next() gives nothing.
  Fill fill();

  /// After a fill() that gave more: the last `most` bytes of that, or all of it. Valid until the next.
  std::string_view newest(std::size_t most) const {
    const std::size_t size = std::min(most, got_);
    return {buffer_.get() + end_ - size, size};
  }

  /// Where the line after the last one given begins, in bytes from the beginning of the input.
  std::uint64_t next_byte() const { return consumed_; }

 private:
  std::size_t find_delimiter() const;
  bool skip();
  void make_room();

  int fd_;
  std::string delimiter_;
  std::size_t limit_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_;
  std::size_t begin_ = 0;    ///< of the next line
  std::size_t scanned_ = 0;  ///< up to here there is no delimiter
  std::size_t end_ = 0;      ///< of what was read
  std::size_t got_ = 0;      ///< bytes, by the last read
  std::uint64_t consumed_ = 0;
  bool at_end_ = false;
  bool skipping_ = false;  ///< what comes up to the next delimiter is of a line that is passed over
};

}  // namespace kstream::cli
