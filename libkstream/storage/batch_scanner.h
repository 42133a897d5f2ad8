#pragma once

#include <kstream/result.h>

#include "base/bytes.h"
#include "base/small_vector.h"
#include "records/batch.h"
#include "storage/directory.h"

#include <cstdint>
#include <optional>
#include <string>

namespace kstream::storage {

/// Goes over the batches of a segment's file, header by header, through a window of a fixed size.
///
/// CORRUPT_MESSAGE, with file and position: what is there is no header, or the batch would reach beyond the end.
/// Nothing else is an error of that code.
class BatchScanner {
 public:
  struct Batch {
    records::BatchHeader header;
    std::uint64_t position = 0;
    std::uint64_t end() const { return position + header.size(); }
  };

  /// So much is read at a time, unless batches are larger: of those, next() reads the headers alone.
  static constexpr std::size_t kWindow = 64 * 1024;

  /// From `position`, where a batch begins, to `end`.
  BatchScanner(File& file, std::uint64_t position, std::uint64_t end, std::size_t window = kWindow,
               ReadFrom from = ReadFrom::disk);
  /// Goes on at another batch.
  void move_to(std::uint64_t position) { position_ = position; }

  /// next() reads a header alone, too, as if batches were larger than the window. It is often all that is wanted.
  void begin_with_header() { large_ = true; }

  /// The next batch; nothing at the end.
  Result<std::optional<Batch>> next();
  /// Whether the CRC of a batch that next() gave is right. Reads all of it, a window at a time.
  Result<bool> check_crc(const Batch& batch);
  /// The whole batch, read into `to`.
  Result<base::BytesView> bytes(const Batch& batch, std::string& to);
  /// Where next() looks.
  std::uint64_t position() const { return position_; }

 private:
  /// At least `least` bytes at `position`, and what else the window holds from there on; fewer only if the file ends.
  /// What the window lacks is read: `size` bytes.
  Result<base::BytesView> at(std::uint64_t position, std::size_t least, std::size_t size);
  Error damaged(std::uint64_t position, const std::string& what) const;

  File& file_;
  std::uint64_t position_;
  std::uint64_t end_;
  const std::size_t size_;  ///< of a window
  const ReadFrom from_;
  bool large_ = false;  ///< the last batch was larger: the next one is likely to be, too
  base::SmallVector<char, records::kBatchHeaderSize> window_;  ///< a header needs no memory of its own
  std::uint64_t window_position_ = 0;
};

}  // namespace kstream::storage
