#pragma once

#include <kstream/ids.h>

#include <chrono>
#include <compare>
#include <cstdint>

namespace kstream::base {

/// A point of the monotonic clock; only differences mean anything. Timers count in these.
struct MonoTime {
  std::int64_t ns = 0;
  constexpr auto operator<=>(const MonoTime&) const = default;
  friend constexpr MonoTime operator+(MonoTime t, std::chrono::nanoseconds d) { return {t.ns + d.count()}; }
  friend constexpr std::chrono::nanoseconds operator-(MonoTime a, MonoTime b) {
    return std::chrono::nanoseconds(a.ns - b.ns);
  }
  static constexpr MonoTime never() { return {INT64_MAX}; }
};

/// What every event carries: timers use `mono`, records and retention use `wall`.
struct Now {
  MonoTime mono;
  Timestamp wall;
};

}  // namespace kstream::base
