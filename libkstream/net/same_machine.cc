#include "net/same_machine.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstring>

namespace kstream::net {
namespace {

/// Whether two sockets' addresses, as the kernel fills them in, are of one host.
bool same_host(const sockaddr_in6& one, const sockaddr_in6& other) {
  if (one.sin6_family != other.sin6_family) return false;
  if (one.sin6_family == AF_INET6) return std::memcmp(&one.sin6_addr, &other.sin6_addr, sizeof one.sin6_addr) == 0;
  const auto address = [](const sockaddr_in6& of) { return reinterpret_cast<const sockaddr_in&>(of).sin_addr.s_addr; };
  return one.sin6_family == AF_INET && address(one) == address(other);
}

}  // namespace

void send_at_once_within_machine(int socket) {
  sockaddr_in6 own{}, peer{};  // which is larger than that of IPv4
  socklen_t own_size = sizeof own, peer_size = sizeof peer;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&own), &own_size) != 0 ||
      ::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &peer_size) != 0 || !same_host(own, peer)) {
    return;
  }
  constexpr char kNeverWaits[] = "reno";
  ::setsockopt(socket, IPPROTO_TCP, TCP_CONGESTION, kNeverWaits, sizeof kNeverWaits - 1);
}

}  // namespace kstream::net
