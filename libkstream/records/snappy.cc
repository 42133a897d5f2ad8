#include "records/codecs.h"

#include <snappy.h>

#include <cstdint>
#include <utility>

namespace kstream::records {
namespace {

/// The framing of snappy-java's SnappyOutputStream ("Xerial"): magic, version 1, compatible with version 1, then
/// blocks, each behind its length of four bytes. Streams may be concatenated.
constexpr BytesView kMagic("\x82SNAPPY\0", 8);
constexpr BytesView kHeader("\x82SNAPPY\0\0\0\0\1\0\0\0\1", 16);
constexpr std::size_t kBlock = 32'768;
/// A copy of 64 bytes takes three; nothing expands more.
constexpr std::size_t kMostExpansion = 22;

class SnappySource final : public Decompressor::Source {
 public:
  explicit SnappySource(BytesView in) : in_(in), framed_(in.starts_with(kMagic)) {}

  Result<BytesView> next(std::size_t limit) override {
    while (!in_.empty()) {
      Result<BytesView> block = framed_ ? next_block() : std::exchange(in_, {});
      if (!block) return block;
      if (block->empty()) continue;
      Result<BytesView> piece = uncompress(*block, limit);
      if (!piece || !piece->empty()) return piece;
    }
    return BytesView();
  }

 private:
  /// Takes the next block off `in_`; an empty one where there was a stream's header.
  Result<BytesView> next_block() {
    if (in_.starts_with(kMagic)) {
      if (in_.size() < kHeader.size()) return malformed("a snappy stream's header is cut off");
      in_.remove_prefix(kHeader.size());
      return BytesView();
    }
    if (in_.size() < 4) return malformed("a snappy block is cut off");
    const auto size = base::load_be<std::uint32_t>(in_.data());
    in_.remove_prefix(4);
    if (size == 0 || size > in_.size()) return malformed("a snappy block is cut off");
    const BytesView block = in_.substr(0, size);
    in_.remove_prefix(size);
    return block;
  }

  Result<BytesView> uncompress(BytesView block, std::size_t limit) {
    std::size_t size = 0;
    if (!snappy::GetUncompressedLength(block.data(), block.size(), &size) || size > block.size() * kMostExpansion) {
      return malformed("a snappy block is malformed");
    }
    if (size > limit) return too_large();
    if (size > capacity_) {
      piece_ = std::make_unique_for_overwrite<char[]>(size);
      capacity_ = size;
    }
    if (!snappy::RawUncompress(block.data(), block.size(), piece_.get()))
      return malformed("a snappy block is malformed");
    return BytesView(piece_.get(), size);
  }

  BytesView in_;
  bool framed_;
  std::unique_ptr<char[]> piece_;
  std::size_t capacity_ = 0;
};

}  // namespace

std::unique_ptr<Decompressor::Source> snappy_source(BytesView in) { return std::make_unique<SnappySource>(in); }

void snappy_compress(BytesView in, std::string& out) {
  out.append(kHeader);
  for (; !in.empty(); in.remove_prefix(std::min(in.size(), kBlock))) {
    const std::size_t at = out.size();
    std::size_t size = 0;
    out.resize(at + 4 + snappy::MaxCompressedLength(kBlock));
    snappy::RawCompress(in.data(), std::min(in.size(), kBlock), out.data() + at + 4, &size);
    base::store_be(out.data() + at, static_cast<std::uint32_t>(size));
    out.resize(at + 4 + size);
  }
}

}  // namespace kstream::records
