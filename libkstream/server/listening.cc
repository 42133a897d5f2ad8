#include "server/listening.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace kstream::server {
namespace {

Error cannot(const std::string& what, const char* why) {
  return {ErrorCode::invalid_config, "cannot listen on " + what + ": " + why};
}

/// -1, with errno, if it cannot be bound. Every interface of IPv6 means those of IPv4 too.
int bound_to(const addrinfo& address) {
  int fd = ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  int on = 1, off = 0;
  if (address.ai_family == AF_INET6) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
      ::bind(fd, address.ai_addr, address.ai_addrlen) == 0)
    return fd;
  int why = errno;
  ::close(fd);
  errno = why;
  return -1;
}

Result<int> bound_socket(const config::Listener& listener, int family) {
  auto port = std::to_string(listener.port);
  auto what = (listener.host.empty() ? "*" : listener.host) + ":" + port;
  addrinfo hints{};
  hints.ai_family = family;
  hints.ai_flags = AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  int error = ::getaddrinfo(listener.host.empty() ? nullptr : listener.host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) return cannot(what, gai_strerror(error));
  int fd = bound_to(*found), why = errno;
  ::freeaddrinfo(found);
  if (fd >= 0) return fd;
  bool no_such_protocol = why == EAFNOSUPPORT || why == EADDRNOTAVAIL;
  if (family == AF_INET6 && no_such_protocol) return bound_socket(listener, AF_INET);
  return cannot(what, std::strerror(why));
}

/// Without a host: every interface, of both protocols where the machine has both.
Result<int> bound_socket(const config::Listener& listener) {
  return bound_socket(listener, listener.host.empty() ? AF_INET6 : AF_UNSPEC);
}

}  // namespace

Result<int> listen_on(const config::Listener& listener, const SocketOptions& options) {
  auto socket = bound_socket(listener);
  if (!socket.ok()) return socket;
  // Connections inherit both; the receive buffer decides the window that is offered first, so before listen().
  const auto set = [&](int option, int bytes) {
    return bytes <= 0 || ::setsockopt(*socket, SOL_SOCKET, option, &bytes, sizeof bytes) == 0;
  };
  if (set(SO_RCVBUF, options.receive_buffer) && set(SO_SNDBUF, options.send_buffer) &&
      ::listen(*socket, options.backlog) == 0) {
    return socket;
  }
  int why = errno;
  ::close(*socket);
  return cannot(listener.host + ":" + std::to_string(listener.port), std::strerror(why));
}

Status try_to_bind(const config::Listener& listener) {
  auto socket = bound_socket(listener);
  if (!socket.ok()) return std::move(socket).error();
  ::close(*socket);
  return {};
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
               ::fchmodat(directory, name.c_str(), 0600, 0) == 0 && ::listen(fd, SocketOptions().backlog) == 0;
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

}  // namespace kstream::server
