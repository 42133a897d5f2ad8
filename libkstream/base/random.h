#pragma once

#include <kstream/ids.h>

#include <cstdint>

namespace kstream::base {

/// A seeded source of randomness (xoshiro256**, Blackman and Vigna): the same seed gives the same numbers everywhere. A
/// shard owns one; pure code draws from what it is given. Not for secrets.
class Random {
 public:
  explicit Random(std::uint64_t seed);
  std::uint64_t next();
  /// Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound);
  /// Uniform in [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high);
  bool chance(double probability);
  /// A version 4 UUID that is none of Kafka's reserved ids and whose text begins with no '-', as Kafka's never do.
  Uuid uuid();

 private:
  std::uint64_t state_[4];
};

}  // namespace kstream::base
