#pragma once

#include "base/frame.h"
#include "net/block_pool.h"

#include <cstddef>
#include <optional>
#include <span>
#include <utility>

namespace kstream::net {

/// Cuts the bytes of one connection into frames: an int32 length, then that many bytes. Frames lie in Blocks and are
/// never copied, but for the begun rest of one when its block is full: a large frame is received into a block of its
/// size.
class FrameReader {
 public:
  FrameReader(BlockPool& pool, std::size_t largest_frame) : pool_(pool), largest_(largest_frame) {}

  /// Where the next bytes go, never empty.
  std::span<char> room();
  /// So many bytes were put there.
  void received(std::size_t bytes);
  /// The next whole frame, without its length; nothing if none is whole, or after an error.
  std::optional<base::Slice> next();
  /// A length that is negative or above the largest frame has come: nothing behind it means anything.
  bool failed() const { return failed_; }
  /// Whether a frame is whole.
  bool has_frame() const;
  /// Gives up the block if no byte waits in it: an idle connection owns none.
  void rest();
  /// Bytes that had to be copied since the last call.
  std::size_t take_moved() { return std::exchange(moved_, 0); }
  /// Bytes received that no frame given out contains.
  std::size_t waiting() const { return end_ - begin_; }

 private:
  /// The bytes of the frame begun, its length included; as far as that is known.
  std::size_t frame_size() const;

  BlockPool& pool_;
  const std::size_t largest_;
  base::Ref<base::Block> block_;
  std::size_t begin_ = 0, end_ = 0;  ///< the bytes of block_ that no frame given out contains
  std::size_t usual_ = 0;            ///< size of the last frame
  std::size_t moved_ = 0;
  bool failed_ = false;
};

}  // namespace kstream::net
