#include "base/json.h"

#include <cmath>

namespace kstream::base {
namespace {

TEST(JsonWriter, WritesNestedValues) {
  JsonWriter json;
  json.begin_object().name("a").integer(INT64_MIN).name("b").begin_array().boolean(true).null().real(0.1);
  json.begin_object().end_object().end_array().name("c").begin_array().end_array().name("d").string("x").end_object();
  EXPECT_EQ(json.text(), R"({"a":-9223372036854775808,"b":[true,null,0.1,{}],"c":[],"d":"x"})");
}

TEST(JsonWriter, EscapesAndReplaces) {
  auto quoted = [](std::string_view bytes) { return JsonWriter().string(bytes).take(); };
  EXPECT_EQ(quoted("a\"b\\c/\n\r\t\x01\x1f\x7f"), "\"a\\\"b\\\\c/\\n\\r\\t\\u0001\\u001f\x7f\"");
  EXPECT_EQ(quoted(std::string_view("\0", 1)), "\"\\u0000\"");
  EXPECT_EQ(quoted("\u00e9\u20ac\U0001F600"), "\"\u00e9\u20ac\U0001F600\"");
  const std::string bad = "\uFFFD";
  EXPECT_EQ(quoted("\xff"), '"' + bad + '"');
  EXPECT_EQ(quoted("\xc0\x80"), '"' + bad + bad + '"') << "overlong";
  EXPECT_EQ(quoted("\xe0\x80\x80"), '"' + bad + bad + bad + '"') << "overlong";
  EXPECT_EQ(quoted("\xed\xa0\x80"), '"' + bad + bad + bad + '"') << "a surrogate";
  EXPECT_EQ(quoted("\xf4\x90\x80\x80"), '"' + bad + bad + bad + bad + '"') << "above U+10FFFF";
  EXPECT_EQ(quoted("\xe2\x82"), '"' + bad + bad + '"') << "cut off";
  EXPECT_EQ(quoted("\xe2\x82y"), '"' + bad + bad + "y\"");
  EXPECT_EQ(quoted("\xf4\x8f\xbf\xbf"), "\"\xf4\x8f\xbf\xbf\"");
}

TEST(JsonWriter, WritesNoNumberThatJsonLacks) {
  EXPECT_EQ(JsonWriter().real(INFINITY).take(), "null");
  EXPECT_EQ(JsonWriter().begin_array().real(NAN).real(1e300).end_array().take(), "[null,1e+300]");
}

TEST(JsonParser, ReadsEachKind) {
  auto json = parse_json(R"( {"a": [1, -2.5, true, null, "é\n"], "b": {"c": 9223372036854775807}, "a": 7} )");
  ASSERT_TRUE(json) << json.error().detail;
  EXPECT_EQ(*json->find("a")->integer(), 7) << "the last of a name";
  EXPECT_EQ(*json->find("b")->find("c")->integer(), INT64_MAX);
  const auto& array = *(*json->object())[0].value.array();
  EXPECT_EQ(*array[0].integer(), 1);
  EXPECT_EQ(*array[1].real(), -2.5);
  EXPECT_EQ(*array[2].boolean(), true);
  EXPECT_TRUE(array[3].is_null());
  EXPECT_EQ(*array[4].string(), "\u00e9\n");
  EXPECT_FALSE(json->find("z"));
  EXPECT_FALSE(array[0].find("a"));
  EXPECT_FALSE(array[0].string());
}

TEST(JsonParser, KeepsIntegersExactAsFarAs64BitsGo) {
  EXPECT_EQ(*parse_json("-9223372036854775808")->integer(), INT64_MIN);
  EXPECT_EQ(*parse_json("9223372036854775808")->real(), 9223372036854775808.0);
  EXPECT_EQ(*parse_json("4294967295")->integer(), 4294967295);
  EXPECT_EQ(*parse_json("0e-0000000090")->real(), 0.0);
  EXPECT_FALSE(parse_json("1e999"));
  EXPECT_EQ(parse_json("[1e-999]").error().detail, "line 1, column 2: a number that no double holds");
}

TEST(JsonParser, SaysWhereAnErrorIs) {
  EXPECT_EQ(parse_json("{\n  \"a\": tru }").error().detail, "line 2, column 11: Invalid value.");
  for (auto text :
       {"", " ", "{", "[1,]", "{\"a\"}", "1 2", "nul", "\"\xff\"", "\"\\ud800\"", "'a'", "[1]x", "{1:2}", "+1", "01"}) {
    EXPECT_FALSE(parse_json(text)) << text;
  }
  EXPECT_FALSE(parse_json(std::string_view("1\0 2", 4)));
}

TEST(JsonParser, IsLimited) {
  EXPECT_TRUE(parse_json(std::string(32, '[') + std::string(32, ']')));
  EXPECT_EQ(parse_json(std::string(33, '[') + std::string(33, ']')).error().detail,
            "line 1, column 33: nested too deeply");
  EXPECT_FALSE(parse_json(std::string(1'000'000, '[')));
  EXPECT_FALSE(parse_json("[1, 2]", {.max_bytes = 5}));
}

}  // namespace
}  // namespace kstream::base
