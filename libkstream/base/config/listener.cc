#include "base/config/listener.h"

#include "base/config/value.h"

#include <algorithm>
#include <optional>

namespace kstream::config {
namespace {

constexpr std::string_view kNameLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

std::optional<Listener> parse_listener(std::string_view item) {
  auto scheme = item.find("://");
  auto colon = item.rfind(':');
  if (scheme == item.npos || scheme == 0 || colon < scheme + 3) return std::nullopt;
  auto name = item.substr(0, scheme), host = item.substr(scheme + 3, colon - scheme - 3), port = item.substr(colon + 1);
  auto number = port.find_first_not_of("0123456789") == port.npos ? parse_integer(port) : std::nullopt;
  if (!number || *number > 65535 || name.find_first_not_of(kNameLetters) != name.npos) return std::nullopt;
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (host.empty()) return std::nullopt;
  } else if (host.find(':') != host.npos) {
    return std::nullopt;
  }
  if (host.find_first_of(" \t/[]@") != host.npos) return std::nullopt;
  Listener listener{std::string(name), std::string(host), static_cast<std::uint16_t>(*number)};
  std::ranges::transform(listener.name, listener.name.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return listener;
}

}  // namespace

Result<std::vector<Listener>> parse_listeners(std::string_view text) {
  std::vector<Listener> listeners;
  for (auto item : parse_list(text)) {
    auto listener = parse_listener(item);
    if (!listener) return {ErrorCode::invalid_config, '"' + std::string(item) + "\" is no NAME://HOST:PORT"};
    for (const Listener& other : listeners) {
      if (other.name == listener->name) return {ErrorCode::invalid_config, "the name " + other.name + " stands twice"};
      if (other.port == listener->port && other.port != 0 && other.host == listener->host) {
        return {ErrorCode::invalid_config, other.name + " and " + listener->name + " have one address"};
      }
    }
    listeners.push_back(std::move(*listener));
  }
  return listeners;
}

std::string to_string(const Listener& listener) {
  bool ipv6 = listener.host.find(':') != listener.host.npos;
  return listener.name + "://" + (ipv6 ? '[' + listener.host + ']' : listener.host) + ':' +
         std::to_string(listener.port);
}

}  // namespace kstream::config
