#pragma once

#include "protocol/reader.h"
#include "protocol/writer.h"

#include <algorithm>
#include <concepts>
#include <optional>
#include <string>
#include <vector>

/// How a field of each type is encoded and decoded: included by the generated codecs only. A struct is whatever has
/// encode() and decode(); what `bytes` are and what a string is the generator says, since both are std::string.
namespace kstream::protocol {

template <class T>
concept Struct = requires(T value, Reader& r) { value.decode(r, 0); };

inline void encode_value(Writer& w, const std::string& text, int) { w.put_string(text); }
inline void encode_value(Writer& w, const Records& records, int) { w.put_records(records); }
template <class T>
void encode_value(Writer& w, const T& value, int version) {
  if constexpr (Struct<T>) {
    value.encode(w, version);
  } else {
    w.put(value);
  }
}
template <class T>
void encode_value(Writer& w, const std::vector<T>& values, int version) {
  w.put_count(values.size());
  for (const T& value : values) encode_value(w, value, version);
}
inline void encode_null(Writer& w, const std::string*) { w.put_null_string(); }
inline void encode_null(Writer& w, const void*) { w.put_null(); }

/// A nullable field; in versions that have no null, null is a failure. A nullable struct has a byte before it.
template <class T>
void encode_value(Writer& w, const std::optional<T>& value, int version, bool nullable = true) {
  if (!value && !nullable) return w.fail("a null where this version has none");
  if constexpr (Struct<T>) {
    w.put(static_cast<std::int8_t>(value ? 1 : -1));
    if (value) value->encode(w, version);
  } else if (value) {
    encode_value(w, *value, version);
  } else {
    encode_null(w, static_cast<const T*>(nullptr));
  }
}
inline void encode_bytes(Writer& w, const std::string& bytes) { w.put_bytes(bytes); }
inline void encode_bytes(Writer& w, const std::optional<std::string>& bytes, bool nullable = true) {
  if (bytes) return w.put_bytes(*bytes);
  nullable ? w.put_null() : w.fail("a null where this version has none");
}

/// The fewest bytes that an element takes.
template <class T>
constexpr std::size_t min_wire_size() {
  if constexpr (Struct<T>) {
    return T::kMinWireSize;
  } else {
    return std::is_arithmetic_v<T> || std::same_as<T, Uuid> ? sizeof(T) : 1;
  }
}

/// These read a value, or say false, with `value` untouched, if null was there.
inline bool decode_present(Reader& r, std::string& value, int) {
  const auto text = r.get_string();
  if (text) value = *text;
  return text.has_value();
}
inline bool decode_present(Reader& r, Records& value, int) {
  const auto bytes = r.get_bytes();
  if (bytes) value = {*bytes, 0};
  return bytes.has_value();
}
template <Struct T>
bool decode_present(Reader& r, T& value, int version) {
  if (r.get<std::int8_t>() < 0) return false;
  value.decode(r, version);
  return true;
}
template <class T>
bool decode_present(Reader& r, std::vector<T>& values, int version) {
  const auto count = r.get_count(min_wire_size<T>());
  if (!count) return false;
  values.clear();
  for (std::size_t i = 0; i < *count && r.ok(); ++i) {
    if (i == values.size()) values.resize(std::min(*count, 2 * i + 1000));
    decode_value(r, values[i], version);
  }
  return true;
}
inline bool decode_present_bytes(Reader& r, std::string& value) {
  const auto bytes = r.get_bytes();
  if (bytes) value = *bytes;
  return bytes.has_value();
}

inline void decode_value(Reader& r, bool& value, int) { value = r.get_bool(); }
inline void decode_value(Reader& r, double& value, int) { value = r.get_float64(); }
inline void decode_value(Reader& r, Uuid& value, int) { value = r.get_uuid(); }
inline void decode_null(Reader& r, bool nullable) {
  if (!nullable) r.fail("a null where this version has none");
}
template <class T>
void decode_value(Reader& r, T& value, int version) {
  if constexpr (Struct<T>) {
    value.decode(r, version);
  } else if constexpr (std::is_arithmetic_v<T>) {
    value = r.get<T>();
  } else if (!decode_present(r, value, version)) {
    decode_null(r, false);
  }
}
template <class T>
void decode_value(Reader& r, std::optional<T>& value, int version, bool nullable = true) {
  T present{};
  if (decode_present(r, present, version)) {
    value = std::move(present);
  } else {
    value.reset();
    decode_null(r, nullable);
  }
}
inline void decode_bytes(Reader& r, std::string& value) {
  if (!decode_present_bytes(r, value)) decode_null(r, false);
}
inline void decode_bytes(Reader& r, std::optional<std::string>& value, bool nullable = true) {
  if (decode_present_bytes(r, value.emplace())) return;
  value.reset();
  decode_null(r, nullable);
}

/// The tagged section of a struct in which this schema has no tagged field.
inline void encode_no_tags(Writer& w, const UnknownTags* unknown = nullptr) { TagWriter(w, unknown).finish(); }
inline void decode_no_tags(Reader& r, UnknownTags* unknown = nullptr) {
  for (TagReader tags(r); tags.next();) unknown ? tags.keep(*unknown) : tags.skip();
}

}  // namespace kstream::protocol
