#pragma once

#include "base/json.h"
#include "protocol/reader.h"

#include <kstream/ids.h>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How a field of each type is written as JSON: included by the generated code only. A struct is whatever has a
/// write_json() of its own.
namespace kstream::protocol {

inline void write_value(base::JsonWriter& to, bool value, int) { to.boolean(value); }
inline void write_value(base::JsonWriter& to, double value, int) { to.real(value); }
inline void write_value(base::JsonWriter& to, const std::string& value, int) { to.string(value); }
inline void write_value(base::JsonWriter& to, const Uuid& value, int) { to.string(value.to_string()); }
template <class T>
void write_value(base::JsonWriter& to, const T& value, int version) {
  if constexpr (std::integral<T>) {
    to.integer(static_cast<std::int64_t>(value));
  } else {
    write_json(to, value, version);
  }
}
template <class T>
void write_value(base::JsonWriter& to, const std::vector<T>& values, int version) {
  to.begin_array();
  for (const T& value : values) write_value(to, value, version);
  to.end_array();
}
template <class T>
void write_value(base::JsonWriter& to, const std::optional<T>& value, int version) {
  value ? write_value(to, *value, version) : void(to.null());
}

/// Base64 of RFC 4648, with padding.
inline void write_bytes(base::JsonWriter& to, const std::string& whole) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::string_view bytes = whole; !bytes.empty(); bytes.remove_prefix(std::min<std::size_t>(bytes.size(), 3))) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) bits = bits << 8 | (i < bytes.size() ? static_cast<std::uint8_t>(bytes[i]) : 0);
    for (std::size_t i = 0; i < 4; ++i) text += i <= bytes.size() ? kAlphabet[bits >> (18 - 6 * i) & 63] : '=';
  }
  to.string(text);
}
inline void write_bytes(base::JsonWriter& to, const std::optional<std::string>& bytes) {
  bytes ? write_bytes(to, *bytes) : void(to.null());
}

/// The record that `body` holds, within an object that names it.
template <class Record>
Status write_typed(base::JsonWriter& to, const char* name, int version, Reader& body) {
  if (version < Record::kMinVersion || version > Record::kMaxVersion)
    return {ErrorCode::unsupported_version, std::string(name) + " has no version " + std::to_string(version)};
  Record record;
  record.decode(body, version);
  if (!body.ok()) return {ErrorCode::invalid_record, body.error()};
  to.begin_object().name("type").string(name).name("version").integer(version).name("data");
  write_json(to, record, version);
  to.end_object();
  return {};
}

}  // namespace kstream::protocol
