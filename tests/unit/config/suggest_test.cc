#include "base/config/suggest.h"

namespace kstream::config {
namespace {

TEST(Suggest, NamesTheNearest) {
  EXPECT_EQ(suggest("log.dris", broker_rows()), "log.dirs");
  EXPECT_EQ(suggest("log_dirs", broker_rows()), "log.dirs");
  EXPECT_EQ(suggest("retentionms", topic_rows()), "retention.ms");
  EXPECT_EQ(suggest("segment.byte", topic_rows()), "segment.bytes");
  EXPECT_EQ(suggest("flush.ms", topic_rows()), "flush.ms");
}

TEST(Suggest, NamesNothingThatIsTooFarOrInternal) {
  EXPECT_EQ(suggest("colour", topic_rows()), "");
  EXPECT_EQ(suggest("", topic_rows()), "");
  EXPECT_EQ(suggest(std::string(1 << 20, 'x'), topic_rows()), "");
  EXPECT_EQ(suggest("internal.segment.byte", topic_rows()), "");
}

TEST(Suggest, MakesASentence) {
  EXPECT_EQ(unknown_name("log.dris", broker_rows()), "\"log.dris\" is no config; \"log.dirs\" is the nearest");
  EXPECT_EQ(unknown_name("colour", topic_rows()), "\"colour\" is no config");
}

}  // namespace
}  // namespace kstream::config
