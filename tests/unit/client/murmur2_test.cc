#include "client/murmur2.h"

#include <gtest/gtest.h>

namespace kstream::client {
namespace {

TEST(Murmur2, GivesWhatTheJavaClientGives) {
  EXPECT_EQ(murmur2("21"), -973932308);
  EXPECT_EQ(murmur2("foobar"), -790332482);
  EXPECT_EQ(murmur2("a-little-bit-long-string"), -985981536);
  EXPECT_EQ(murmur2("a-little-bit-longer-string"), -1486304829);
  EXPECT_EQ(murmur2("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"), -58897971);
  EXPECT_EQ(murmur2("abc"), 479470107);
}

TEST(Murmur2, PartitionIsTheHashWithoutItsSign) {
  EXPECT_EQ(partition_of_key("21", 7).value, (-973932308 & 0x7fffffff) % 7);
  EXPECT_EQ(partition_of_key("", 1).value, 0);
}

}  // namespace
}  // namespace kstream::client
