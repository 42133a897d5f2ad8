#include "server/connection_limits.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace kstream::server {
namespace {

/// Kafka counts over quota.window.num (11) windows of a second and lets so much come at once; it makes nobody wait
/// longer than for one window.
constexpr std::chrono::seconds kBurst{10}, kLongestWait{1};

}  // namespace

PeerAddress peer_address(const sockaddr& address) {
  PeerAddress bytes{};
  if (address.sa_family == AF_INET6) {
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, 16);
  } else if (address.sa_family == AF_INET) {
    bytes[10] = bytes[11] = 0xff;
    std::memcpy(bytes.data() + 12, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, 4);
  }
  return bytes;
}

std::string to_string(const PeerAddress& address) {
  constexpr PeerAddress kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  const bool four = std::equal(kMapped.begin(), kMapped.begin() + 12, address.begin());
  char text[INET6_ADDRSTRLEN] = "";
  ::inet_ntop(four ? AF_INET : AF_INET6, address.data() + (four ? 12 : 0), text, sizeof text);
  return text;
}

std::vector<PeerAddress> resolve(const std::string& host) {
  std::vector<PeerAddress> addresses;
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return addresses;
  for (auto* one = found; one; one = one->ai_next) addresses.push_back(peer_address(*one->ai_addr));
  ::freeaddrinfo(found);
  return addresses;
}

ConnectionLimits::Limits connection_limits(const config::BrokerConfig& config) {
  ConnectionLimits::Limits limits{{config.max_connections, config.max_connection_creation_rate},
                                  config.listener_limits,
                                  config.max_connections_per_ip,
                                  {}};
  for (const auto& one : config.max_connections_per_ip_overrides) {
    for (const auto& address : resolve(one.host)) limits.per_ip_overrides[address] = one.count;
  }
  return limits;
}

bool same_limits(const config::BrokerConfig& one, const config::BrokerConfig& other) {
  const auto limits = [](const config::BrokerConfig& config) {
    return std::tie(config.max_connections, config.max_connection_creation_rate, config.listener_limits,
                    config.max_connections_per_ip, config.max_connections_per_ip_overrides);
  };
  return limits(one) == limits(other);
}

// ---- ConnectionLimits

base::MonoTime ConnectionLimits::Gate::accept_at(const config::ListenerLimits& limits) const {
  if (connections >= limits.connections) return base::MonoTime::never();
  if (limits.per_second >= INT32_MAX || last.ns == INT64_MIN) return {INT64_MIN};
  const auto latest = last + kLongestWait;
  return limits.per_second == 0 ? latest : std::min(latest, paid_until + -kBurst);
}

void ConnectionLimits::Gate::came(const config::ListenerLimits& limits, base::MonoTime now) {
  last = now;
  if (limits.per_second > 0) {
    paid_until = std::max(paid_until, now) + std::chrono::nanoseconds(1'000'000'000 / limits.per_second);
  }
}

base::MonoTime ConnectionLimits::accept_at(std::size_t listener) const {
  return std::max(all_.accept_at(limits_.all), listeners_[listener].accept_at(limits_.listeners[listener]));
}

bool ConnectionLimits::opened(const Peer& peer, base::MonoTime now) {
  Gate& listener = listeners_[peer.listener];
  all_.came(limits_.all, now);
  listener.came(limits_.listeners[peer.listener], now);
  auto override = limits_.per_ip_overrides.find(peer.address);
  const auto most = override == limits_.per_ip_overrides.end() ? limits_.per_ip : override->second;
  auto have = by_address_.find(peer.address);
  if ((have == by_address_.end() ? 0 : have->second) >= most) return false;
  ++by_address_[peer.address];
  ++all_.connections;
  ++listener.connections;
  return true;
}

void ConnectionLimits::closed(const Peer& peer) {
  auto have = by_address_.find(peer.address);
  if (have == by_address_.end()) return;
  --all_.connections;
  --listeners_[peer.listener].connections;
  if (--have->second == 0) by_address_.erase(have);
}

// ---- ClosedConnections

bool ClosedConnections::put(const Peer& peer) {
  {
    std::lock_guard lock(mutex_);
    closed_.push_back(peer);
  }
  return waited_for_.load();
}

void ClosedConnections::take(ConnectionLimits& limits) {
  std::lock_guard lock(mutex_);
  for (const Peer& peer : closed_) limits.closed(peer);
  closed_.clear();
}

}  // namespace kstream::server
