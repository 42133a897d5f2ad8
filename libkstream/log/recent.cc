#include "log/recent.h"

namespace kstream::log {
namespace {

/// The least i in (low, high] for which `beyond` holds, `high` + 1 if none; `beyond` holds for all behind it.
template <class Predicate>
std::size_t first_beyond(std::size_t low, std::size_t high, Predicate beyond) {
  while (low < high) {
    const std::size_t middle = low + (high - low + 1) / 2;
    if (beyond(middle)) {
      high = middle - 1;
    } else {
      low = middle;
    }
  }
  return low + 1;
}

}  // namespace

void RecentBatches::add(Offset base, std::uint64_t position) {
  if (starts_.size() < kCapacity) {
    starts_.push_back({base, position});
    return;
  }
  starts_[oldest_] = {base, position};
  oldest_ = (oldest_ + 1) % kCapacity;
}

void RecentBatches::clear() {
  starts_.clear();
  oldest_ = 0;
}

std::optional<RecentBatches::Batches> RecentBatches::find(Offset from, Offset up_to, std::uint32_t max_bytes,
                                                          Offset end, std::uint64_t end_position) const {
  const std::size_t count = starts_.size();
  if (count == 0 || from < at(0).base) return std::nullopt;
  const std::size_t first = first_beyond(0, count - 1, [&](std::size_t i) { return at(i).base > from; }) - 1;
  const std::uint64_t position = at(first).position;
  auto base_of = [&](std::size_t i) { return i == count ? end : at(i).base; };
  auto bytes_to = [&](std::size_t i) { return (i == count ? end_position : at(i).position) - position; };
  auto beyond = [&](std::size_t i) { return base_of(i) > up_to || (i > first + 1 && bytes_to(i) > max_bytes); };
  return Batches{position, bytes_to(first_beyond(first, count, beyond) - 1)};
}

}  // namespace kstream::log
