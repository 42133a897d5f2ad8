#pragma once

#include "base/bytes.h"
#include "base/shared_file.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace kstream::net {

/// What is to be sent on one connection: bytes, and ranges of files between them. Small ranges are read into the bytes
/// (a read and one send is four times cheaper at 1 KB), large ones go out by sendfile.
class Output {
 public:
  static constexpr std::uint32_t kSendfileFrom = 32 << 10;

  void append(base::BytesView bytes) { bytes_.append(bytes); }
  /// False: the file could not be read, and the answer that was begun cannot be ended.
  bool append(base::FileRef file, std::uint64_t position, std::uint32_t bytes);

  enum class Sent { all, blocked, failed };
  /// Sends what the socket takes without waiting.
  Sent flush(int socket);
  bool empty() const { return at_ == bytes_.size() && ranges_.empty(); }
  std::uint64_t sent_bytes() const { return sent_; }
  /// Memory of what is not sent; ranges of files have none.
  std::size_t held_bytes() const { return bytes_.size(); }

 private:
  struct Range {
    std::size_t at;  ///< goes out before bytes_[at]
    base::FileRef file;
    std::uint64_t position;
    std::uint32_t left;
  };
  std::string bytes_;
  std::size_t at_ = 0;  ///< sent so far
  std::deque<Range> ranges_;
  std::uint64_t sent_ = 0;
};

}  // namespace kstream::net
