#pragma once

#include "net/asio.h"
#include "server/acceptor.h"
#include "server/http.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace kstream::server {

/// Answers GET /metrics on a listening socket, which it owns, over HTTP/1.1; one request on each connection. A
/// connection that is not done within ten seconds is cut, and so is the oldest where there are more than sixteen.
class MetricsEndpoint {
 public:
  /// `ask` is called when a request has come; `answer` is to follow, one for all that have come until then. `woke` is
  /// called at the begin of every event.
  MetricsEndpoint(asio::io_context& context, int socket, std::function<void()> ask, std::function<void()> woke);
  void start();
  /// The metrics, as text: to everybody who waits for them.
  void answer(const std::string& text);
  /// Stops accepting; what is under way goes on.
  void close() { acceptor_.close(); }

 private:
  struct Session {
    explicit Session(asio::io_context& context) : socket(context), deadline(context) {}
    asio::posix::stream_descriptor socket;
    asio::steady_timer deadline;
    std::string bytes;  ///< received, then to be sent
    std::size_t sent = 0;
    HttpRequest request = HttpRequest::unfinished;
  };

  void take(int socket);
  void wait(std::uint64_t id, asio::posix::stream_descriptor::wait_type what,
            void (MetricsEndpoint::*then)(std::uint64_t));
  void receive(std::uint64_t id);
  void respond(std::uint64_t id, std::string_view text);
  void send(std::uint64_t id);

  asio::io_context& context_;
  Acceptor acceptor_;
  const std::function<void()> ask_, woke_;
  std::map<std::uint64_t, std::unique_ptr<Session>> sessions_;  ///< handlers know them by number: they may be gone
  std::uint64_t last_ = 0;
};

}  // namespace kstream::server
