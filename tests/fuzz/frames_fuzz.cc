// What a connection sends, in whatever pieces it comes.
#include "base/assert.h"
#include "net/frame_reader.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

using kstream::base::load_be;

namespace {

constexpr std::size_t kLargest = 100'000;

/// The frames, by the definition; `failed`: a length came that is none.
std::vector<std::string_view> expected(std::string_view bytes, bool& failed) {
  std::vector<std::string_view> frames;
  while (bytes.size() >= 4) {
    const auto length = load_be<std::int32_t>(bytes.data());
    failed = length < 0 || static_cast<std::size_t>(length) > kLargest;
    if (failed || bytes.size() - 4 < static_cast<std::size_t>(length)) break;
    frames.push_back(bytes.substr(4, static_cast<std::size_t>(length)));
    bytes.remove_prefix(4 + static_cast<std::size_t>(length));
  }
  return frames;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t most = 1 + data[0];  // bytes at a time
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  bool failed = false;
  const auto frames = expected(bytes, failed);
  kstream::net::BlockPool pool;
  kstream::net::FrameReader reader(pool, kLargest);
  std::vector<kstream::base::Slice> found;
  for (auto left = bytes; !left.empty() && !reader.failed();) {
    auto room = reader.room();
    KS_ASSERT(!room.empty());
    const auto part = left.substr(0, std::min(room.size(), most));
    std::memcpy(room.data(), part.data(), part.size());
    reader.received(part.size());
    left.remove_prefix(part.size());
    while (auto frame = reader.next()) found.push_back(*frame);
    if (reader.waiting() == 0) reader.rest();
  }
  KS_ASSERT(reader.failed() == failed && found.size() == frames.size());
  for (std::size_t i = 0; i < frames.size(); ++i) KS_ASSERT(found[i].bytes == frames[i]);
  return 0;
}
