#include "base/config/units.h"

namespace kstream::config {
namespace {

TEST(Units, OfTimeAreTakenByNamesInMilliseconds) {
  EXPECT_EQ(*without_units("retention.ms", "7d"), "604800000");
  EXPECT_EQ(*without_units("retention.ms", "1h30m"), "5400000");
  EXPECT_EQ(*without_units("retention.ms", " 90 s "), "90000");
  EXPECT_EQ(*without_units("retention.ms", "2w1ms"), "1209600001");
}

TEST(Units, OfSizeAreTakenByNamesInBytes) {
  EXPECT_EQ(*without_units("segment.bytes", "64MiB"), "67108864");
  EXPECT_EQ(*without_units("retention.bytes", "1GB"), "1000000000");
  EXPECT_EQ(*without_units("retention.bytes", "2TiB"), "2199023255552");
  EXPECT_EQ(*without_units("retention.bytes", "12B"), "12");
}

TEST(Units, LeaveOtherValuesAlone) {
  EXPECT_EQ(*without_units("retention.ms", "604800000"), "604800000");
  EXPECT_EQ(*without_units("retention.ms", "-1"), "-1");
  EXPECT_EQ(*without_units("retention.ms", ""), "");
  EXPECT_EQ(*without_units("retention.ms", "forever"), "forever") << "check_value refuses it";
  EXPECT_EQ(*without_units("broker.rack", "7d"), "7d");
}

TEST(Units, AreRefusedWhereTheyDoNotBelong) {
  EXPECT_EQ(without_units("retention.ms", "7MiB").error().detail,
            "\"retention.ms\" must be a time such as 90s, 1h30m or 7d, not \"7MiB\"");
  EXPECT_EQ(without_units("segment.bytes", "64m").error().detail,
            "\"segment.bytes\" must be a size such as 64MiB or 1GB, not \"64m\"");
  for (auto text :
       {"7d5", "7 d x", "1.5h", "7d-1", "99999999999999999999d", "15250284453w", "9223372036854775807ms1s"}) {
    EXPECT_FALSE(without_units("retention.ms", text)) << text;
  }
  EXPECT_EQ(*without_units("retention.ms", "15250284452w"), "9223372036569600000") << "just fits";
}

}  // namespace
}  // namespace kstream::config
