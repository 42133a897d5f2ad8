#include "base/toml.h"

namespace kstream::base {
namespace {

std::vector<Setting> parse(std::string_view text) {
  auto settings = parse_toml(text);
  EXPECT_TRUE(settings) << settings.error().detail;
  return settings ? *settings : std::vector<Setting>{};
}
using Settings = std::vector<Setting>;

TEST(Toml, FlattensNames) {
  EXPECT_EQ(
      parse(
          "\"log.dirs\" = \"/data\"\nnode.id = 2\n[log]\nretention.ms = 5\n[profile.prod]\n'bootstrap.servers'='h:1'"),
      (Settings{{"log.dirs", "/data", 1},
                {"node.id", "2", 2},
                {"log.retention.ms", "5", 4},
                {"profile.prod.bootstrap.servers", "h:1", 6}}));
}

TEST(Toml, WritesValuesAsText) {
  EXPECT_EQ(parse("a = true\nb = false\nc = 1_000\nd = 0.25\ne = 0x10\nf = ['x', 2]\ng = []\nh = \"\"\"\none \\\n  "
                  "two\"\"\"\ni = -1\n"),
            (Settings{{"a", "true", 1},
                      {"b", "false", 2},
                      {"c", "1000", 3},
                      {"d", "0.25", 4},
                      {"e", "16", 5},
                      {"f", "x,2", 6},
                      {"g", "", 7},
                      {"h", "one two", 8},
                      {"i", "-1", 11}}));
}

TEST(Toml, SaysWhichNameToQuote) {
  EXPECT_EQ(parse_toml("log.dir = \"/a\"\nlog.dir.failure.timeout.ms = 3\n").error().detail.substr(0, 3), "2: ");
  auto detail = parse_toml("log.dir = \"/a\"\n  log.dir.failure.timeout.ms   = 3\n").error().detail;
  EXPECT_TRUE(detail.ends_with("; write the name in quotes: \"log.dir.failure.timeout.ms\" = ...")) << detail;
  const auto other = parse_toml("node.id = 1\nlog.dirs = \"a\"\nlog = 1\n").error().detail;
  EXPECT_TRUE(other.ends_with("; write the name of line 2 in quotes: \"log.dirs\" = ...")) << other;
}

TEST(Toml, RefusesWhatIsNoSetting) {
  EXPECT_EQ(parse_toml("a = 1\nb = 2026-11-21").error().detail,
            "2: \"b\" must be text, a number, true, false, or a list of these without commas");
  for (auto text : {"''=''", "a.\"\" = 1", "a = ['x,y']", "a = [[1]]", "[[a]]\nb = 1", "a = [{b = 1}]", "a = /data",
                    "a", "a = 'x", "[a\nb = 1", "a = 1\na = 2"}) {
    EXPECT_FALSE(parse_toml(text)) << text;
  }
}

TEST(Toml, RefusesANameThatIsSetTwice) {
  EXPECT_EQ(parse_toml("\"log.dirs\" = 1\n\nlog.dirs = 2").error().detail, "3: \"log.dirs\" is already set in line 1");
  EXPECT_EQ(parse_toml("log.dirs = 1\n\"log.dirs\" = 2").error().detail, "2: \"log.dirs\" is already set in line 1");
}

TEST(Toml, RefusesWhatItsParserAssertsOn) {
  EXPECT_EQ(parse_toml("a = 1\n[b]\nc = 2\n[&\nd = 3\n").error().detail, "4: this is no TOML");
  EXPECT_EQ(parse_toml("[&").error().detail, "1: this is no TOML");
}

TEST(Toml, TakesForeignLettersInQuotesOnly) {
  EXPECT_EQ(
      parse("\xEF\xBB\xBF# \u00e9\n\"\u00e9\" = '\u00e9'\na = '''\u00e9\n'\u00e9'''''\nb = \"\u00e9\\\"\u00e9\"\n"),
      (Settings{{"\u00e9", "\u00e9", 2}, {"a", "\u00e9\n'\u00e9''", 3}, {"b", "\u00e9\"\u00e9", 5}}));
  EXPECT_FALSE(parse_toml("a = \u201cx\u201d"));
  EXPECT_FALSE(parse_toml("\ufefe")) << "undefined behaviour of toml++ as it is";
  EXPECT_FALSE(parse_toml("a = 'x\n\ufefe = 1'"));
}

TEST(Toml, RefusesWhatNestsTooDeeply) {
  std::string deep = "x = 1\n";
  for (int i = 0; i < 100'000; ++i) deep += "a.";
  EXPECT_EQ(parse_toml(deep + "a = 1").error().detail, "2: a name of so many parts means nothing here");
  EXPECT_FALSE(parse_toml("a = " + std::string(100'000, '[')));
  std::string tables = "a = ";
  for (int i = 0; i < 100'000; ++i) tables += "{a=";
  EXPECT_FALSE(parse_toml(tables));
}

}  // namespace
}  // namespace kstream::base
