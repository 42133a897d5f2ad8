#include "cli/produce_ledger.h"

#include <algorithm>
#include <utility>

namespace kstream::cli {

void ProduceLedger::sent(std::uint64_t size) {
  ++sent_count_;
  if (gap_) return;
  if (in_flight_ == ring_.size()) grow();
  slot(base_ + in_flight_++) = static_cast<std::uint32_t>(std::min<std::uint64_t>(size, kSize));
}

void ProduceLedger::acknowledged(std::span<const std::uint64_t> records) {
  acknowledged_count_ += records.size();
  if (gap_) return;
  for (std::uint64_t record : records) slot(record) |= kAcknowledged;
  advance();
}

void ProduceLedger::failed(std::span<const std::uint64_t> records) {
  failed_count_ += records.size();
  if (gap_) return;
  for (std::uint64_t record : records) slot(record) |= kFailed;
  advance();
}

void ProduceLedger::advance() {
  while (in_flight_ > 0 && (slot(base_) & kAcknowledged) != 0) {
    base_byte_ += slot(base_) & kSize;
    ++base_;
    --in_flight_;
  }
  gap_ = in_flight_ > 0 && (slot(base_) & kFailed) != 0;
}

void ProduceLedger::grow() {
  std::vector<std::uint32_t> larger(ring_.size() * 2);
  for (std::uint64_t i = 0; i < in_flight_; ++i) larger[(base_ + i) & (larger.size() - 1)] = slot(base_ + i);
  ring_ = std::move(larger);
}

}  // namespace kstream::cli
