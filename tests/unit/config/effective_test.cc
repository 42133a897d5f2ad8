#include "base/config/effective.h"

#include <algorithm>

namespace kstream::config {
namespace {

const Effective* find(const std::vector<Effective>& all, std::string_view name) {
  auto found = std::ranges::find_if(all, [&](const Effective& e) { return e.row->name == name; });
  return found == all.end() ? nullptr : &*found;
}

TEST(Effective, TellsWhereAValueComesFrom) {
  auto all = effective_topic_configs({{"retention.ms", "5"}}, {{"log.retention.ms", "6"}, {"log.roll.hours", "1"}});
  ASSERT_TRUE(find(all, "retention.ms"));
  EXPECT_EQ(find(all, "retention.ms")->value, "5");
  EXPECT_EQ(find(all, "retention.ms")->source, Source::dynamic_topic);
  EXPECT_EQ(find(all, "segment.ms")->value, "3600000");
  EXPECT_EQ(find(all, "segment.ms")->source, Source::static_broker);
  EXPECT_EQ(find(all, "segment.bytes")->value, "1073741824");
  EXPECT_EQ(find(all, "segment.bytes")->source, Source::default_value);
}

TEST(Effective, TellsInternalConfigsOnlyIfSet) {
  EXPECT_FALSE(find(effective_topic_configs({}, {}), "internal.segment.bytes"));
  EXPECT_EQ(effective_topic_configs({}, {}).size(), topic_rows().size() - 1);
  EXPECT_TRUE(find(effective_topic_configs({{"internal.segment.bytes", "9"}}, {}), "internal.segment.bytes"));
}

}  // namespace
}  // namespace kstream::config
