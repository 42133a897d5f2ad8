#pragma once

#include <kstream/ids.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace kstream::log {

/// The most recent batches of the active segment with their exact positions, so that a read at the tail knows whole
/// batches without looking at the file. Grows to kCapacity entries, then forgets the oldest.
class RecentBatches {
 public:
  static constexpr std::size_t kCapacity = 1024;
  struct Batches {
    std::uint64_t position = 0;
    std::uint64_t bytes = 0;
  };

  void add(Offset base, std::uint64_t position);
  void clear();
  /// Whole batches from the one that contains `from` on: at most `max_bytes` but one at least, none that reaches beyond
  /// `up_to`. `end` and `end_position` are where the last batch ends. Nothing if `from` is older than what is kept.
  std::optional<Batches> find(Offset from, Offset up_to, std::uint32_t max_bytes, Offset end,
                              std::uint64_t end_position) const;

 private:
  struct Start {
    Offset base;
    std::uint64_t position = 0;
  };
  const Start& at(std::size_t i) const {
    i += oldest_;
    return starts_[i < starts_.size() ? i : i - starts_.size()];
  }

  std::vector<Start> starts_;
  std::size_t oldest_ = 0;
};

}  // namespace kstream::log
