#pragma once

#include "base/config/broker_config.h"
#include "base/time.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

struct sockaddr;

namespace kstream::server {

/// An IP address; one of version 4 as the version 6 address that is mapped to it.
using PeerAddress = std::array<std::uint8_t, 16>;
/// Of a socket address; all zeros for one of another family.
PeerAddress peer_address(const sockaddr& address);
/// `192.0.2.1`, `2001:db8::1`.
std::string to_string(const PeerAddress& address);
/// The other end of a connection, and which listener it came by.
struct Peer {
  PeerAddress address{};
  std::uint8_t listener = 0;
};
/// What a host's name stands for; nothing if it cannot be resolved.
std::vector<PeerAddress> resolve(const std::string& host);

/// Who may connect, and when: Kafka's limits on connections. Used by the thread that accepts.
class ConnectionLimits {
 public:
  struct Limits {
    config::ListenerLimits all{};                      ///< of all listeners together
    std::vector<config::ListenerLimits> listeners{1};  ///< of each; as many for as long as the server runs
    std::int64_t per_ip = INT32_MAX;                   ///< max.connections.per.ip
    std::map<PeerAddress, std::int64_t> per_ip_overrides{};
  };
  explicit ConnectionLimits(Limits limits) : limits_(std::move(limits)), listeners_(limits_.listeners.size()) {}

  /// Other limits from now on; connections that there are stay.
  void set(Limits limits) { limits_ = std::move(limits); }
  /// When a listener may accept its next connection: now or earlier, later because of the rate, never() until one is
  /// closed.
  base::MonoTime accept_at(std::size_t listener) const;
  /// A connection was accepted. False: its address has as many as it may have, so that it is closed and not counted.
  bool opened(const Peer& peer, base::MonoTime now);
  void closed(const Peer& peer);
  std::int64_t connections() const { return all_.connections; }

 private:
  /// What goes through a listener, or through all of them.
  struct Gate {
    std::int64_t connections = 0;
    /// When the connections so far are all paid for, at the rate; may be a burst's worth ahead of time.
    base::MonoTime paid_until{INT64_MIN};
    base::MonoTime last{INT64_MIN};

    base::MonoTime accept_at(const config::ListenerLimits& limits) const;
    void came(const config::ListenerLimits& limits, base::MonoTime now);
  };

  Limits limits_;
  std::map<PeerAddress, std::int64_t> by_address_;
  Gate all_;
  std::vector<Gate> listeners_;
};

/// The limits of a configuration, hosts resolved.
ConnectionLimits::Limits connection_limits(const config::BrokerConfig& config);
bool same_limits(const config::BrokerConfig& one, const config::BrokerConfig& other);

/// Tells the thread that accepts which connections the others have closed. A lock for each close, none for a request.
class ClosedConnections {
 public:
  /// From any thread. Whether somebody waits for it.
  bool put(const Peer& peer);
  /// Hands all of them to `limits`.
  void take(ConnectionLimits& limits);
  /// From here on put() says whether somebody waits; what was put before is to be taken once more.
  void set_waited_for(bool waited_for) { waited_for_.store(waited_for); }

 private:
  std::mutex mutex_;
  std::vector<Peer> closed_;
  std::atomic<bool> waited_for_{false};
};

}  // namespace kstream::server
