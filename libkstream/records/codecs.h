#pragma once

#include "records/compress.h"

#include <algorithm>
#include <cstddef>
#include <memory>

/// The codecs one by one, behind compress.h.
namespace kstream::records {

/// One codec's way of reading. Owns what its library needs, and the memory of its pieces. All three libraries that
/// stream take a frame's last byte only once they have given all of its output: no input left means none held.
class Decompressor::Source {
 public:
  virtual ~Source() = default;
  /// The next piece; empty only at the end. Where a size is known before anything is allocated, MESSAGE_TOO_LARGE if it
  /// exceeds `limit`; else pieces are at most kPiece and the caller counts.
  virtual Result<BytesView> next(std::size_t limit) = 0;
};

inline constexpr std::size_t kPiece = 65'536;

inline Error too_large() {
  return {ErrorCode::message_too_large, "compressed records exceed the limit once decompressed"};
}
inline Error malformed(const char* what) { return {ErrorCode::corrupt_message, what}; }

std::unique_ptr<Decompressor::Source> gzip_source(BytesView in);
std::unique_ptr<Decompressor::Source> snappy_source(BytesView in);
std::unique_ptr<Decompressor::Source> lz4_source(BytesView in);
std::unique_ptr<Decompressor::Source> zstd_source(BytesView in);

/// Each appends to `out`. Levels are in range, and `in` is no larger than a batch may be.
void gzip_compress(int level, BytesView in, std::string& out);
void snappy_compress(BytesView in, std::string& out);
void lz4_compress(int level, BytesView in, std::string& out);
void zstd_compress(int level, BytesView in, std::string& out);

inline constexpr int kGzipDefaultLevel = -1, kLz4DefaultLevel = 9, kZstdDefaultLevel = 3;

}  // namespace kstream::records
