#pragma once

#include <kstream/record.h>
#include <kstream/result.h>

#include "base/bytes.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

/// The codecs of a batch's records: gzip (RFC 1952), snappy (in the framing of the Java library snappy-java, "Xerial",
/// or as a bare block), lz4 (frames) and zstd (frames).
namespace kstream::records {

using base::BytesView;

/// The range and default of `compression.<codec>.level`; nothing for the codecs without levels.
struct LevelRange {
  int low;
  int high;
  int default_level;
};
std::optional<LevelRange> level_range(Codec codec);

/// Appends `in`, compressed as Apache Kafka's producer does, to `out`. `level` must be in the codec's range, for gzip
/// also -1; none means the default.
Status compress(Codec codec, std::optional<int> level, BytesView in, std::string& out);

/// Decompresses piece by piece, so that a bomb costs no more memory than what is looked at. Reads every dialect that
/// clients are known to write: both of snappy, Xerial headers between its blocks, several gzip members, several lz4 or
/// zstd frames, lz4 frames of any block size, with checksums or without.
class Decompressor {
 public:
  /// `in` must outlive this; at most `max_bytes` come out.
  Decompressor(Codec codec, BytesView in, std::size_t max_bytes);
  Decompressor(Decompressor&&) noexcept;
  Decompressor& operator=(Decompressor&&) noexcept;
  ~Decompressor();

  /// The next piece, valid until the next call; empty at the end. Pieces are at most 64 KiB, but a snappy block is one
  /// piece (it says its size, and expands at most 22 times), and so is what is not compressed. CORRUPT_MESSAGE;
  /// MESSAGE_TOO_LARGE above `max_bytes`; UNSUPPORTED_COMPRESSION_TYPE for a codec that does not exist. Not to be
  /// called after an error.
  Result<BytesView> next();

  class Source;  ///< one codec's way of reading

 private:
  std::unique_ptr<Source> source_;
  std::size_t left_;
};

/// Appends all that comes out of `in` to `out`. Errors as of Decompressor; `out` then holds a part.
Status decompress_all(Codec codec, BytesView in, std::size_t max_bytes, std::string& out);

}  // namespace kstream::records
