#include "cli/stdout_writer.h"

#include "cli/signals.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>

namespace kstream::cli {
namespace {

/// Of a terminal that hung up a write fails with EIO, as it does of a file whose disk is broken.
bool is_device(int fd) {
  struct stat status {};
  int error = errno;
  bool device = ::fstat(fd, &status) == 0 && S_ISCHR(status.st_mode);
  errno = error;
  return device;
}

}  // namespace

bool StdoutWriter::reader_left(short events) { return (events & (POLLERR | POLLHUP)) != 0; }

StdoutWriter::Outcome StdoutWriter::flush() {
  std::size_t written = 0;
  auto outcome = write_to(written, buffer_.size());
  if (outcome == Outcome::stopped) {
    auto limit = record_end_after(written);
    while (outcome == Outcome::stopped && written < limit) outcome = write_to(written, limit);
    if (outcome == Outcome::written) outcome = Outcome::stopped;
  }
  for (const RecordEnd& record : records_) {
    if (record.end <= written) *record.last_written = record.offset;
  }
  buffer_.clear();
  records_.clear();
  return outcome;
}

/// Writes up to `limit`. Stops early, with `stopped`, only at an interruption by a signal that asks to stop.
StdoutWriter::Outcome StdoutWriter::write_to(std::size_t& written, std::size_t limit) {
  while (written < limit) {
    ssize_t put = ::write(fd_, buffer_.data() + written, limit - written);
    if (put >= 0) {
      written += static_cast<std::size_t>(put);
      if (written < limit && signals_.stop_requested()) return Outcome::stopped;
      continue;
    }
    if (errno == EPIPE || errno == ECONNRESET || (errno == EIO && is_device(fd_))) return Outcome::reader_left;
    if (errno == EINTR) {
      if (signals_.stop_requested()) return Outcome::stopped;
    } else if (errno == EAGAIN) {
      pollfd ready{fd_, POLLOUT, 0};
      if (::poll(&ready, 1, -1) < 0 && signals_.stop_requested()) return Outcome::stopped;
    } else {
      return Outcome::failed;
    }
  }
  return Outcome::written;
}

std::size_t StdoutWriter::record_end_after(std::size_t written) const {
  auto at = std::lower_bound(records_.begin(), records_.end(), written,
                             [](const RecordEnd& record, std::size_t position) { return record.end < position; });
  return at == records_.end() ? buffer_.size() : at->end;
}

}  // namespace kstream::cli
