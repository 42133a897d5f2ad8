#include "server/acceptor.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace kstream::server {
namespace {

constexpr int kBacklog = 1024, kAcceptsPerTurn = 64;
constexpr std::chrono::milliseconds kRest{100};

Error cannot(const std::string& what, const char* why) {
  return {ErrorCode::invalid_config, "cannot listen on " + what + ": " + why};
}

/// Whether a new descriptor, which is the lowest that was free, is one of the last quarter.
bool is_reserved(int descriptor) {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
         static_cast<rlim_t>(descriptor) >= limit.rlim_cur - limit.rlim_cur / 4;
}

}  // namespace

Result<int> listen_on(const config::Listener& listener) {
  auto port = std::to_string(listener.port);
  auto what = (listener.host.empty() ? "*" : listener.host) + ":" + port;
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  int error = ::getaddrinfo(listener.host.empty() ? nullptr : listener.host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) return cannot(what, gai_strerror(error));
  int fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int on = 1;
  bool bound = fd >= 0 && ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
               ::bind(fd, found->ai_addr, found->ai_addrlen) == 0 && ::listen(fd, kBacklog) == 0;
  int why = errno;
  ::freeaddrinfo(found);
  if (bound) return fd;
  if (fd >= 0) ::close(fd);
  return cannot(what, std::strerror(why));
}

Result<int> listen_locally(const std::string& folder, const std::string& name) {
  int directory = ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return cannot(folder, std::strerror(errno));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  // A socket's path is at most 107 bytes long; through the descriptor the folder's own does not count.
  auto path = "/proc/self/fd/" + std::to_string(directory) + "/" + name;
  std::memcpy(address.sun_path, path.c_str(), std::min(path.size(), sizeof address.sun_path - 1));
  ::unlinkat(directory, name.c_str(), 0);
  int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  bool bound = fd >= 0 && ::fchmod(fd, 0600) == 0 &&
               ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
               ::fchmodat(directory, name.c_str(), 0600, 0) == 0 && ::listen(fd, kBacklog) == 0;
  int why = errno;
  ::close(directory);
  if (bound) return fd;
  if (fd >= 0) ::close(fd);
  return cannot(folder + "/" + name, std::strerror(why));
}

std::uint16_t bound_port(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(address).sin_port);
}

void Acceptor::start(Take take, Exhausted exhausted) {
  take_ = std::move(take);
  exhausted_ = std::move(exhausted);
  wait();
}

void Acceptor::wait() {
  socket_.async_wait(asio::posix::stream_descriptor::wait_read, [this](boost::system::error_code error) {
    if (!error) accept_ready();
  });
}

void Acceptor::accept_ready() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    int fd = ::accept4(socket_.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
      if (for_ == For::clients && is_reserved(fd)) {
        ::close(fd);
        exhausted_();
      } else {
        take_(fd);
      }
      continue;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      exhausted_();
      rest_.expires_after(kRest);
      rest_.async_wait([this](boost::system::error_code error) {
        if (!error) wait();
      });
      return;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) break;
  }
  wait();
}

}  // namespace kstream::server
