#pragma once

#include "base/bytes.h"
#include "base/varint.h"

#include <cstddef>
#include <cstdint>
#include <optional>

/// The format of a record within a batch, read in place. Inline: a broker walks every record that is not compressed.
namespace kstream::records {

/// Bytes that may be null: `size` is -1 then.
struct Field {
  const char* data = nullptr;
  std::int32_t size = -1;
  std::optional<base::BytesView> view() const {
    if (size < 0) return std::nullopt;
    return base::BytesView(data, static_cast<std::size_t>(size));
  }
};

struct RecordFields {
  std::int64_t timestamp_delta = 0;
  std::int32_t offset_delta = 0;
  Field key;
  Field value;
  const char* headers = nullptr;
  std::int32_t header_count = 0;
};

/// Reads a length, -1 to 2^31 - 1, and as many bytes. Like all here: returns where it ends, nullptr if malformed.
inline const char* read_field(const char* p, const char* end, Field& field) {
  p = base::read_varint(p, end, field.size);
  if (!p || field.size < -1 || end - p < field.size) return nullptr;
  field.data = p;
  return field.size < 0 ? p : p + field.size;
}

inline const char* skip_headers(const char* p, const char* end, std::int32_t count) {
  Field name, value;
  for (; p && count > 0; --count) {
    p = read_field(p, end, name);
    if (!p || name.size < 0) return nullptr;
    p = read_field(p, end, value);
  }
  return p;
}

/// Reads a record's body, that is all behind its length; it must fill [p, end) exactly.
inline bool read_record_body(const char* p, const char* end, RecordFields& record) {
  const auto number = [&](auto& value) { return (p = base::read_varint(p, end, value)) != nullptr; };
  const auto field = [&](Field& value) { return (p = read_field(p, end, value)) != nullptr; };
  if (p == end) return false;
  ++p;  // attributes, of which none is in use
  const bool whole = number(record.timestamp_delta) && number(record.offset_delta) && field(record.key) &&
                     field(record.value) && number(record.header_count);
  if (!whole || record.header_count < 0) return false;
  record.headers = p;
  return skip_headers(p, end, record.header_count) == end;
}

/// Timestamps come from anywhere, so that their sum and difference may overflow: they wrap, as in Java.
inline std::int64_t wrapping_sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
inline std::int64_t wrapping_difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

}  // namespace kstream::records
