#pragma once

#include "base/frame.h"

#include <cstddef>
#include <vector>

namespace kstream::net {

/// Memory for received frames and for answers that wait, of one thread. Blocks are handed out in sizes of powers of two
/// from 64 KiB; the pool keeps a share of some, and gives one out again when nobody else holds it, wherever its last
/// holder was. Fresh memory of a large frame costs as much as the work on it (page faults), and pages that nobody
/// writes cost nothing.
class BlockPool {
 public:
  static constexpr std::size_t kSmallest = 64 << 10;

  /// A block of at least `size` bytes that nobody else writes to.
  base::Ref<base::Block> take(std::size_t size);
  /// Gives back to the system what nobody else holds. Whether anything is kept still.
  bool trim();

 private:
  static constexpr std::size_t kMostKept = 32, kMostBytesKept = 64 << 20;
  std::vector<base::Ref<base::Block>> kept_;
  std::size_t kept_bytes_ = 0;
};

}  // namespace kstream::net
