#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

namespace kstream::cli {

/// Appends `text`, which must be UTF-8, as a JSON string with its quotation marks. Control characters (also DEL and
/// U+0080 to U+009F, which terminals obey) are escaped.
void append_json_string(std::string_view text, std::string& out);

/// Appends an integer in decimal.
template <std::integral T>
void append_number(T value, std::string& out) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

}  // namespace kstream::cli
