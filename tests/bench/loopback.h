#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "bench/machine.h"

/// TCP on 127.0.0.1. All sockets are non-blocking and send without delay, which BBR, where it is the system's, would
/// not.
namespace kstream::bench {

inline void set_option(int fd, int level, int name, int value) {
  check(setsockopt(fd, level, name, &value, sizeof value), "setsockopt");
}

inline void send_without_delay(int fd) {
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  check(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4), "TCP_CONGESTION");
}

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

/// A socket that listens; port 0 takes a free one, which is stored.
inline int listen_on(std::uint16_t& port) {
  int fd = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
  set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  auto address = loopback(port);
  socklen_t length = sizeof address;
  check(bind(fd, reinterpret_cast<sockaddr*>(&address), length), "bind");
  check(listen(fd, 1024), "listen");
  check(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length), "getsockname");
  port = ntohs(address.sin_port);
  return fd;
}

inline int accept_one(int listener) {
  int fd = check(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK), "accept");
  send_without_delay(fd);
  return fd;
}

inline int connect_to(std::uint16_t port) {
  int fd = check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
  send_without_delay(fd);
  auto address = loopback(port);
  check(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), "connect");
  check(fcntl(fd, F_SETFL, check(fcntl(fd, F_GETFL), "F_GETFL") | O_NONBLOCK), "F_SETFL");
  return fd;
}

inline void epoll_change(int epoll, int operation, int fd, std::uint32_t events, void* what) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = what;
  check(epoll_ctl(epoll, operation, fd, &event), "epoll_ctl");
}

}  // namespace kstream::bench
