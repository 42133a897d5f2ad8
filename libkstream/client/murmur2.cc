#include "client/murmur2.h"

#include <cstddef>
#include <cstring>

namespace kstream::client {

std::int32_t murmur2(base::BytesView bytes) {
  constexpr std::uint32_t kSeed = 0x9747b28c, kMultiplier = 0x5bd1e995;
  constexpr int kShift = 24;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint32_t hash = kSeed ^ static_cast<std::uint32_t>(left);
  for (; left >= 4; at += 4, left -= 4) {
    std::uint32_t k;  // little-endian
    std::memcpy(&k, at, sizeof k);
    k *= kMultiplier;
    k ^= k >> kShift;
    k *= kMultiplier;
    hash = hash * kMultiplier ^ k;
  }
  if (left > 0) {
    std::uint32_t tail = 0;
    std::memcpy(&tail, at, left);
    hash = (hash ^ tail) * kMultiplier;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  hash ^= hash >> 15;
  return static_cast<std::int32_t>(hash);
}

}  // namespace kstream::client
