#include "cli/record_input.h"

#include "cli/csv_input.h"
#include "cli/input_template.h"
#include "cli/json_field.h"
#include "cli/notation.h"
#include "cli/record_rows.h"
#include "unit/cli/header_bytes.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <random>
#include <string>
#include <vector>

namespace kstream::cli {
namespace {

using namespace std::string_literals;
using Cut = RecordInput::Cut;

std::string text_of(std::optional<std::string_view> bytes) { return bytes ? std::string(*bytes) : "<null>"; }

std::string text_of(const JsonRecord& record) {
  std::string text = text_of(record.key) + '=' + text_of(record.value);
  if (record.timestamp) text += '@' + std::to_string(*record.timestamp);
  if (record.partition) text += '#' + std::to_string(*record.partition);
  if (record.topic) text += '/' + std::string(*record.topic);
  for (const HeaderView& header : record.headers) text += ' ' + std::string(header.name) + ':' + text_of(header.value);
  return text;
}

/// What comes of `bytes` that arrive `piece` at a time.
std::vector<std::string> cut(RecordInput& input, std::string_view bytes, std::size_t piece) {
  int fds[2];
  EXPECT_EQ(::pipe(fds), 0);
  LineReader reader(fds[0], "\n", 1 << 20);
  std::vector<std::string> records;
  auto take_all = [&] {
    JsonRecord record;
    for (Cut what = input.next(reader, record); what != Cut::more; what = input.next(reader, record)) {
      records.push_back(what == Cut::record ? text_of(record) : "! " + input.problem());
    }
  };
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    auto part = bytes.substr(at, piece);
    EXPECT_EQ(::write(fds[1], part.data(), part.size()), static_cast<ssize_t>(part.size()));
    EXPECT_EQ(reader.fill(), LineReader::Fill::more);
    take_all();
  }
  ::close(fds[1]);
  EXPECT_EQ(reader.fill(), LineReader::Fill::end);
  take_all();
  EXPECT_EQ(reader.next_byte(), bytes.size());
  ::close(fds[0]);
  return records;
}

/// However the bytes arrive the same records come of them.
std::vector<std::string> by_template(std::string_view text, std::string_view bytes) {
  std::vector<std::string> first;
  for (std::size_t piece : {1000U, 1U, 2U, 3U, 7U}) {
    auto input = InputTemplate::compile(text);
    if (!input) return {input.error().detail};
    auto records = cut(*input, bytes, piece);
    if (first.empty()) first = records;
    EXPECT_EQ(records, first) << piece;
  }
  return first;
}

using Texts = std::vector<std::string>;

TEST(InputTemplate, FieldsEndAtTheTextBehindThem) {
  EXPECT_EQ(by_template("%k %s\n", "a b c\n\n d"), (Texts{"a=b c", "! no ' ' in ''", "=d"}));
  EXPECT_EQ(by_template("<%s>", "<a><b>c<d>"), (Texts{"<null>=a", "<null>=b", "! '<' is wanted where 'c<d' stands"}));
  EXPECT_EQ(by_template("%t/%p %T %s--\n", "x/3 17 v-\n--\n"), (Texts{"<null>=v-\n@17#3/x"}));
  EXPECT_EQ(by_template("%s", "all\nof it"), (Texts{"<null>=all\nof it"}));
  EXPECT_EQ(by_template("%p %s\n", "x y\n1 z\n"), (Texts{"! 'x' is not a partition", "<null>=z#1"}));
}

TEST(InputTemplate, SizesEndFields) {
  EXPECT_EQ(by_template("%R%s", "\0\0\0\1a\0\0\0\0\xFF\xFF\xFF\xFF\0\0\0\2\0\0"s),
            (Texts{"<null>=a", "<null>=", "<null>=<null>", "<null>=\0\0"s}));
  EXPECT_EQ(by_template("%K %k%S %s\n", "2 k 1 v\n-1 -1 \n"), (Texts{"k =v", "<null>=<null>"}));
  EXPECT_EQ(by_template("%S %s\n", "x y\n1 z\n"), (Texts{"! 'x' is not a size", "<null>=z"}));
  EXPECT_EQ(by_template("%S %s\n", "5 abc"), (Texts{"! the input ends within a record"}));
}

TEST(InputTemplate, Notations) {
  EXPECT_EQ(by_template("%{k:be16} %{s:le32}\n", "258 -2\n-1 4294967295\n65536 0\n1 0x41\n"),
            (Texts{"\1\2=\xFE\xFF\xFF\xFF"s, "\xFF\xFF=\xFF\xFF\xFF\xFF"s, "! '65536' is not be16", "\0\1=A"s}));
  EXPECT_EQ(by_template("%{k:json} %{s:json}\n", R"("a b\n\"" "\u00e9")"
                                                 "\nnull null\nx y\n\"a\" \n\"a\" \"b\""),
            (Texts{"a b\n\"=é", "<null>=<null>", "! 'x y' is not json", "! '' is not json", "a=b"}));
  EXPECT_EQ(by_template("%{k:json}%{s:json}\n", "\"a\"\"b\"\n\"a\"null\n\"a\n"),
            (Texts{"a=b", "a=<null>", "! '\"a' is not json"}));
  EXPECT_EQ(by_template("%{s:json}", "\"a\"null\"b\""), (Texts{"<null>=a", "<null>=<null>", "<null>=b"}));
  EXPECT_EQ(by_template("%{s:json}", "\"a\"x"), (Texts{"<null>=a", "! 'x' is not json"}));
  EXPECT_EQ(by_template("%{headers} %s\n", R"([{"key":"a","value":" ]b"},{"key":"c,","value":null}] v)"
                                           "\n[] w\n{} x\n"),
            (Texts{"<null>=v a: ]b c,:<null>", "<null>=w", "! '{} x' is not json"}));
  EXPECT_EQ(by_template("%{headers} %s\n", "[{\"key\":\"a\" one\n[] two\n[{\"key\":\"a three\n[] four"),
            (Texts{"! '[{\"key\":\"a\" one' is not json", "<null>=two", "! '[{\"key\":\"a three' is not json",
                   "<null>=four"}));
  EXPECT_EQ(by_template("%{s:json}\n", "\"a\n\"b\"\n"), (Texts{"! '\"a' is not json", "<null>=b"}));
  EXPECT_EQ(by_template("%{time} %s\n", "- v\n-1 w\n"), (Texts{"<null>=v@-1", "<null>=w@-1"}));
}

