#include "records/compress.h"

#include "records/codecs.h"

#include <utility>

namespace kstream::records {
namespace {

/// The length of a batch is an int32.
constexpr std::size_t kMostInput = std::size_t{1} << 30;

Error unknown_codec() { return {ErrorCode::unsupported_compression_type, "there is no such compression codec"}; }

/// What was never compressed, as one piece.
class PlainSource final : public Decompressor::Source {
 public:
  explicit PlainSource(BytesView in) : in_(in) {}
  Result<BytesView> next(std::size_t) override { return std::exchange(in_, {}); }

 private:
  BytesView in_;
};

/// Null where there is no such codec.
std::unique_ptr<Decompressor::Source> make_source(Codec codec, BytesView in) {
  switch (codec) {
    case Codec::none:
      return std::make_unique<PlainSource>(in);
    case Codec::gzip:
      return gzip_source(in);
    case Codec::snappy:
      return snappy_source(in);
    case Codec::lz4:
      return lz4_source(in);
    case Codec::zstd:
      return zstd_source(in);
  }
  return nullptr;
}

}  // namespace

std::optional<LevelRange> level_range(Codec codec) {
  switch (codec) {
    case Codec::gzip:
      return LevelRange{1, 9, kGzipDefaultLevel};
    case Codec::lz4:
      return LevelRange{1, 17, kLz4DefaultLevel};
    case Codec::zstd:
      return LevelRange{-131072, 22, kZstdDefaultLevel};
    default:
      return std::nullopt;
  }
}

Status compress(Codec codec, std::optional<int> level, BytesView in, std::string& out) {
  if (const auto range = level_range(codec)) {
    if (!level) level = range->default_level;
    if (*level != range->default_level && (*level < range->low || *level > range->high)) {
      return {ErrorCode::invalid_config, "a compression level is out of range"};
    }
  }
  if (in.size() > kMostInput) return {ErrorCode::message_too_large, "too much to be compressed into one batch"};
  switch (codec) {
    case Codec::none:
      out.append(in);
      break;
    case Codec::gzip:
      gzip_compress(*level, in, out);
      break;
    case Codec::snappy:
      snappy_compress(in, out);
      break;
    case Codec::lz4:
      lz4_compress(*level, in, out);
      break;
    case Codec::zstd:
      zstd_compress(*level, in, out);
      break;
    default:
      return unknown_codec();
  }
  return {};
}

Decompressor::Decompressor(Codec codec, BytesView in, std::size_t max_bytes)
    : source_(make_source(codec, in)), left_(max_bytes) {}
Decompressor::Decompressor(Decompressor&&) noexcept = default;
Decompressor& Decompressor::operator=(Decompressor&&) noexcept = default;
Decompressor::~Decompressor() = default;

Result<BytesView> Decompressor::next() {
  if (!source_) return unknown_codec();
  Result<BytesView> piece = source_->next(left_);
  if (!piece) return piece;
  if (piece->size() > left_) return too_large();
  left_ -= piece->size();
  return piece;
}

Status decompress_all(Codec codec, BytesView in, std::size_t max_bytes, std::string& out) {
  Decompressor decompressor(codec, in, max_bytes);
  Result<BytesView> piece = decompressor.next();
  for (; piece && !piece->empty(); piece = decompressor.next()) out.append(*piece);
  return piece ? Status() : piece.error();
}

}  // namespace kstream::records
