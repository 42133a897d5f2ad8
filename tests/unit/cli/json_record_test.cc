#include "cli/json_record.h"

#include "base/random.h"
#include "unit/cli/header_bytes.h"

namespace kstream::cli {
namespace {

using namespace std::string_literals;

std::string problem(std::string_view text) {
  JsonRecordParser parser;
  auto record = parser.parse(text);
  return record ? "" : record.error().detail;
}

TEST(JsonRecord, AllMembersAlways) {
  RecordView record;
  record.offset = Offset(5);
  std::string out;
  append_json_record({"t", PartitionId(0), record}, out);
  EXPECT_EQ(out, R"({"topic":"t","partition":0,"offset":5,"timestamp":-1,"key":null,"value":null,"headers":[]})");
}

TEST(JsonRecord, BytesAreBase64) {
  HeaderBytes headers{{"\xFF", "\xFE"}};
  RecordView record{Offset(0), Timestamp(1), "\xFF", "", headers.range()};
  std::string out;
  append_json_record({"t", PartitionId(0), record}, out);
  EXPECT_EQ(out, R"({"topic":"t","partition":0,"offset":0,"timestamp":1,"key":null,"key_b64":"/w==","value":"",)"
                 R"("headers":[{"key":null,"key_b64":"/w==","value":null,"value_b64":"/g=="}]})");
}

TEST(JsonRecord, ReadsLessThanItWrites) {
  JsonRecordParser parser;
  auto record = parser.parse(R"( {"value":"x", "headers":null} )");
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(record->value, "x");
  EXPECT_EQ(record->key, std::nullopt);
  EXPECT_EQ(record->topic, std::nullopt);
  EXPECT_EQ(record->timestamp, std::nullopt);
  EXPECT_TRUE(record->headers.empty());
  record = parser.parse(R"({"value":null,"timestamp":null,"key":"","partition":2147483647,"timestamp":1})");
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(record->value, std::nullopt);
  EXPECT_EQ(record->key, "");
  EXPECT_EQ(record->partition, 2147483647);
}

TEST(JsonRecord, Refuses) {
  EXPECT_NE(problem(R"({"valu":"x"})").find("unknown member \"valu\""), std::string::npos);
  EXPECT_NE(problem(R"({"value":{"a":1}})").find("\"value\" is neither a string nor null"), std::string::npos);
  EXPECT_NE(problem(R"({"value":["a"]})").find("\"value\" is neither a string"), std::string::npos);
  EXPECT_NE(problem(R"({"value":5})").find("\"value\" is neither a string"), std::string::npos);
  EXPECT_NE(problem(R"({"value":true})").find("neither a string"), std::string::npos);
  EXPECT_NE(problem(R"({"partition":1.5})").find("no whole number"), std::string::npos);
  EXPECT_NE(problem(R"({"partition":2147483648})").find("out of range"), std::string::npos);
  EXPECT_NE(problem(R"({"timestamp":18446744073709551615})").find("no whole number"), std::string::npos);
  EXPECT_NE(problem(R"({"headers":{"a":"b"}})").find("\"headers\" is no list such as"), std::string::npos);
  EXPECT_NE(problem(R"({"topic":"\uDD28"})").find("half of a surrogate pair"), std::string::npos);
  EXPECT_NE(problem(R"({"headers":[{"key":"a\uDFFF"}]})").find("half of a surrogate pair"), std::string::npos);
  EXPECT_NE(problem(R"({"value":"\uD800"})").find("not a whole JSON object"), std::string::npos);
  EXPECT_EQ(problem(""), "an empty line is no JSON object (byte 0)");
  EXPECT_NE(problem("{\"value\":\"\xFF\"}").find("not UTF-8; such bytes stand base64-encoded in"), std::string::npos);
  EXPECT_NE(problem("{\"value\":\"a\tb\"}").find("a control character within a string"), std::string::npos);
  EXPECT_NE(problem(R"({"value":"a\qb"})").find("a backslash that begins none"), std::string::npos);
  EXPECT_EQ(problem("{\"value\":\"\xED\x9F\xBF\\uD83D\\uDE00\"}"), "");
  EXPECT_NE(problem(R"({"value":"a","value_b64":"YQ=="})").find("twice"), std::string::npos);
  EXPECT_NE(problem(R"({"value_b64":"Y"})").find("not base64"), std::string::npos);
  EXPECT_NE(problem(R"({"headers":[{"value":"x"}]})").find("no \"key\""), std::string::npos);
  EXPECT_NE(problem(R"({"headers":[{"key":"x","topic":"y"}]})").find("unknown member"), std::string::npos);
  for (auto text : {"", "null", "5", "\"x\"", "[]", "[{}]", "{}{}", "{", R"({"value":"x")", R"({"headers":["x"]})",
                    R"({"headers":[null]})", R"({"headers":{}})", R"({"headers":[[]]})", R"({"headers":"x"})",
                    R"({"topic":5})", "{\"value\":\"\xFF\"}", R"({"value":"\ud800"})", R"({"timestamp":-2})", "{} x"}) {
    EXPECT_NE(problem(text), "") << text;
  }
}

/// What is written comes back, whatever the bytes.
TEST(JsonRecord, RoundTrip) {
  base::Random random(7);
  JsonRecordParser parser;
  auto bytes = [&]() -> std::optional<std::string> {
    if (random.chance(0.2)) return std::nullopt;
    std::string out;
    constexpr std::string_view kPieces[] = {
        "a", "\"", "\\", "\n", "\x7F", "\xC3\xA4", "\xC2\x9B", "\xF0\x9F\x98\x80", "\xFF", "{", "\x01"};
    for (auto n = random.below(12); n > 0; --n) out += kPieces[random.below(std::size(kPieces))];
    if (random.chance(0.1)) out += '\0';
    return out;
  };
  for (int i = 0; i < 2000; ++i) {
    std::vector<std::pair<std::string, std::optional<std::string>>> pairs;
    for (auto n = random.below(4); n > 0; --n) pairs.emplace_back(bytes().value_or(""), bytes());
    HeaderBytes headers{};
    for (const auto& pair : pairs) headers.add(pair.first, pair.second);
    auto key = bytes(), value = bytes();
    RecordView record{Offset(i), Timestamp(random.between(-1, INT64_MAX)), key, value, headers.range()};
    std::string line;
    append_json_record({"topic", PartitionId(i), record}, line);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    auto back = parser.parse(line);
    ASSERT_TRUE(back.ok()) << line << back.error().detail;
    EXPECT_EQ(back->topic, "topic");
    EXPECT_EQ(back->partition, i);
    EXPECT_EQ(back->timestamp, record.timestamp.value);
    EXPECT_EQ(back->key, record.key);
    EXPECT_EQ(back->value, record.value);
    ASSERT_EQ(back->headers.size(), pairs.size());
    for (std::size_t h = 0; h < pairs.size(); ++h) {
      EXPECT_EQ(back->headers[h].name, pairs[h].first);
      EXPECT_EQ(back->headers[h].value,
                pairs[h].second ? std::optional<std::string_view>(*pairs[h].second) : std::nullopt);
    }
  }
}

}  // namespace
}  // namespace kstream::cli
