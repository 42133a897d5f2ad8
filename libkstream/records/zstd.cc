#include "base/assert.h"
#include "records/codecs.h"

#include <zstd.h>

#include <utility>

namespace kstream::records {
namespace {

/// Making a context costs more than a small batch (10 us), so that a thread keeps one that is not in use, unless it has
/// grown large.
template <class Context, Context* (*kMake)(), std::size_t (*kFree)(Context*), std::size_t (*kSize)(const Context*)>
class Pooled {
 public:
  Pooled() : context_(spare_ ? spare_.release() : kMake()) { KS_ASSERT(context_); }
  Pooled(const Pooled&) = delete;
  Pooled& operator=(const Pooled&) = delete;
  ~Pooled() {
    if (kSize(context_.get()) <= kMostKept) spare_ = std::move(context_);
  }
  Context* get() const { return context_.get(); }

 private:
  static constexpr std::size_t kMostKept = std::size_t{2} << 20;
  struct Free {
    void operator()(Context* context) const { kFree(context); }
  };
  using Owned = std::unique_ptr<Context, Free>;
  static thread_local Owned spare_;
  Owned context_;
};
template <class Context, Context* (*kMake)(), std::size_t (*kFree)(Context*), std::size_t (*kSize)(const Context*)>
thread_local typename Pooled<Context, kMake, kFree, kSize>::Owned Pooled<Context, kMake, kFree, kSize>::spare_;

using CompressContext = Pooled<ZSTD_CCtx, ZSTD_createCCtx, ZSTD_freeCCtx, ZSTD_sizeof_CCtx>;
using DecompressContext = Pooled<ZSTD_DCtx, ZSTD_createDCtx, ZSTD_freeDCtx, ZSTD_sizeof_DCtx>;

class ZstdSource final : public Decompressor::Source {
 public:
  explicit ZstdSource(BytesView in) : in_{in.data(), in.size(), 0} {
    ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only);
  }

  Result<BytesView> next(std::size_t) override {
    ZSTD_outBuffer out{piece_.get(), kPiece, 0};
    while (out.pos < out.size && in_.pos < in_.size) {
      const std::size_t hint = ZSTD_decompressStream(context_.get(), &out, &in_);
      if (ZSTD_isError(hint)) return malformed(ZSTD_getErrorName(hint));
      in_frame_ = hint != 0;
    }
    if (out.pos == 0 && in_frame_) return malformed("zstd data is cut off");
    return BytesView(piece_.get(), out.pos);
  }

 private:
  ZSTD_inBuffer in_;
  DecompressContext context_;
  bool in_frame_ = false;
  std::unique_ptr<char[]> piece_ = std::make_unique_for_overwrite<char[]>(kPiece);
};

}  // namespace

std::unique_ptr<Decompressor::Source> zstd_source(BytesView in) { return std::make_unique<ZstdSource>(in); }

void zstd_compress(int level, BytesView in, std::string& out) {
  const std::size_t start = out.size();
  out.resize(start + ZSTD_compressBound(in.size()));
  const CompressContext context;
  const std::size_t size =
      ZSTD_compressCCtx(context.get(), out.data() + start, out.size() - start, in.data(), in.size(), level);
  KS_ASSERT(!ZSTD_isError(size));  // there is room, and the level is in range
  out.resize(start + size);
}

}  // namespace kstream::records
