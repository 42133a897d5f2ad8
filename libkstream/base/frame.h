#pragma once

#include "base/bytes.h"
#include "base/counted.h"

#include <cstddef>
#include <memory>

namespace kstream::base {

/// A block of bytes of one connection: whole request frames as they were received, or answers that wait to be sent.
/// Written by the connection that receives into it and, behind a frame's last byte, never again: what holds a Ref may
/// read the frame on any thread.
class Block final : public Counted<Block> {
 public:
  /// `size` bytes, not initialised: pages that nobody writes cost nothing.
  explicit Block(std::size_t size) : data_(new char[size]), size_(size) {}
  char* data() { return data_.get(); }
  std::size_t size() const { return size_; }

 private:
  std::unique_ptr<char[]> data_;
  std::size_t size_;
};

/// Bytes within a Block, and the share that keeps them.
struct Slice {
  Ref<Block> block;
  BytesView bytes;

  /// A block of its own with a copy of `bytes`.
  static Slice copy_of(BytesView bytes) {
    auto block = make_counted<Block>(bytes.size());
    if (!bytes.empty()) std::memcpy(block->data(), bytes.data(), bytes.size());
    BytesView kept(block->data(), bytes.size());
    return {std::move(block), kept};
  }
  /// The same share, narrowed to `part`, which must lie within the block.
  Slice part(BytesView part) const { return {block, part}; }
};

}  // namespace kstream::base
