#include "cli/base64.h"
#include "cli/json_text.h"
#include "cli/output.h"
#include "cli/utf8.h"
#include "cli/visible.h"

namespace kstream::cli {
namespace {

using namespace std::string_literals;

TEST(Utf8, TellsItFromBytes) {
  for (const auto& text : {""s, "abc"s, "\xC3\xA4"s, "\xE2\x82\xAC"s, "\xF0\x9F\x98\x80"s, "abcdefgh\xC3\xA4 jklmnopq"s,
                           "\0"s, "\xF4\x8F\xBF\xBF"s}) {
    EXPECT_TRUE(is_utf8(text)) << text;
  }
  for (const auto& text :
       {"\x80"s, "\xC3"s, "\xC0\x80"s, "\xC1\xBF"s, "\xE0\x80\x80"s, "\xED\xA0\x80"s, "\xF0\x80\x80\x80"s,
        "\xF4\x90\x80\x80"s, "\xF5\x80\x80\x80"s, "\xFF"s, "abcdefghijk\xE2\x82"s, "\xE2\x82\x41"s}) {
    EXPECT_FALSE(is_utf8(text));
  }
}

TEST(Base64, BothWays) {
  const std::pair<std::string, std::string> cases[] = {
      {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"\xFF\xFE\x00"s, "//4A"}};
  for (const auto& [bytes, text] : cases) {
    std::string out, back = "x";
    append_base64(bytes, out);
    EXPECT_EQ(out, text);
    EXPECT_TRUE(decode_base64(text, back));
    EXPECT_EQ(back, "x" + bytes);
  }
  for (const auto& text : {"Zg", "Zg=", "Z===", "Zg==Zg==", "Zh==", "Zm9=", "Z g=", "Zm9v\n", "Zm-_"}) {
    std::string out = "x";
    EXPECT_FALSE(decode_base64(text, out)) << text;
    EXPECT_EQ(out, "x");
  }
}

std::string visible(std::string_view bytes, bool color = false) {
  std::string out;
  append_visible(bytes, color, out);
  return out;
}

TEST(Visible, ShowsControlCharacters) {
  EXPECT_EQ(visible("a\tb\nc \xC3\xA4"), "a\tb\nc \xC3\xA4");
  EXPECT_EQ(visible("\x1b[31m"), "\\x1B[31m");
  EXPECT_EQ(visible("\r\x7F\0"s), "\\x0D\\x7F\\x00");
  EXPECT_EQ(visible("\xC2\x9B\xC2\xA0"), "\\xC2\\x9B\xC2\xA0") << "U+009B is a control character, U+00A0 none";
  EXPECT_EQ(visible("\xFFz"), "\\xFFz");
  EXPECT_EQ(visible("\x01", true), "\x1b[7m\\x01\x1b[27m");
}

TEST(Visible, Unescapes) {
  auto plain = [](std::string_view text) {
    std::string out;
    return unescape(text, out) ? out : "error";
  };
  EXPECT_EQ(plain("a\\n\\r\\t\\\\b"), "a\n\r\t\\b");
  EXPECT_EQ(plain("\\x41\\x0a\\x7"), "A\n\x07");
  EXPECT_EQ(plain("\\0\\101\\0012"), "\0A\x01"s + "2");
  for (auto text : {"\\", "\\q", "\\x", "\\xg", "\\8", "\\777"}) EXPECT_EQ(plain(text), "error") << text;
}

TEST(JsonText, Escapes) {
  auto json = [](std::string_view text) {
    std::string out;
    append_json_string(text, out);
    return out;
  };
  EXPECT_EQ(json("a\"b\\c/"), R"("a\"b\\c/")");
  EXPECT_EQ(json("\b\f\n\r\t\x01\x1f\0"s), R"("\b\f\n\r\t\u0001\u001f\u0000")");
  EXPECT_EQ(json("\x7F\xC2\x9B\xC2\xA0\xC3\xA4"), "\"\\u007f\\u009b\xC2\xA0\xC3\xA4\"");
  EXPECT_EQ(json(""), "\"\"");
}

TEST(Output, Formats) {
  Table table{{"topic", "n"}, {{"a", "1"}, {"long,er", ""}}};
  auto text = [&](OutputFormat format) {
    std::string out;
    append_table(table, format, false, out);
    return out;
  };
  EXPECT_EQ(text(OutputFormat::plain), "a\t1\nlong,er\t-\n");
  EXPECT_EQ(text(OutputFormat::csv), "topic,n\r\na,1\r\n\"long,er\",\r\n");
  EXPECT_EQ(text(OutputFormat::table), "TOPIC    N\na        1\nlong,er  -\n");
  EXPECT_EQ(parse_output_format("csv"), OutputFormat::csv);
  EXPECT_EQ(parse_output_format("xml"), std::nullopt);
}

}  // namespace
}  // namespace kstream::cli
