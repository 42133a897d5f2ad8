#include "cli/input_places.h"

#include <algorithm>
#include <iterator>

namespace kstream::cli {

std::string InputPlaces::name(std::uint64_t record) const {
  const Start& start = start_of(record);
  return (starts_.size() > 1 ? start.name + ' ' : "") + unit_ + ' ' + std::to_string(record - start.record + 1);
}

std::string InputPlaces::place(std::uint64_t record, std::uint64_t byte) const {
  return name(record) + ", byte " + std::to_string(byte - start_of(record).byte);
}

const InputPlaces::Start& InputPlaces::start_of(std::uint64_t record) const {
  auto after = std::upper_bound(starts_.begin(), starts_.end(), record,
                                [](std::uint64_t r, const Start& start) { return r < start.record; });
  return *std::prev(after);
}

}  // namespace kstream::cli
