#include "server/connection_limits.h"

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
  ConnectionLimits::Limits limits{
      config.max_connections, config.max_connections_per_ip, {}, config.max_connection_creation_rate};
  for (const auto& one : config.max_connections_per_ip_overrides) {
    for (const auto& address : resolve(one.host)) limits.per_ip_overrides[address] = one.count;
  }
  return limits;
}

// ---- ConnectionLimits

base::MonoTime ConnectionLimits::accept_at() const {
  if (total_ >= limits_.connections) return base::MonoTime::never();
  if (limits_.per_second >= INT32_MAX || last_.ns == INT64_MIN) return {INT64_MIN};
  const auto latest = last_ + kLongestWait;
  return limits_.per_second == 0 ? latest : std::min(latest, paid_until_ + -kBurst);
}

bool ConnectionLimits::opened(const PeerAddress& address, base::MonoTime now) {
  last_ = now;
  if (limits_.per_second > 0) {
    paid_until_ = std::max(paid_until_, now) + std::chrono::nanoseconds(1'000'000'000 / limits_.per_second);
  }
  auto override = limits_.per_ip_overrides.find(address);
  const auto most = override == limits_.per_ip_overrides.end() ? limits_.per_ip : override->second;
  auto have = by_address_.find(address);
  if ((have == by_address_.end() ? 0 : have->second) >= most) return false;
  ++by_address_[address];
  ++total_;
  return true;
}

void ConnectionLimits::closed(const PeerAddress& address) {
  auto have = by_address_.find(address);
  if (have == by_address_.end()) return;
  --total_;
  if (--have->second == 0) by_address_.erase(have);
}

// ---- ClosedConnections

bool ClosedConnections::put(const PeerAddress& address) {
  {
    std::lock_guard lock(mutex_);
    closed_.push_back(address);
  }
  return waited_for_.load();
}

void ClosedConnections::take(ConnectionLimits& limits) {
  std::lock_guard lock(mutex_);
  for (const auto& address : closed_) limits.closed(address);
  closed_.clear();
}

}  // namespace kstream::server
