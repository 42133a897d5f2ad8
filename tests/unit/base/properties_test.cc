#include "base/properties.h"

namespace kstream::base {
namespace {

std::vector<Setting> parse(std::string_view text) {
  auto settings = parse_properties(text);
  EXPECT_TRUE(settings) << settings.error().detail;
  return settings ? *settings : std::vector<Setting>{};
}
using Settings = std::vector<Setting>;

TEST(Properties, TakeThreeKindsOfSeparator) {
  EXPECT_EQ(parse("a=1\nb : 2\nc 3\nd\n  e = = x \n"),
            (Settings{{"a", "1", 1}, {"b", "2", 2}, {"c", "3", 3}, {"d", "", 4}, {"e", "= x ", 5}}));
}

TEST(Properties, SkipCommentsAndBlankLines) {
  EXPECT_EQ(parse("# a=1\n  ! b=2\n\n \t\nc=3 # no comment"), (Settings{{"c", "3 # no comment", 5}}));
  EXPECT_EQ(parse("# continued \\\na=1"), (Settings{{"a", "1", 2}})) << "a comment is not continued";
}

TEST(Properties, EndLinesInEveryWay) {
  EXPECT_EQ(parse("a=1\r\nb=2\rc=3"), (Settings{{"a", "1", 1}, {"b", "2", 2}, {"c", "3", 3}}));
}

TEST(Properties, ContinueLines) {
  EXPECT_EQ(parse("a = 1,\\\n    2,\\\r\n\t3\nb=4"), (Settings{{"a", "1,2,3", 1}, {"b", "4", 4}}));
  EXPECT_EQ(parse("a=x\\\\\nb=2"), (Settings{{"a", "x\\", 1}, {"b", "2", 2}})) << "an escaped backslash";
  EXPECT_EQ(parse("a=1\\"), (Settings{{"a", "1", 1}}));
  EXPECT_EQ(parse("a=1\\\n# 2\nb=3"), (Settings{{"a", "1# 2", 1}, {"b", "3", 3}}));
}

TEST(Properties, Unescape) {
  EXPECT_EQ(parse(R"(a\=\:\ b=\t\n\r\f\q\\)"), (Settings{{"a=: b", "\t\n\r\fq\\", 1}}));
  EXPECT_EQ(parse(R"(a=\u0041\u00e9\u20AC\ud83d\uDE00)"), (Settings{{"a", "A\u00e9\u20ac\U0001F600", 1}}));
  EXPECT_EQ(parse("a=\u00e9"), (Settings{{"a", "\u00e9", 1}}));
}

TEST(Properties, AreRefusedWithTheLine) {
  EXPECT_EQ(parse_properties("a=1\nb=\\u12g4").error().detail, "2: a \\u escape needs four hexadecimal digits");
  EXPECT_EQ(parse_properties("\n= 5").error().detail, "2: no name");
  for (auto text :
       {"a=\\u", "a=\\u123", "a=\\ud800", "a=\\ud800x", "a=\\udc00", "\\u=1", "a=\\u+123", "a=\\ud800\\u0041"}) {
    EXPECT_FALSE(parse_properties(text)) << text;
  }
}

TEST(Properties, GiveRepeatedNamesInOrder) { EXPECT_EQ(parse("a=1\na=2"), (Settings{{"a", "1", 1}, {"a", "2", 2}})); }

}  // namespace
}  // namespace kstream::base
