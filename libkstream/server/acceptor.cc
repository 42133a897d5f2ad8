#include "server/acceptor.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace kstream::server {
namespace {

constexpr int kAcceptsPerTurn = 64;
constexpr std::chrono::milliseconds kRest{100};

/// Whether a new descriptor, which is the lowest that was free, is one of the last quarter.
bool is_reserved(int descriptor) {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
         static_cast<rlim_t>(descriptor) >= limit.rlim_cur - limit.rlim_cur / 4;
}

}  // namespace

void Acceptor::start(Take take, Exhausted exhausted, When when) {
  take_ = std::move(take);
  exhausted_ = std::move(exhausted);
  when_ = std::move(when);
  wait();
}

void Acceptor::resume() {
  if (std::exchange(held_, false) && socket_.is_open()) accept_ready();
}

void Acceptor::rest(std::chrono::nanoseconds time) {
  rest_.expires_after(time);
  rest_.async_wait([this](boost::system::error_code error) {
    if (!error && socket_.is_open()) accept_ready();
  });
}

// False: it goes on later by itself, or by resume().
bool Acceptor::may_accept() {
  if (!when_) return true;
  const auto at = when_();
  const base::MonoTime now{std::chrono::steady_clock::now().time_since_epoch().count()};
  if (at <= now) return true;
  held_ = at == base::MonoTime::never();
  if (!held_) rest(at - now);
  return false;
}

void Acceptor::wait() {
  socket_.async_wait(asio::posix::stream_descriptor::wait_read, [this](boost::system::error_code error) {
    if (!error) accept_ready();
  });
}

void Acceptor::accept_ready() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    if (!may_accept()) return;
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    auto* peer = reinterpret_cast<sockaddr*>(&address);
    int fd = ::accept4(socket_.native_handle(), peer, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
      if (for_ == For::clients && is_reserved(fd)) {
        ::close(fd);
        exhausted_();
      } else {
        take_(fd, peer_address(*peer));
      }
      continue;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      exhausted_();
      return rest(kRest);
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) break;
  }
  wait();
}

}  // namespace kstream::server
