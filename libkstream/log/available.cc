#include "log/log.h"

#include <algorithm>

namespace kstream::log {

std::uint64_t Log::available(Offset from, Offset up_to) const {
  up_to = std::min(up_to, end_);
  if (failure_ || from < start_ || from >= up_to) return 0;
  const std::size_t first = segment_of(from);
  const Segment& segment = segments_[first];
  if (end_of(first) >= end_) {
    auto batches = recent_.find(from, up_to, UINT32_MAX, end_, segment.written);
    if (batches) return std::max<std::uint64_t>(batches->bytes, 1);
  }
  const Offset end = std::min(end_of(first), end_);
  const double share = static_cast<double>(end - from) / static_cast<double>(end - segment.base);
  auto bytes = static_cast<std::uint64_t>(static_cast<double>(segment.written) * share);
  for (std::size_t i = first + 1; i < segments_.size(); ++i) bytes += segments_[i].written;
  return std::max<std::uint64_t>(bytes, 1);
}

}  // namespace kstream::log
