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
/// What a host's name stands for; nothing if it cannot be resolved.
std::vector<PeerAddress> resolve(const std::string& host);

/// Who may connect, and when: Kafka's limits on connections. Used by the thread that accepts.
class ConnectionLimits {
 public:
  struct Limits {
    std::int64_t connections = INT32_MAX;  ///< max.connections
    std::int64_t per_ip = INT32_MAX;       ///< max.connections.per.ip
    std::map<PeerAddress, std::int64_t> per_ip_overrides{};
    std::int64_t per_second = INT32_MAX;  ///< max.connection.creation.rate
  };
  explicit ConnectionLimits(Limits limits) : limits_(std::move(limits)) {}

  /// Other limits from now on; connections that there are stay.
  void set(Limits limits) { limits_ = std::move(limits); }
  /// When the next connection may be accepted: now or earlier, later because of the rate, never() until one is closed.
  base::MonoTime accept_at() const;
  /// A connection was accepted. False: its address has as many as it may have, so that it is closed and not counted.
  bool opened(const PeerAddress& address, base::MonoTime now);
  void closed(const PeerAddress& address);
  std::int64_t connections() const { return total_; }

 private:
  Limits limits_;
  std::map<PeerAddress, std::int64_t> by_address_;
  std::int64_t total_ = 0;
  /// When the connections so far are all paid for, at the rate; may be a burst's worth ahead of time.
  base::MonoTime paid_until_{INT64_MIN};
  base::MonoTime last_{INT64_MIN};
};

/// The limits of a configuration, hosts resolved.
ConnectionLimits::Limits connection_limits(const config::BrokerConfig& config);

/// Tells the thread that accepts which connections the others have closed. A lock for each close, none for a request.
class ClosedConnections {
 public:
  /// From any thread. Whether somebody waits for it.
  bool put(const PeerAddress& address);
  /// Hands all of them to `limits`.
  void take(ConnectionLimits& limits);
  /// From here on put() says whether somebody waits; what was put before is to be taken once more.
  void set_waited_for(bool waited_for) { waited_for_.store(waited_for); }

 private:
  std::mutex mutex_;
  std::vector<PeerAddress> closed_;
  std::atomic<bool> waited_for_{false};
};

}  // namespace kstream::server
