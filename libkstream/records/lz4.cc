#include "base/assert.h"
#include "records/codecs.h"

#include <lz4frame.h>

namespace kstream::records {
namespace {

class Lz4Source final : public Decompressor::Source {
 public:
  explicit Lz4Source(BytesView in) : in_(in) {
    const LZ4F_errorCode_t made = LZ4F_createDecompressionContext(&context_, LZ4F_VERSION);
    KS_ASSERT(!LZ4F_isError(made));
  }
  ~Lz4Source() override { LZ4F_freeDecompressionContext(context_); }

  Result<BytesView> next(std::size_t) override {
    std::size_t size = 0;
    while (size < kPiece && !in_.empty()) {
      std::size_t written = kPiece - size, taken = in_.size();
      const std::size_t hint = LZ4F_decompress(context_, piece_.get() + size, &written, in_.data(), &taken, nullptr);
      if (LZ4F_isError(hint)) return malformed(LZ4F_getErrorName(hint));
      in_.remove_prefix(taken);
      size += written;
      in_frame_ = hint != 0;
    }
    if (size == 0 && in_frame_) return malformed("lz4 data is cut off");
    return BytesView(piece_.get(), size);
  }

 private:
  BytesView in_;
  LZ4F_dctx* context_ = nullptr;
  bool in_frame_ = false;
  std::unique_ptr<char[]> piece_ = std::make_unique_for_overwrite<char[]>(kPiece);
};

}  // namespace

std::unique_ptr<Decompressor::Source> lz4_source(BytesView in) { return std::make_unique<Lz4Source>(in); }

void lz4_compress(int level, BytesView in, std::string& out) {
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.blockSizeID = LZ4F_max64KB;
  preferences.frameInfo.blockMode = LZ4F_blockIndependent;  // Java reads no other
  // Kafka's default level, 9, means the fast compressor; any other is one of the high compressor's.
  preferences.compressionLevel = level == kLz4DefaultLevel ? 0 : level;
  const std::size_t start = out.size();
  out.resize(start + LZ4F_compressFrameBound(in.size(), &preferences));
  const std::size_t size =
      LZ4F_compressFrame(out.data() + start, out.size() - start, in.data(), in.size(), &preferences);
  KS_ASSERT(!LZ4F_isError(size));  // there is room, and the preferences are ours
  out.resize(start + size);
}

}  // namespace kstream::records
