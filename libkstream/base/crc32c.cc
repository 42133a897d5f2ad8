#include "base/crc32c.h"

#include <algorithm>
#include <array>
#include <cstddef>

#if defined(__x86_64__)
#include <isa-l/crc.h>
#include <nmmintrin.h>
#endif

namespace kstream::base {
namespace {

/// kTable[k][b]: what byte b contributes when k more bytes follow it, so that eight are done at a time.
constexpr auto kTable = [] {
  std::array<std::array<std::uint32_t, 256>, 8> table{};
  for (std::uint32_t b = 0; b < 256; ++b) {
    std::uint32_t crc = b;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0x82f63b78u : 0);
    table[0][b] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t b = 0; b < 256; ++b) table[k][b] = table[0][table[k - 1][b] & 0xff] ^ (table[k - 1][b] >> 8);
  }
  return table;
}();

std::uint64_t load_le(const char* p) {
  std::uint64_t v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

std::uint32_t by_table(std::uint32_t crc, const char* p, std::size_t n) {
  for (; n >= 8; n -= 8, p += 8) {
    const std::uint64_t v = load_le(p) ^ crc;
    crc = 0;
    for (std::size_t k = 0; k < 8; ++k) crc ^= kTable[7 - k][(v >> (8 * k)) & 0xff];
  }
  for (; n > 0; --n, ++p) crc = kTable[0][(crc ^ static_cast<unsigned char>(*p)) & 0xff] ^ (crc >> 8);
  return crc;
}

#if defined(__x86_64__)
const bool has_instruction = __builtin_cpu_supports("sse4.2");

__attribute__((target("sse4.2"))) std::uint32_t by_instruction(std::uint32_t crc, const char* p, std::size_t n) {
  std::uint64_t wide = crc;
  for (; n >= 8; n -= 8, p += 8) wide = _mm_crc32_u64(wide, load_le(p));
  crc = static_cast<std::uint32_t>(wide);
  for (; n > 0; --n, ++p) crc = _mm_crc32_u8(crc, static_cast<unsigned char>(*p));
  return crc;
}

std::uint32_t by_isal(std::uint32_t crc, const char* p, std::size_t n) {
  while (n > 0) {
    const std::size_t part = std::min(n, std::size_t{1} << 30);  // its length is an int
    crc = crc32_iscsi(reinterpret_cast<unsigned char*>(const_cast<char*>(p)), static_cast<int>(part), crc);
    p += part;
    n -= part;
  }
  return crc;
}
#endif

/// Below this a chain of `crc32` instructions beats the start-up of ISA-L's folding (measured).
constexpr std::size_t kLarge = 512;

}  // namespace

std::uint32_t crc32c(std::uint32_t previous, BytesView bytes) {
#if defined(__x86_64__)
  if (has_instruction) {
    return ~(bytes.size() < kLarge ? by_instruction : by_isal)(~previous, bytes.data(), bytes.size());
  }
#endif
  return crc32c_by_table(previous, bytes);
}

std::uint32_t crc32c_by_table(std::uint32_t previous, BytesView bytes) {
  return ~by_table(~previous, bytes.data(), bytes.size());
}

}  // namespace kstream::base
