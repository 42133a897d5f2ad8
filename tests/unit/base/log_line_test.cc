#include "base/log_line.h"

namespace kstream::base {
namespace {

using std::chrono::seconds;

TEST(RateLimit, AdmitsSoManyLinesAnInterval) {
  RateLimit limit(2, seconds(10));
  MonoTime start{5};
  EXPECT_EQ(limit.admit(start), 0u);
  EXPECT_EQ(limit.admit(start + seconds(9)), 0u);
  EXPECT_EQ(limit.admit(start + seconds(9)), std::nullopt);
  EXPECT_EQ(limit.admit(start + seconds(10)), 1u) << "tells of the one that was refused";
  EXPECT_EQ(limit.admit(start + seconds(10)), 0u);
  EXPECT_EQ(limit.admit(start + seconds(19)), std::nullopt);
  EXPECT_EQ(limit.admit(start + seconds(19)), std::nullopt);
  EXPECT_EQ(limit.admit(start + seconds(1000)), 2u);
}

}  // namespace
}  // namespace kstream::base
