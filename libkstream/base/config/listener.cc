#include "base/config/listener.h"

#include "base/config/value.h"

#include <algorithm>
#include <optional>

namespace kstream::config {
namespace {

constexpr std::string_view kNameLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";

std::optional<Listener> parse_host_and_port(std::string_view text) {
  auto colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  auto host = text.substr(0, colon), port = text.substr(colon + 1);
  auto number = port.find_first_not_of("0123456789") == port.npos ? parse_integer(port) : std::nullopt;
  if (!number || *number > 65535) return std::nullopt;
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (host.empty()) return std::nullopt;
  } else if (host.find(':') != host.npos) {
    return std::nullopt;
  }
  if (host.find_first_of(" \t/[]@") != host.npos) return std::nullopt;
  return Listener{"", std::string(host), static_cast<std::uint16_t>(*number)};
}

std::optional<Listener> parse_listener(std::string_view item) {
  auto scheme = item.find("://");
  if (scheme == item.npos || scheme == 0) return std::nullopt;
  auto name = item.substr(0, scheme);
  auto listener = parse_host_and_port(item.substr(scheme + 3));
  if (!listener || name.find_first_not_of(kNameLetters) != name.npos) return std::nullopt;
  listener->name = name;
  std::ranges::transform(listener->name, listener->name.begin(),
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

Result<Listener> parse_address(std::string_view text) {
  auto listener = parse_host_and_port(trim(text));
  if (!listener) return {ErrorCode::invalid_config, '"' + std::string(text) + "\" is no HOST:PORT"};
  return std::move(*listener);
}

std::string to_string(const Listener& listener) {
  bool ipv6 = listener.host.find(':') != listener.host.npos;
  return listener.name + "://" + (ipv6 ? '[' + listener.host + ']' : listener.host) + ':' +
         std::to_string(listener.port);
}

Result<std::vector<HostCount>> parse_counts(std::string_view text) {
  std::vector<HostCount> counts;
  for (auto item : parse_list(text)) {
    auto colon = std::min(item.rfind(':'), item.size());
    auto host = trim(item.substr(0, colon));
    auto count = colon < item.size() ? parse_integer(item.substr(colon + 1)) : std::nullopt;
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host.empty() || !count || *count < 0 || *count > INT32_MAX) {
      return {ErrorCode::invalid_config, '"' + std::string(item) + "\" is no HOST:COUNT"};
    }
    if (std::ranges::find(counts, host, &HostCount::host) != counts.end()) {
      return {ErrorCode::invalid_config, std::string(host) + " stands twice"};
    }
    counts.push_back({std::string(host), static_cast<std::int32_t>(*count)});
  }
  return counts;
}

}  // namespace kstream::config
