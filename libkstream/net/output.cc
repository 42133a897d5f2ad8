#include "net/output.h"

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace kstream::net {

/// Behind the last piece, if that is in memory.
std::size_t Output::free_bytes() const {
  if (pieces_.empty() || !pieces_.back().block) return 0;
  const Piece& last = pieces_.back();
  return last.block->size() - static_cast<std::size_t>(last.at) - last.left;
}

/// Where so many bytes, which a block can hold, may be written before grow() tells of them.
char* Output::room_for(std::size_t bytes) {
  if (free_bytes() < bytes) pieces_.push_back({pool_.take(BlockPool::kSmallest), {}, 0, 0});
  Piece& last = pieces_.back();
  return last.block->data() + last.at + last.left;
}

void Output::grow(std::size_t bytes) {
  pieces_.back().left += bytes;
  held_ += bytes;
}

void Output::append(base::BytesView bytes) {
  while (!bytes.empty()) {
    char* room = room_for(1);
    const auto part = bytes.substr(0, free_bytes());
    std::memcpy(room, part.data(), part.size());
    grow(part.size());
    bytes.remove_prefix(part.size());
  }
}

bool Output::append(base::FileRef file, std::uint64_t position, std::uint32_t bytes) {
  if (bytes >= kSendfileFrom) {
    pieces_.push_back({{}, std::move(file), position, bytes});
    return true;
  }
  char* room = room_for(bytes);
  while (bytes > 0) {
    auto n = ::pread(file->descriptor(), room, bytes, static_cast<off_t>(position));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    grow(static_cast<std::size_t>(n));
    room += n;
    position += static_cast<std::uint64_t>(n);
    bytes -= static_cast<std::uint32_t>(n);
  }
  return true;
}

Output::Sent Output::flush(int socket) {
  while (!pieces_.empty()) {
    Piece& front = pieces_.front();
    auto position = static_cast<off_t>(front.at);
    const auto n =
        front.block ? send_blocks(socket) : ::sendfile(socket, front.file->descriptor(), &position, front.left);
    if (n > 0) {
      sent_ += static_cast<std::uint64_t>(n);
      drop_front(static_cast<std::size_t>(n));
    } else if (n == 0) {
      return Sent::failed;  // the file is shorter than it was
    } else if (errno != EINTR) {
      if (errno != EAGAIN && errno != EWOULDBLOCK) return Sent::failed;
      give_back_blocks();
      return Sent::blocked;
    }
  }
  return Sent::all;
}

/// As sendmsg(2), of the blocks up to the next range of a file.
ssize_t Output::send_blocks(int socket) const {
  std::array<iovec, 16> parts;
  msghdr message{};
  message.msg_iov = parts.data();
  auto piece = pieces_.begin();
  for (; piece != pieces_.end() && piece->block && message.msg_iovlen < parts.size(); ++piece)
    parts[message.msg_iovlen++] = {piece->block->data() + piece->at, piece->left};
  return ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT | (piece != pieces_.end() ? MSG_MORE : 0));
}

void Output::drop_front(std::size_t bytes) {
  while (bytes > 0) {
    Piece& front = pieces_.front();
    const auto part = std::min(bytes, front.left);
    front.at += part;
    front.left -= part;
    bytes -= part;
    if (front.block) held_ -= part;
    if (front.left == 0) pieces_.pop_front();
  }
}

/// Who is slow to read shall not hold a block for each little that is left for them.
void Output::give_back_blocks() {
  for (Piece& piece : pieces_) {
    if (!piece.block || piece.left > piece.block->size() / 2) continue;
    piece.block = base::Slice::copy_of({piece.block->data() + piece.at, piece.left}).block;
    piece.at = 0;
  }
}

}  // namespace kstream::net
