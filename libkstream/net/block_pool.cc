#include "net/block_pool.h"

#include <algorithm>
#include <bit>

namespace kstream::net {

base::Ref<base::Block> BlockPool::take(std::size_t size) {
  size = std::bit_ceil(std::max(size, kSmallest));
  for (auto& block : kept_) {
    if (block->size() == size && block.unique()) return block;
  }
  auto block = base::make_counted<base::Block>(size);
  if (kept_.size() < kMostKept && kept_bytes_ + size <= kMostBytesKept) {
    kept_.push_back(block);
    kept_bytes_ += size;
  }
  return block;
}

bool BlockPool::trim() {
  std::erase_if(kept_, [&](auto& block) {
    if (!block.unique()) return false;
    kept_bytes_ -= block->size();
    return true;
  });
  return !kept_.empty();
}

}  // namespace kstream::net
