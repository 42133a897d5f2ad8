#include "cli/line_reader.h"

#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace kstream::cli {
namespace {

/// Little enough to be still in the processor's cache when its lines are looked at, and copied.
constexpr std::size_t kReadSize = 256 << 10;

}  // namespace

LineReader::LineReader(int fd, std::string delimiter, std::size_t limit)
    : fd_(fd), delimiter_(std::move(delimiter)), limit_(limit), buffer_(new char[kReadSize]), capacity_(kReadSize) {}

void LineReader::skip_line() {
  skipping_ = true;
  skip();
}

/// Drops what is in the buffer of the line that is skipped. False if that is all there is.
bool LineReader::skip() {
  auto found = find_delimiter();
  const bool ends = found != std::string_view::npos;
  const std::size_t tail = at_end_ ? 0 : std::min(end_ - begin_, delimiter_.size() - 1);
  const std::size_t to = ends ? found + delimiter_.size() : end_ - tail;
  consumed_ += to - begin_;
  begin_ = scanned_ = to;
  skipping_ = !ends && !at_end_;
  return ends;
}

std::optional<std::string_view> LineReader::next() {
  if (skipping_ && !skip()) return std::nullopt;
  const char* base = buffer_.get();
  auto found = find_delimiter();
  std::size_t line_end = found, next_begin = found + delimiter_.size();
  if (found == std::string_view::npos) {
    scanned_ = std::max(begin_, end_ - std::min(end_, delimiter_.size() - 1));
    if (!at_end_ || begin_ == end_) return std::nullopt;
    line_end = next_begin = end_;
  }
  std::string_view line(base + begin_, line_end - begin_);
  consumed_ += next_begin - begin_;
  begin_ = scanned_ = next_begin;
  return line;
}

/// std::string_view looks for one byte slowly where it is given as a string.
std::size_t LineReader::find_delimiter() const {
  const std::string_view read(buffer_.get(), end_);
  return delimiter_.size() == 1 ? read.find(delimiter_[0], scanned_) : read.find(delimiter_, scanned_);
}

LineReader::Fill LineReader::fill() {
  if (at_end_) return Fill::end;
  if (end_ - begin_ > limit_ + delimiter_.size()) return Fill::too_long;
  make_room();
  ssize_t got = ::read(fd_, buffer_.get() + end_, capacity_ - end_);
  if (got < 0) return errno == EINTR || errno == EAGAIN ? Fill::nothing : Fill::failed;
  at_end_ = got == 0;
  got_ = static_cast<std::size_t>(got);
  end_ += got_;
  return at_end_ ? Fill::end : Fill::more;
}

/// Moves what is left to the front and, if that leaves less than half a buffer, makes the buffer twice as large.
void LineReader::make_room() {
  std::size_t left = end_ - begin_;
  if (left > capacity_ / 2) {
    std::unique_ptr<char[]> larger(new char[capacity_ * 2]);
    std::memcpy(larger.get(), buffer_.get() + begin_, left);
    buffer_ = std::move(larger);
    capacity_ *= 2;
  } else if (left > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, left);
  }
  scanned_ -= begin_;
  begin_ = 0;
  end_ = left;
}

}  // namespace kstream::cli
