#pragma once

#include <kstream/result.h>

#include "base/config/broker_config.h"
#include "net/asio.h"

#include <cstdint>
#include <functional>
#include <string>

namespace kstream::server {

/// A socket that listens. INVALID_CONFIG with one sentence if the address cannot be listened on.
Result<int> listen_on(const config::Listener& listener);
/// A unix socket of mode 0600 named `name` in `folder`, whose path may be as long as it likes. Replaces a stale one.
Result<int> listen_locally(const std::string& folder, const std::string& name);
/// The port on which a socket listens.
std::uint16_t bound_port(int socket);

/// Accepts connections from a listening socket, which it owns, once it is started.
class Acceptor {
 public:
  /// Called with each accepted socket, which the callee owns.
  using Take = std::function<void(int socket)>;
  /// Called when no descriptor is left for a connection, which is refused or waits until accepting has rested a moment.
  using Exhausted = std::function<void()>;

  /// Clients leave a quarter of the process's descriptors to the logs, which must open files to take what they send.
  enum class For { clients, operators };

  Acceptor(asio::io_context& context, int socket, For whom) : socket_(context, socket), rest_(context), for_(whom) {}
  void start(Take take, Exhausted exhausted);
  void close() { socket_.close(); }

 private:
  void wait();
  void accept_ready();

  asio::posix::stream_descriptor socket_;
  asio::steady_timer rest_;
  const For for_;
  Take take_;
  Exhausted exhausted_;
};

}  // namespace kstream::server