/// What kconsume writes with a template kproduce reads with it.
TEST(InputTemplate, NotationsAreReadAsTheyAreWritten) {
  std::mt19937 random(7);
  for (std::string how : {"hex", "base64", "json", "be16", "be32", "be64", "le16", "le32", "le64"}) {
    const auto notation = *parse_notation(how);
    std::string text;
    Texts expected;
    for (int i = 0; i < 200; ++i) {
      std::string bytes;
      for (auto size = random() % 10; size > 0; --size)
        bytes += how == "json" ? "\"\\\n\x01 a"[random() % 6] : static_cast<char>(random());
      append_in(notation, bytes, text);
      text += '\n';
      expected.push_back("<null>=" + bytes);
    }
    EXPECT_EQ(by_template("%{s:" + how + "}\n", text), expected) << how;
  }
}

TEST(InputTemplate, TimesInAFormat) {
  ::setenv("TZ", "Europe/Berlin", 1);
  ::tzset();
  EXPECT_EQ(by_template("[%{time:%d/%b/%Y:%H:%M:%S %z}] %s\n", "[10/Oct/2023:13:55:36 -0700] GET\n[x] GET\n"),
            (Texts{"<null>=GET@1696971336000", "! 'x] GET' does not begin with a time that is %d/%b/%Y:%H:%M:%S %z"}));
  EXPECT_EQ(
      by_template("%{time:%F %T} %s\n", "2023-07-01 12:00:00 a\n2023-03-26 02:30:00 gap\n2023-02-30 00:00:00 b\n"),
      (Texts{"<null>=a@1688205600000", "! '2023-03-26 02:30:00 gap' does not begin with a time that is %F %T",
             "! '2023-02-30 00:00:00 b' does not begin with a time that is %F %T"}));
  ::setenv("TZ", "UTC", 1);
  ::tzset();
}

