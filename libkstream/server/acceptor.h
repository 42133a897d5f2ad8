#pragma once

#include "net/asio.h"
#include "server/connection_limits.h"

#include <functional>

namespace kstream::server {

/// Accepts connections from a listening socket, which it owns, once it is started.
class Acceptor {
 public:
  /// Called with each accepted socket, which the callee owns, and where it comes from.
  using Take = std::function<void(int socket, const PeerAddress& peer)>;
  /// Asked before each connection: when it may be accepted. With never(), accepting ends until `resume`.
  using When = std::function<base::MonoTime()>;
  /// Called when no descriptor is left for a connection, which is refused or waits until accepting has rested a moment.
  using Exhausted = std::function<void()>;

  /// Clients leave a quarter of the process's descriptors to the logs, which must open files to take what they send.
  enum class For { clients, operators };

  Acceptor(asio::io_context& context, int socket, For whom) : socket_(context, socket), rest_(context), for_(whom) {}
  /// `when`: none if nothing limits them.
  void start(Take take, Exhausted exhausted, When when = nullptr);
  /// Asks `when` again, if it said never().
  void resume();
  void close() { socket_.close(); }

 private:
  void wait();
  void rest(std::chrono::nanoseconds time);
  bool may_accept();
  void accept_ready();

  asio::posix::stream_descriptor socket_;
  asio::steady_timer rest_;
  const For for_;
  Take take_;
  Exhausted exhausted_;
  When when_;
  bool held_ = false;  ///< until resume()
};

}  // namespace kstream::server
