#include "base/assert.h"
#include "records/codecs.h"

#include <zlib.h>

namespace kstream::records {
namespace {

constexpr int kGzipWindowBits = 15 + 16;  // zlib's way to say: a gzip member, of the largest window
constexpr int kMemoryLevel = 8;           // zlib's default
/// zlib counts input in 32 bits.
uInt clamp(std::size_t n) { return static_cast<uInt>(std::min(n, std::size_t{1} << 30)); }
Bytef* bytes_of(const char* p) { return reinterpret_cast<Bytef*>(const_cast<char*>(p)); }

class GzipSource final : public Decompressor::Source {
 public:
  explicit GzipSource(BytesView in) : in_(in) {
    const int made = inflateInit2(&stream_, kGzipWindowBits);
    KS_ASSERT(made == Z_OK);
  }
  ~GzipSource() override { inflateEnd(&stream_); }

  Result<BytesView> next(std::size_t) override {
    stream_.next_out = bytes_of(piece_.get());
    stream_.avail_out = kPiece;
    while (stream_.avail_out > 0 && !in_.empty()) {
      stream_.next_in = bytes_of(in_.data());
      const uInt given = stream_.avail_in = clamp(in_.size());
      const int result = inflate(&stream_, Z_NO_FLUSH);
      in_.remove_prefix(given - stream_.avail_in);
      in_member_ = result != Z_STREAM_END;
      if (result == Z_STREAM_END) {
        inflateReset(&stream_);  // another member may follow
      } else if (result != Z_OK) {
        return malformed("gzip data is malformed");
      }
    }
    const std::size_t size = kPiece - stream_.avail_out;
    if (size == 0 && in_member_) return malformed("gzip data is cut off");
    return BytesView(piece_.get(), size);
  }

 private:
  BytesView in_;
  z_stream stream_{};
  bool in_member_ = false;
  std::unique_ptr<char[]> piece_ = std::make_unique_for_overwrite<char[]>(kPiece);
};

}  // namespace

std::unique_ptr<Decompressor::Source> gzip_source(BytesView in) { return std::make_unique<GzipSource>(in); }

void gzip_compress(int level, BytesView in, std::string& out) {
  z_stream stream{};
  const int made = deflateInit2(&stream, level, Z_DEFLATED, kGzipWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY);
  KS_ASSERT(made == Z_OK);
  const std::size_t start = out.size();
  out.resize(start + deflateBound(&stream, in.size()));
  stream.next_in = bytes_of(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = bytes_of(out.data() + start);
  stream.avail_out = static_cast<uInt>(out.size() - start);
  const int done = deflate(&stream, Z_FINISH);
  KS_ASSERT(done == Z_STREAM_END);  // deflateBound bytes are always enough
  out.resize(start + stream.total_out);
  deflateEnd(&stream);
}

}  // namespace kstream::records