TEST(InputTemplate, Refuses) {
  for (auto text : {"", "%", "%k%s", "%t\\n", "%q", "%{s:rot13}", "%{s:esc}", "%{header}", "%{size} %s", "\\q%s",
                    "%s%k\\n", "%s %s\\n", "%T %{time} %s\\n", "%S %S %s"}) {
    EXPECT_FALSE(InputTemplate::compile(text).ok()) << text;
  }
}

Texts by_csv(std::string_view bytes) {
  Texts first;
  for (std::size_t piece : {100000U, 1U, 2U, 3U, 7U}) {
    CsvInput input;
    auto records = cut(input, bytes, piece);
    if (first.empty()) first = records;
    EXPECT_EQ(records, first) << piece;
  }
  return first;
}

TEST(CsvInput, Rows) {
  EXPECT_EQ(by_csv("key,value\na,1\r\n,\"\"\n\"x,\"\"y\n\",\n"), (Texts{"a=1", "<null>=", "x,\"y\n=<null>"}));
  EXPECT_EQ(by_csv("value,timestamp,partition,offset,topic,headers\nv,5,2,77,t,\"[{\"\"key\"\":\"\"h\"\"}]\""),
            (Texts{"<null>=v@5#2/t h:<null>"}));
  EXPECT_EQ(by_csv("\xEF\xBB\xBFkey,value\n\xEF\xBB\xBF,b\n"), (Texts{"\xEF\xBB\xBF=b"}));
  EXPECT_EQ(by_csv("value\n\"a\"b,c\nd\n"), (Texts{"! text behind a closing quotation mark", "<null>=d"}));
  EXPECT_EQ(by_csv("value\n\"a\"b\nc\n"), (Texts{"! text behind a closing quotation mark", "<null>=c"}));
  EXPECT_EQ(by_csv("value\n\"a"), (Texts{"! the input ends within quotation marks"}));
}

TEST(CsvInput, ReadsWhatIsWritten) {
  std::mt19937 random(3);
  auto bytes = [&]() -> std::optional<std::string> {
    if (random() % 4 == 0) return std::nullopt;
    std::string text;
    while (random() % 6 != 0) text += ",\"\r\nax\xFF\0"s[random() % 8];
    return text;
  };
  std::string csv;
  RecordRows rows(RecordRows::Style::csv, {});
  rows.append_header(csv);
  Texts expected;
  for (int i = 0; i < 300; ++i) {
    auto key = bytes(), value = bytes();
    HeaderBytes headers({});
    if (i % 3 == 0) headers.add("h", "v,\"1");
    if (i % 6 == 0) headers.add("h", std::nullopt);
    RecordView record;
    record.timestamp = Timestamp(1'700'000'000'000 + i);
    if (key) record.key = *key;
    if (value) record.value = *value;
    record.headers = headers.range();
    rows.append({"t", PartitionId(i), record}, false, csv);
    JsonRecord same;
    same.topic = "t";
    same.partition = i;
    same.timestamp = record.timestamp.value;
    same.key = record.key;
    same.value = record.value;
    std::vector<HeaderView> views(record.headers.begin(), record.headers.end());
    same.headers = views;
    expected.push_back(text_of(same));
  }
  EXPECT_EQ(by_csv(csv), expected);
}

TEST(JsonTime, ByHowManyDigits) {
  auto time = [](std::string_view text) {
    auto found = json_time(text, "t");
    return found ? found->value : -1;
  };
  EXPECT_EQ(time(R"({"t":1700000000})"), 1'700'000'000'000);
  EXPECT_EQ(time(R"({"a":[{"t":1}],"t":1700000000001,"b":2})"), 1'700'000'000'001);
  EXPECT_EQ(time(R"({"t":"1700000000002003"})"), 1'700'000'000'002);
  EXPECT_EQ(time(R"({"t":1700000000003000000})"), 1'700'000'000'003);
  EXPECT_EQ(time(R"({"t":"2023-11-14T22:13:20.004Z"})"), 1'700'000'000'004);
  for (auto text : {"", "7", "[]", R"({"t":null})", R"({"t":"now"})", R"({"t":-5})", R"({"a":{"t":1}})", R"({"t":1)"})
    EXPECT_EQ(time(text), -1) << text;
}

}  // namespace
}  // namespace kstream::cli
