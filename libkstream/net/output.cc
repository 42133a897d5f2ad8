#include "net/output.h"

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace kstream::net {
namespace {

/// Memory of a connection that has nothing to send is kept only up to this.
constexpr std::size_t kMostKept = 64 << 10;

}  // namespace

bool Output::append(base::FileRef file, std::uint64_t position, std::uint32_t bytes) {
  if (bytes >= kSendfileFrom) {
    ranges_.push_back({bytes_.size(), std::move(file), position, bytes});
    return true;
  }
  auto at = bytes_.size();
  bytes_.resize(at + bytes);
  while (bytes > 0) {
    auto n = ::pread(file->descriptor(), bytes_.data() + at, bytes, static_cast<off_t>(position));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += static_cast<std::size_t>(n);
    position += static_cast<std::uint64_t>(n);
    bytes -= static_cast<std::uint32_t>(n);
  }
  return true;
}

Output::Sent Output::flush(int socket) {
  for (;;) {
    const bool ranges = !ranges_.empty();
    const std::size_t until = ranges ? ranges_.front().at : bytes_.size();
    ssize_t n = 0;
    if (at_ < until) {
      n = ::send(socket, bytes_.data() + at_, until - at_, MSG_NOSIGNAL | MSG_DONTWAIT | (ranges ? MSG_MORE : 0));
      if (n > 0) at_ += static_cast<std::size_t>(n);
    } else if (ranges) {
      auto& range = ranges_.front();
      auto position = static_cast<off_t>(range.position);
      n = ::sendfile(socket, range.file->descriptor(), &position, range.left);
      if (n == 0) return Sent::failed;  // the file is shorter than it was
      if (n > 0) {
        range.position += static_cast<std::uint64_t>(n);
        range.left -= static_cast<std::uint32_t>(n);
        if (range.left == 0) ranges_.pop_front();
      }
    } else {
      break;
    }
    if (n > 0) {
      sent_ += static_cast<std::uint64_t>(n);
    } else if (errno != EINTR) {
      return errno == EAGAIN || errno == EWOULDBLOCK ? Sent::blocked : Sent::failed;
    }
  }
  bytes_.clear();
  if (bytes_.capacity() > kMostKept) bytes_.shrink_to_fit();
  at_ = 0;
  return Sent::all;
}

}  // namespace kstream::net
