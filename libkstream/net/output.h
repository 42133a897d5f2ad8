#pragma once

#include "base/bytes.h"
#include "base/shared_file.h"
#include "net/block_pool.h"

#include <sys/types.h>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace kstream::net {

/// What is to be sent on one connection: bytes, and ranges of files between them. Small ranges are read into the bytes
/// (a read and one send is four times cheaper at 1 KB), large ones go out by sendfile. Bytes lie in blocks of the
/// thread's pool until they are sent: nothing is moved as they become more, and a connection that has nothing to send
/// holds none.
class Output {
 public:
  static constexpr std::uint32_t kSendfileFrom = 32 << 10;
  static_assert(kSendfileFrom <= BlockPool::kSmallest, "what is read at once fits into a block");

  explicit Output(BlockPool& pool) : pool_(pool) {}

  void append(base::BytesView bytes);
  /// False: the file could not be read, and the answer that was begun cannot be ended.
  bool append(base::FileRef file, std::uint64_t position, std::uint32_t bytes);

  enum class Sent { all, blocked, failed };
  /// Sends what the socket takes without waiting.
  Sent flush(int socket);
  bool empty() const { return pieces_.empty(); }
  std::uint64_t sent_bytes() const { return sent_; }
  /// Memory of what is not sent; ranges of files have none.
  std::size_t held_bytes() const { return held_; }

 private:
  /// A range of a block, or of a file.
  struct Piece {
    base::Ref<base::Block> block;
    base::FileRef file;
    std::uint64_t at;
    std::size_t left;
  };

  std::size_t free_bytes() const;
  char* room_for(std::size_t bytes);
  void grow(std::size_t bytes);
  ssize_t send_blocks(int socket) const;
  void drop_front(std::size_t bytes);
  void give_back_blocks();

  BlockPool& pool_;
  std::deque<Piece> pieces_;
  std::size_t held_ = 0;
  std::uint64_t sent_ = 0;
};

}  // namespace kstream::net
