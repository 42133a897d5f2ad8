#include "base/crc32c.h"

#include "base/random.h"

#include <gtest/gtest.h>

#include <string>

namespace kstream::base {
namespace {

TEST(Crc32c, HasThePublishedValues) {
  // RFC 3720, B.4.
  EXPECT_EQ(crc32c(0, std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc32c(0, std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(crc32c(0, "123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c(0, ""), 0u);
}

TEST(Crc32c, EveryWayAgreesAtEveryLengthAndAlignment) {
  Random random(1);
  std::string bytes(70'000, '\0');
  for (char& c : bytes) c = static_cast<char>(random.next());
  for (int i = 0; i < 3000; ++i) {
    const std::size_t from = random.below(64), length = random.below(i % 50 == 0 ? 69'000 : 1100);
    const auto part = BytesView(bytes).substr(from, length);
    const auto previous = static_cast<std::uint32_t>(random.next());
    ASSERT_EQ(crc32c(previous, part), crc32c_by_table(previous, part)) << from << " " << length;
  }
}

TEST(Crc32c, GoesOnWhereItStopped) {
  const std::string bytes(5000, 'k');
  for (const std::size_t cut : {0, 1, 40, 511, 512, 513, 4999, 5000}) {
    const BytesView all(bytes);
    EXPECT_EQ(crc32c(crc32c(0, all.substr(0, cut)), all.substr(cut)), crc32c(0, all)) << cut;
  }
}

}  // namespace
}  // namespace kstream::base
