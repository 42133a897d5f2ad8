#include "net/frame_reader.h"

#include "base/bytes.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace kstream::net {
namespace {

std::string length_of(std::int32_t length) {
  std::string bytes(4, '\0');
  base::store_be(bytes.data(), length);
  return bytes;
}

std::string frame(const std::string& body) { return length_of(static_cast<std::int32_t>(body.size())) + body; }

class FrameReaderTest : public ::testing::Test {
 protected:
  static constexpr std::size_t kLargest = 3 << 20;

  /// Hands over at most `most` bytes at a time, as recv() would; the frames that were whole.
  std::vector<std::string> read(std::string_view bytes, std::size_t most) { return read(reader, bytes, most); }
  std::vector<std::string> read(FrameReader& from, std::string_view bytes, std::size_t most) {
    std::vector<std::string> frames;
    while (!bytes.empty() && !from.failed()) {
      auto room = from.room();
      const std::size_t size = std::min({room.size(), most, bytes.size()});
      std::memcpy(room.data(), bytes.data(), size);
      from.received(size);
      bytes.remove_prefix(size);
      while (auto one = from.next()) {
        kept.push_back(*one);
        frames.emplace_back(one->bytes);
      }
    }
    return frames;
  }

  BlockPool pool;
  FrameReader reader{pool, kLargest};
  std::vector<base::Slice> kept;  ///< what was given out stays as it is
};

TEST_F(FrameReaderTest, FramesHoweverTheyAreCut) {
  const std::vector<std::string> bodies = {"one", "", std::string(100'000, 'x'), std::string(2'000'000, 'y'), "last"};
  std::string bytes;
  for (const auto& body : bodies) bytes += frame(body);
  for (std::size_t most : {1U << 22, 4096U, 7U, 3U}) EXPECT_EQ(read(bytes, most), bodies) << most;
  EXPECT_EQ(reader.waiting(), 0u);
  for (std::size_t i = 0; i < kept.size(); ++i) EXPECT_EQ(kept[i].bytes, bodies[i % bodies.size()]) << i;
}

TEST_F(FrameReaderTest, LargeFramesBehindEachOtherStayWhereTheyWereReceived) {
  const std::string body = frame(std::string((1 << 20) + 100, 'x'));
  read(body, 1 << 22);
  reader.take_moved();  // nobody knew how large the first one would be
  EXPECT_EQ(read(body + body + body + frame("small"), 1 << 22).size(), 4u);
  EXPECT_EQ(reader.take_moved(), 0u);
}

TEST_F(FrameReaderTest, LengthsThatLie) {
  for (std::int32_t length : {-1, std::numeric_limits<std::int32_t>::min(), static_cast<std::int32_t>(kLargest) + 1,
                              std::numeric_limits<std::int32_t>::max()}) {
    for (std::size_t most : {100U, 1U}) {
      FrameReader fresh(pool, kLargest);
      EXPECT_EQ(read(fresh, frame("good") + length_of(length) + frame("more"), most), std::vector<std::string>{"good"});
      EXPECT_TRUE(fresh.failed()) << length;
      EXPECT_FALSE(fresh.next());
    }
  }
}

TEST_F(FrameReaderTest, TheLargestIsTakenAndOnlyItsLengthBelieved) {
  const std::string body(kLargest, 'z');
  EXPECT_TRUE(read(length_of(kLargest), 100).empty());
  EXPECT_FALSE(reader.failed());
  EXPECT_FALSE(reader.has_frame());
  EXPECT_EQ(reader.waiting(), 4u);
  EXPECT_EQ(read(body, 1 << 20), std::vector<std::string>{body});
}

TEST_F(FrameReaderTest, AnIdleConnectionOwnsNoBlock) {
  read(frame("one"), 100);
  kept.clear();
  reader.rest();
  EXPECT_EQ(read(frame("two").substr(0, 5), 100), std::vector<std::string>());
  reader.rest();  // one waits
  EXPECT_EQ(read(frame("two").substr(5), 100), std::vector<std::string>{"two"});
}

}  // namespace
}  // namespace kstream::net
