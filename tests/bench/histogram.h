#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace kstream::bench {

/// Latencies in ns; 64 buckets per power of two, so that a value is known to within 1.6 %.
class Histogram {
 public:
  void add(std::uint64_t ns) {
    ++counts_[index(ns)];
    ++count_;
  }
  void clear() { *this = Histogram(); }
  double quantile_us(double q) const {
    if (count_ == 0) return 0;
    std::uint64_t wanted = static_cast<std::uint64_t>(q * static_cast<double>(count_ - 1)) + 1, seen = 0;
    std::size_t i = 0;
    while ((seen += counts_[i]) < wanted) ++i;
    return static_cast<double>(lower_bound(i)) * 1e-3;
  }

 private:
  static std::size_t index(std::uint64_t ns) {
    if (ns < 64) return ns;
    int shift = static_cast<int>(std::bit_width(ns)) - 7;  // Keeps the seven leading bits: 64..127.
    return static_cast<std::size_t>(shift + 1) * 64 + ((ns >> shift) & 63);
  }
  static std::uint64_t lower_bound(std::size_t index) {
    return index < 64 ? index : (64 + index % 64) << (index / 64 - 1);
  }

  std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(64 * 60);
  std::uint64_t count_ = 0;
};

}  // namespace kstream::bench
