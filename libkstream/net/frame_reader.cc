#include "net/frame_reader.h"

#include <algorithm>
#include <cstring>

namespace kstream::net {
namespace {

constexpr std::size_t kMostPerReceive = 256 << 10, kLengthSize = 4;

}  // namespace

std::size_t FrameReader::frame_size() const {
  if (end_ - begin_ < kLengthSize) return kLengthSize;
  return kLengthSize + static_cast<std::uint32_t>(base::load_be<std::int32_t>(block_->data() + begin_));
}

bool FrameReader::has_frame() const { return end_ - begin_ >= kLengthSize && end_ - begin_ >= frame_size(); }

std::span<char> FrameReader::room() {
  const std::size_t have = end_ - begin_, want = std::max(frame_size(), have + 1);
  if (have == 0 && block_ && block_->size() - end_ < std::max(usual_, BlockPool::kSmallest / 4)) rest();
  if (!block_ || begin_ + want > block_->size()) {
    auto fresh = pool_.take(std::max(want, usual_));  // the same block again if no frame in it is in use
    if (have > 0) std::memcpy(fresh->data(), block_->data() + begin_, have);
    moved_ += have;
    block_ = std::move(fresh);
    begin_ = 0;
    end_ = have;
  }
  std::size_t size = std::min(block_->size() - end_, kMostPerReceive);
  // A large frame is not received beyond its end, or the begun next one would have to move; nor is a little rest of it
  // received by itself.
  const std::size_t missing = want - have;
  if (want > BlockPool::kSmallest && missing < kMostPerReceive + BlockPool::kSmallest) size = missing;
  return {block_->data() + end_, size};
}

void FrameReader::received(std::size_t bytes) {
  end_ += bytes;
  if (end_ - begin_ < kLengthSize) return;
  auto length = base::load_be<std::int32_t>(block_->data() + begin_);
  failed_ = length < 0 || static_cast<std::size_t>(length) > largest_;
}

std::optional<base::Slice> FrameReader::next() {
  if (failed_ || !has_frame()) return std::nullopt;
  auto size = frame_size();
  base::Slice frame{block_, {block_->data() + begin_ + kLengthSize, size - kLengthSize}};
  begin_ += size;
  usual_ = size;
  received(0);  // looks at the length that follows
  return frame;
}

void FrameReader::rest() {
  if (begin_ != end_) return;
  block_ = nullptr;
  begin_ = end_ = 0;
}

}  // namespace kstream::net
