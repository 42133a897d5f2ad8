#include "base/random.h"

#include <bit>

namespace kstream::base {

Random::Random(std::uint64_t seed) {
  for (auto& word : state_) {  // splitmix64 spreads a small seed over the state
    seed += 0x9e3779b97f4a7c15;
    auto z = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    word = z ^ (z >> 31);
  }
}

std::uint64_t Random::next() {
  auto result = std::rotl(state_[1] * 5, 7) * 9;
  auto t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Random::below(std::uint64_t bound) { return next() % bound; }

std::int64_t Random::between(std::int64_t low, std::int64_t high) {
  const auto first = static_cast<std::uint64_t>(low), span = static_cast<std::uint64_t>(high) - first;
  return static_cast<std::int64_t>(first + (span == UINT64_MAX ? next() : below(span + 1)));
}

bool Random::chance(double probability) { return static_cast<double>(next() >> 11) * 0x1p-53 < probability; }

Uuid Random::uuid() {
  for (;;) {
    auto id = Uuid::from_halves((next() & ~0xf000ull) | 0x4000, (next() >> 2) | 0x8000000000000000);
    if (id.to_string().front() != '-') return id;
  }
}

}  // namespace kstream::base
