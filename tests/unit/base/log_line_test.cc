#include "base/log_line.h"

namespace kstream::base {
namespace {

using std::chrono::seconds;

TEST(RateLimit, AdmitsSoManyLinesAnInterval) {
  RateLimit limit(2, seconds(10));
  MonoTime start{5};
  const auto line = [&](MonoTime now) {
    std::string text = "line";
    return limit.admit(now, text) ? text : "";
  };
  EXPECT_EQ(line(start), "line");
  EXPECT_EQ(line(start + seconds(9)), "line");
  EXPECT_EQ(line(start + seconds(9)), "");
  EXPECT_EQ(line(start + seconds(10)), "line (and 1 more such lines were left out)") << "tells of the one refused";
  EXPECT_EQ(line(start + seconds(10)), "line");
  EXPECT_EQ(line(start + seconds(19)), "");
  EXPECT_EQ(line(start + seconds(19)), "");
  EXPECT_EQ(line(start + seconds(1000)), "line (and 2 more such lines were left out)");
}

}  // namespace
}  // namespace kstream::base
