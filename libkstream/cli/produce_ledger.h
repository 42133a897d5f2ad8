#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace kstream::cli {

/// Which records of one input are acknowledged, and up to where without a gap. Four bytes for each record in flight.
///
/// Records are numbered from 0 in the order of sent().
class ProduceLedger {
 public:
  /// The next record was taken; `size` bytes of input are its, delimiter included.
  void sent(std::uint64_t size);
  void acknowledged(std::span<const std::uint64_t> records);
  void failed(std::span<const std::uint64_t> records);

  std::uint64_t sent_count() const { return sent_count_; }
  std::uint64_t acknowledged_count() const { return acknowledged_count_; }
  bool all_settled() const { return acknowledged_count_ + failed_count_ == sent_count(); }

  /// The first record that is not acknowledged, and the byte of the input where it begins; sent_count() if all are.
  std::uint64_t first_open() const { return base_; }
  std::uint64_t first_open_byte() const { return base_byte_; }

 private:
  /// Sizes are capped to 30 bits, far above any record.
  static constexpr std::uint32_t kAcknowledged = 1U << 31, kFailed = 1U << 30, kSize = kFailed - 1;
  std::uint32_t& slot(std::uint64_t record) { return ring_[record & (ring_.size() - 1)]; }
  void advance();
  void grow();

  std::vector<std::uint32_t> ring_ = std::vector<std::uint32_t>(1024);
  std::uint64_t sent_count_ = 0;
  bool gap_ = false;        ///< the record at base_ has failed: it stays the first, and slots are not needed any more
  std::uint64_t base_ = 0;  ///< record of the oldest slot
  std::uint64_t in_flight_ = 0;
  std::uint64_t base_byte_ = 0;
  std::uint64_t acknowledged_count_ = 0;
  std::uint64_t failed_count_ = 0;
};

}  // namespace kstream::cli
