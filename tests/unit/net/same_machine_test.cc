#include "net/same_machine.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <string>

namespace kstream::net {
namespace {

/// A listening socket of a family on its loopback address; -1 if the machine does not have it.
int listening(int family, sockaddr_in6& address) {
  address = {};
  address.sin6_family = static_cast<sa_family_t>(family);
  if (family == AF_INET6) {
    address.sin6_addr = in6addr_loopback;
  } else {
    reinterpret_cast<sockaddr_in&>(address).sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }
  const int socket = ::socket(family, SOCK_STREAM, 0);
  socklen_t size = family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  if (::bind(socket, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(socket, 1) != 0) {
    ::close(socket);
    return -1;
  }
  size = sizeof address;
  EXPECT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);
  return socket;
}

std::string congestion_control(int socket) {
  char name[16] = "";
  socklen_t size = sizeof name;
  EXPECT_EQ(::getsockopt(socket, IPPROTO_TCP, TCP_CONGESTION, name, &size), 0);
  return name;
}

/// The congestion control of both ends of a connection from `from`, an address of 127.0.0.0/8, after the call.
std::vector<std::string> controls(int family, const char* from = nullptr) {
  sockaddr_in6 address;
  const int listener = listening(family, address);
  if (listener < 0) return {};
  const int client = ::socket(family, SOCK_STREAM, 0);
  if (from) {
    sockaddr_in own{};
    own.sin_family = AF_INET;
    ::inet_pton(AF_INET, from, &own.sin_addr);
    EXPECT_EQ(::bind(client, reinterpret_cast<sockaddr*>(&own), sizeof own), 0);
  }
  EXPECT_EQ(::connect(client, reinterpret_cast<sockaddr*>(&address),
                      family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in)),
            0);
  const int server = ::accept(listener, nullptr, nullptr);
  std::vector<std::string> found;
  for (int socket : {client, server}) {
    send_at_once_within_machine(socket);
    found.push_back(congestion_control(socket));
  }
  for (int socket : {client, server, listener}) ::close(socket);
  return found;
}

TEST(SameMachine, NothingIsPacedBetweenTwoEndsOfOneAddress) {
  const std::vector<std::string> unpaced{"reno", "reno"};
  EXPECT_EQ(controls(AF_INET), unpaced);
  const auto six = controls(AF_INET6);
  EXPECT_TRUE(six.empty() || six == unpaced);
}

// As another machine is: 127.0.0.2 stands for one.
TEST(SameMachine, OtherConnectionsKeepWhatTheSystemGaveThem) {
  const int fresh = ::socket(AF_INET, SOCK_STREAM, 0);
  const auto usual = congestion_control(fresh);
  EXPECT_EQ(controls(AF_INET, "127.0.0.2"), (std::vector<std::string>{usual, usual}));
  send_at_once_within_machine(fresh);  // not connected
  EXPECT_EQ(congestion_control(fresh), usual);
  ::close(fresh);
  send_at_once_within_machine(-1);
}

}  // namespace
}  // namespace kstream::net
