#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

/// Kafka's variable-length integers: groups of seven bits, the lowest first, the high bit set on all bytes but the
/// last. "Unsigned varint" is that alone; "varint" and "varlong" are signed, 32 and 64 bits, and zigzag-encoded first.
namespace kstream::base {

/// The most bytes that an integer of type T takes.
template <std::integral T>
inline constexpr std::size_t kMaxVarint = (sizeof(T) * 8 + 6) / 7;

template <std::signed_integral T>
constexpr std::make_unsigned_t<T> zigzag(T value) {
  using U = std::make_unsigned_t<T>;
  return static_cast<U>((static_cast<U>(value) << 1) ^ static_cast<U>(value >> (sizeof(T) * 8 - 1)));
}

template <std::unsigned_integral U>
constexpr std::make_signed_t<U> unzigzag(U value) {
  return static_cast<std::make_signed_t<U>>((value >> 1) ^ (U{0} - (value & 1)));
}

/// read_uvarint for what is longer than three bytes, or close to the end.
template <std::unsigned_integral U>
[[gnu::noinline]] const char* read_long_uvarint(const char* p, const char* end, U& value) {
  U result = 0;
  for (unsigned shift = 0; p < end && shift < sizeof(U) * 8; shift += 7) {
    const auto byte = static_cast<unsigned char>(*p++);
    const U group = byte & 0x7f;
    if (static_cast<U>(group << shift) >> shift != group) return nullptr;
    result |= static_cast<U>(group << shift);
    if (byte < 0x80) {
      value = result;
      return p;
    }
  }
  return nullptr;
}

/// Reads an unsigned varint from [p, end). Returns where it ends, or nullptr if it is cut off or exceeds U.
template <std::unsigned_integral U>
inline const char* read_uvarint(const char* p, const char* end, U& value) {
  const auto byte = [p](int i) { return U{static_cast<unsigned char>(p[i])}; };
  if (p < end && byte(0) < 0x80) {
    value = byte(0);
    return p + 1;
  }
  if (end - p < 3) [[unlikely]]
    return read_long_uvarint(p, end, value);
  if (byte(1) < 0x80) {
    value = (byte(0) & 0x7f) | byte(1) << 7;
    return p + 2;
  }
  if (byte(2) < 0x80) {
    value = (byte(0) & 0x7f) | (byte(1) & 0x7f) << 7 | byte(2) << 14;
    return p + 3;
  }
  return read_long_uvarint(p, end, value);
}

/// Reads a varint (T = int32) or varlong (int64), like read_uvarint.
template <std::signed_integral T>
inline const char* read_varint(const char* p, const char* end, T& value) {
  std::make_unsigned_t<T> raw = 0;
  p = read_uvarint(p, end, raw);
  value = unzigzag(raw);
  return p;
}

/// The bytes that write_uvarint and write_varint write.
template <std::unsigned_integral U>
constexpr std::size_t uvarint_size(U value) {
  std::size_t n = 1;
  for (; value >= 0x80; value >>= 7) ++n;
  return n;
}
template <std::signed_integral T>
constexpr std::size_t varint_size(T value) {
  return uvarint_size(zigzag(value));
}

/// Writes at `p`, where kMaxVarint bytes must have room; returns where it ends.
template <std::unsigned_integral U>
inline char* write_uvarint(char* p, U value) {
  for (; value >= 0x80; value >>= 7) *p++ = static_cast<char>((value & 0x7f) | 0x80);
  *p++ = static_cast<char>(value);
  return p;
}
template <std::signed_integral T>
inline char* write_varint(char* p, T value) {
  return write_uvarint(p, zigzag(value));
}

template <std::unsigned_integral U>
inline void append_uvarint(std::string& out, U value) {
  char buffer[kMaxVarint<U>];
  out.append(buffer, static_cast<std::size_t>(write_uvarint(buffer, value) - buffer));
}
template <std::signed_integral T>
inline void append_varint(std::string& out, T value) {
  append_uvarint(out, zigzag(value));
}

}  // namespace kstream::base
