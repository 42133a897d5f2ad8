#pragma once

#include <kstream/result.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kstream::config {

/// `PLAINTEXT://127.0.0.1:9092`.
struct Listener {
  std::string name;        ///< in capitals
  std::string host;        ///< empty: every interface (to listen), the machine's name (to advertise)
  std::uint16_t port = 0;  ///< 0: a free one (to listen), the one listened to (to advertise)
  bool operator==(const Listener&) const = default;
};

/// `NAME://HOST:PORT,...`; an IPv6 address stands in brackets, which are not part of `host`. INVALID_CONFIG, naming the
/// item, for what is none, for a name that stands twice, and for one address and port that stand twice.
Result<std::vector<Listener>> parse_listeners(std::string_view text);

/// `HOST:PORT` alone, as a listener without a name. INVALID_CONFIG for what is none.
Result<Listener> parse_address(std::string_view text);

/// `plaintext://[::1]:9092` as parse_listeners takes it.
std::string to_string(const Listener& listener);

/// An item of max.connections.per.ip.overrides.
struct HostCount {
  std::string host;
  std::int32_t count = 0;
  bool operator==(const HostCount&) const = default;
};

/// `HOST:COUNT,...`; the host may be an IPv6 address, with or without brackets. INVALID_CONFIG, naming the item, for
/// what is none and for a host that stands twice.
Result<std::vector<HostCount>> parse_counts(std::string_view text);

}  // namespace kstream::config
