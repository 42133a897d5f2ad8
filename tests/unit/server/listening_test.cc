#include "server/listening.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kstream::server {
namespace {

/// An option of a connection that was accepted by a socket with these options.
int accepted(int option, const SocketOptions& options) {
  auto listening = listen_on({"", "127.0.0.1", 0}, options);
  EXPECT_TRUE(listening.ok());
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(bound_port(*listening));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  EXPECT_EQ(::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  const int connection = ::accept(*listening, nullptr, nullptr);
  int value = -1;
  socklen_t size = sizeof value;
  EXPECT_EQ(::getsockopt(connection, SOL_SOCKET, option, &value, &size), 0);
  for (const int socket : {client, connection, *listening}) ::close(socket);
  return value;
}

TEST(ListenOn, GivesConnectionsTheirBuffers) {  // Linux counts each byte twice
  EXPECT_EQ(accepted(SO_RCVBUF, {.receive_buffer = 50'000}), 100'000);
  EXPECT_EQ(accepted(SO_SNDBUF, {.send_buffer = 30'000}), 60'000);
}

TEST(ListenOn, LeavesBuffersToTheSystem) {
  EXPECT_EQ(accepted(SO_RCVBUF, {}), accepted(SO_RCVBUF, {.receive_buffer = 0}));
  EXPECT_NE(accepted(SO_SNDBUF, {}), 60'000);
}

}  // namespace
}  // namespace kstream::server
