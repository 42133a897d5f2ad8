#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace kstream::cli {

/// The whole of `text` as a decimal integer of type T; nothing if it is none, or does not fit.
template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace kstream::cli
