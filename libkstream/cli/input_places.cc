#include "cli/input_places.h"

#include <algorithm>
#include <iterator>

namespace kstream::cli {

std::string InputPlaces::name(std::uint64_t record) const {
  const Start& start = start_of(record);
  return (several_ ? start.name + ' ' : "") + unit_ + ' ' +
         std::to_string(record - start.record + start.records_before + 1);
}

std::string InputPlaces::place(std::uint64_t record, std::uint64_t byte) const {
  const Start& start = start_of(record);
  return name(record) + ", byte " + std::to_string(byte - start.byte + start.bytes_before);
}

void InputPlaces::forget_before(std::uint64_t record) {
  if (starts_.empty()) return;
  starts_.erase(starts_.begin(), starts_.begin() + (&start_of(record) - starts_.data()));
}

const InputPlaces::Start& InputPlaces::start_of(std::uint64_t record) const {
  auto after = std::upper_bound(starts_.begin(), starts_.end(), record,
                                [](std::uint64_t r, const Start& start) { return r < start.record; });
  return *std::prev(after);
}

}  // namespace kstream::cli
