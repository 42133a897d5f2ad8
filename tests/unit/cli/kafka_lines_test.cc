#include "cli/kafka_lines.h"

#include "cli/kafka_decoder.h"

#include <gtest/gtest.h>

#include <unistd.h>
#include <bit>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace kstream::cli {
namespace {

/// What lines become: `key|value|name=value;`, N for null, or the problem.
std::vector<std::string> records(const KafkaLines& lines, const std::string& text) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  LineReader reader(ends[0], "\n", 1000);
  KafkaLineInput input(lines);
  std::vector<std::string> all;
  const auto text_of = [](std::optional<std::string_view> bytes) { return std::string(bytes.value_or("N")); };
  const auto cut = [&] {
    JsonRecord record;
    while (true) {
      auto what = input.next(reader, record);
      if (what == RecordInput::Cut::more) return;
      std::string one = input.problem();
      if (what == RecordInput::Cut::record) {
        one = text_of(record.key) + '|' + text_of(record.value) + '|';
        for (const HeaderView& header : record.headers)
          one += std::string(header.name) + '=' + text_of(header.value) + ';';
      }
      all.push_back(one);
    }
  };
  for (char c : text) {  // byte by byte, as slowly as a pipe may bring it
    EXPECT_EQ(::write(ends[1], &c, 1), 1);
    EXPECT_EQ(reader.fill(), LineReader::Fill::more);
    cut();
  }
  ::close(ends[1]);
  EXPECT_EQ(reader.fill(), LineReader::Fill::end);
  cut();
  ::close(ends[0]);
  return all;
}

using All = std::vector<std::string>;

TEST(KafkaLines, EndAsJavaReadsThem) {
  EXPECT_EQ(records({}, "a\nb\r\nc\rd\n\r\n\ne"), (All{"N|a|", "N|b|", "N|c|", "N|d|", "N||", "N||", "N|e|"}));
  EXPECT_EQ(records({}, ""), All{});
  EXPECT_EQ(records({}, "a\r"), All{"N|a|"});
}

TEST(KafkaLines, KeysAndHeaders) {
  KafkaLines lines;
  lines.has_key = true;
  EXPECT_EQ(records(lines, "k\tv\tw\n\t\nno\n"),
            (All{"k|v\tw|", "||", "No key separator found on line number 3: 'no'"}));
  lines.has_headers = true;
  lines.null_marker = "-";
  EXPECT_EQ(records(lines, "a:1,b:-,,\tk\t-\n-\t-\tv\n,\tk\tv\na\tk\tv\n-:1\tk\tv\n\tk\tv\n"),
            (All{"k|N|a=1;b=N;", "N|v|", "k|v|", "No header key separator found in pair 'a' on line number 4",
                 "Header keys should not be equal to the null marker '-' as they can't be null",
                 "No header key separator found in pair '' on line number 6"}));
  lines.ignore_error = true;
  EXPECT_EQ(records(lines, "v\na\tv\na,b:2\tk\tv\n"), (All{"N|v|", "N|v|a=N;", "k|v|a=N;b=2;"}));
}

std::string decoded(const char* name, const std::string& bytes) {
  auto decode = find_kafka_decoder("org.apache.kafka.common.serialization." + std::string(name) + "Deserializer");
  if (!decode) return "unknown";
  auto text = decode(bytes);
  return text ? *text : text.error().detail;
}

TEST(KafkaDecoder, TextOfBytes) {
  EXPECT_EQ(decoded("Long", std::string("\xff\xff\xff\xff\xff\xff\xff\xfe", 8)), "-2");
  EXPECT_EQ(decoded("Short", std::string("\1\0", 2)), "256");
  EXPECT_EQ(decoded("Integer", "12345"), "Size of data received by IntegerDeserializer is not 4");
  EXPECT_EQ(decoded("Boolean", std::string(1, '\0')), "false");
  EXPECT_EQ(decoded("Boolean", "2"), "Unexpected byte received by BooleanDeserializer");
  EXPECT_EQ(decoded("Bytes", "a\\\n\xff"), "a\\x5C\\x0A\\xFF");
  EXPECT_EQ(decoded("ByteArray", "a"), "unknown");
  EXPECT_EQ(find_kafka_decoder("com.x.LongDeserializer"), nullptr);
  EXPECT_NE(find_kafka_decoder("org.apache.kafka.tools.api.LongDecoder"), nullptr);
}

TEST(KafkaDecoder, NumbersAsJavaWritesThem) {
  const auto real = [](double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    std::string bytes;
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(bits >> shift);
    return decoded("Double", bytes);
  };
  EXPECT_EQ(real(1), "1.0");
  EXPECT_EQ(real(-0.0), "-0.0");
  EXPECT_EQ(real(0.001), "0.001");
  EXPECT_EQ(real(0.00012), "1.2E-4");
  EXPECT_EQ(real(1234567.5), "1234567.5");
  EXPECT_EQ(real(1e7), "1.0E7");
  EXPECT_EQ(real(1e100), "1.0E100");
  EXPECT_EQ(real(-std::numeric_limits<double>::infinity()), "-Infinity");
}

TEST(JavaText, ReplacesWhatIsNoUtf8AsJavaDoes) {
  EXPECT_EQ(java_text("a\xc3\xa9"), "a\xc3\xa9");
  EXPECT_EQ(java_text("\xe2\x82"), "\uFFFD") << "the beginning of a character is one mistake";
  EXPECT_EQ(java_text("\xf0\x9fx"), "\uFFFDx");
  EXPECT_EQ(java_text("\xc0\xaf"), "\uFFFD\uFFFD");
  EXPECT_EQ(java_text("\xff"), "\uFFFD");
  EXPECT_EQ(java_text("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");
}

}  // namespace
}  // namespace kstream::cli
