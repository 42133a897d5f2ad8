#pragma once

#include <kstream/result.h>

#include "records/iterate.h"

#include <cstdint>
#include <functional>
#include <string>

namespace kstream::quorum {

/// Reads at most `size` bytes of a file of the metadata folder from `position` on; fewer only at its end.
using ReadFile = std::function<Result<std::string>(const std::string& name, std::uint64_t position, std::size_t size)>;

/// Reads a file batch by batch, a few MiB at a time.
class BatchStream {
 public:
  BatchStream(const ReadFile& read, std::string name) : read_(read), name_(std::move(name)) {}

  /// The next batch, whose CRC is right; its bytes stay until the next call. False at the end of the file.
  /// CORRUPT_MESSAGE with file and position for what is no batch or not a whole one.
  Result<bool> next(records::BatchView& batch);
  /// Where the last batch starts.
  std::uint64_t position() const { return position_; }
  /// An error about the last batch, with the file's name.
  Error error(ErrorCode code, const std::string& what) const;

 private:
  Result<bool> fill(std::size_t size);

  const ReadFile& read_;
  std::string name_;
  std::string buffer_;
  std::size_t used_ = 0;        ///< bytes of the buffer that were given out
  std::uint64_t position_ = 0;  ///< in the file, of buffer_[used_]
};

}  // namespace kstream::quorum
