#include "base/bytes.h"
#include "unit/client/client_fixture.h"

#include <kstream/admin.h>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>

#ifdef __SANITIZE_ADDRESS__
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();  // GCC does not install its header everywhere
#endif

namespace kstream::test {
namespace {

/// Says `answer` to the first that each connection asks, and no more.
class Impostor {
 public:
  explicit Impostor(std::string answer) : answer_(std::move(answer)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 8);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Impostor() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  void serve() {
    std::vector<int> sockets;
    for (int socket; (socket = ::accept(listener_, nullptr, nullptr)) >= 0;) {
      char request[4096];
      if (::recv(socket, request, sizeof request, 0) > 0) {
        EXPECT_EQ(::send(socket, answer_.data(), answer_.size(), MSG_NOSIGNAL), std::ssize(answer_));
      }
      sockets.push_back(socket);
    }
    for (int socket : sockets) ::close(socket);
  }

  const std::string answer_;
  const int listener_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

TEST(Connection, KnowsThatAWebServerIsNoBroker) {
  const Impostor impostor("HTTP/1.1 400 Bad Request\r\n\r\n");
  Result<Admin> admin = Admin::create(config_for(impostor.address()));
  const auto described = admin->describe_cluster(milliseconds(500));
  EXPECT_EQ(described.code(), ErrorCode::network_exception);
  EXPECT_NE(described.error().detail.find("not a Kafka broker"), std::string::npos) << described.error().detail;
}

TEST(Connection, TakesNoMemoryForWhatAFrameClaims) {
  std::string answer(100'000, '\0');  // more than is read at once; the correlation id is that of the first request
  base::store_be(answer.data(), std::int32_t{INT32_MAX});
  const Impostor impostor(answer);
  Result<Admin> admin = Admin::create(config_for(impostor.address()));
  EXPECT_EQ(admin->describe_cluster(milliseconds(500)).code(), ErrorCode::request_timed_out);
#ifdef __SANITIZE_ADDRESS__
  EXPECT_LT(__sanitizer_get_current_allocated_bytes(), std::size_t{1} << 30);
#endif
}

TEST(Connection, EndsInOrderWhenSomethingIsThrown) {
  FakeCluster cluster;
  bool thrown = false;
  ClientConfig config = config_for(cluster.bootstrap());
  config.trace = [&](std::string_view line) {
    if (line.ends_with(": connected") && !std::exchange(thrown, true)) throw std::runtime_error("no memory");
  };
  Result<Admin> admin = Admin::create(config);
  EXPECT_TRUE(admin->describe_cluster(kSoon).ok()) << "it connects again";
  EXPECT_TRUE(thrown);
}

}  // namespace
}  // namespace kstream::test
