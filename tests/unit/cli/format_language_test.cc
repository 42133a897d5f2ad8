#include "cli/format_language.h"

#include "unit/cli/header_bytes.h"

namespace kstream::cli {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

class Formats : public testing::Test {
 protected:
  Formats() {
    record.offset = Offset(17);
    record.timestamp = Timestamp(1'767'323'045'678);
    record.key = "k1";
    record.value = "v\x01";
    record.headers = headers.range();
  }
  std::string show(Result<Format> format) {
    if (!format) return "error: " + format.error().detail;
    std::string out;
    format->append({"orders", PartitionId(3), record, Offset(20)}, out);
    return out;
  }
  std::string text(std::string_view text, Format::Terminal terminal = {}) {
    return show(Format::compile(text, terminal));
  }
  std::string word(std::string_view word, std::string_view delimiter = "\n") {
    return show(Format::of_word(word, delimiter, nullptr, {}));
  }
  bool refused(std::string_view text) { return !Format::compile(text, {}).ok(); }

  HeaderBytes headers{{"a", "1"}, {"b", std::nullopt}, {"a", "2"}};
  RecordView record;
};

TEST_F(Formats, Letters) {
  EXPECT_EQ(text("%t [%p] @%o: %k=%s %T %K %S%%"), "orders [3] @17: k1=v\x01 1767323045678 2 2%");
  EXPECT_EQ(text("%h"), "a=1,b=NULL,a=2");
  EXPECT_EQ(text("%R%s"), "\0\0\0\2v\x01"s);
  EXPECT_EQ(text("a\\tb\\n\\x41\\101"), "a\tb\nAA");
  record.key = record.value = std::nullopt;
  EXPECT_EQ(text("[%k|%s|%K|%S]"), "[||-1|-1]");
  EXPECT_EQ(text("%R"), "\xFF\xFF\xFF\xFF");
}

TEST_F(Formats, Names) {
  EXPECT_EQ(text("%{time}"), "2026-01-02T03:04:05.678Z");
  EXPECT_EQ(text("%{time:%F %T}"), "2026-01-02 03:04:05");
  EXPECT_EQ(text("%{header:a}|%{header:b}|%{header:c}"), "2||");
  EXPECT_EQ(text("%{headers}"), R"([{"key":"a","value":"1"},{"key":"b","value":null},{"key":"a","value":"2"}])");
  EXPECT_EQ(text("%{size} %{lag}"), "4 2");
  EXPECT_EQ(text("%{epoch} %{tstype} %{pid}"), "-1 CreateTime -1");
  EXPECT_EQ(text("%{s:hex} %{k:base64} %{s:json} %{s:esc}"), R"(7601 azE= "v\u0001" v\x01)");
  record.timestamp = kNoTimestamp;
  EXPECT_EQ(text("%{time} %{time:%F %T} %T"), "- - -1");
}

TEST_F(Formats, Integers) {
  record.value = "\xFF\xFE";
  EXPECT_EQ(text("%{s:be16} %{s:le16} %{s:be32}"), "-2 -257 0xfffe");
  record.value = "\x00\x00\x01\x00"sv;
  EXPECT_EQ(text("%{s:be32} %{s:le32}"), "256 65536");
  record.value = "\x80\x00\x00\x00\x00\x00\x00\x00"sv;
  EXPECT_EQ(text("%{s:be64} %{s:le64}"), "-9223372036854775808 128");
}

TEST_F(Formats, Words) {
  EXPECT_EQ(word("value"), "v\x01\n");
  EXPECT_EQ(word("value", "\0"sv), "v\x01\0"s);
  EXPECT_EQ(word("raw"), "v\x01");
  EXPECT_EQ(word("frame"), "\0\0\0\2v\x01"s);
  EXPECT_EQ(word("json"),
            R"({"topic":"orders","partition":3,"offset":17,"timestamp":1767323045678,"key":"k1","value":"v\u0001",)"
            R"("headers":[{"key":"a","value":"1"},{"key":"b","value":null},{"key":"a","value":"2"}]})"
            "\n");
  std::string colon = ":";
  EXPECT_EQ(show(Format::of_word("value", "\n", &colon, {})), "k1:v\x01\n");
  EXPECT_FALSE(Format::of_word("json", "\n", &colon, {}).ok());
  EXPECT_FALSE(Format::of_word("xml", "\n", nullptr, {}).ok());
}

TEST_F(Formats, Columns) {
  auto rows = [&](std::string_view word, std::vector<std::string> names, bool header = true) {
    auto columns = record_columns(names);
    if (!columns) return columns.error().detail;
    auto format = Format::of_word(word, "\n", nullptr, {}, {.columns = *columns, .header = header});
    std::string out;
    format->append_header(out);
    return out + show(format);
  };
  EXPECT_EQ(rows("csv", {"offset", "value"}), "offset,value\r\n17,v\x01\r\n");
  EXPECT_EQ(rows("csv", {"value"}, false), "v\x01\r\n");
  EXPECT_EQ(rows("plain", {"size", "lag", "epoch", "tstype", "pid", "control"}), "4\t2\t-1\tCreateTime\t-1\t-\n");
  EXPECT_EQ(rows("table", {"partition", "key", "value"}), "PARTITION  KEY  VALUE\n        3  k1   v\\x01\n");
  EXPECT_EQ(rows("table", {"offset"}, false), "17\n");
  EXPECT_NE(rows("csv", {"nope"}).find("there are topic, partition, offset"), std::string::npos);
}

TEST_F(Formats, ControlRecords) {
  BatchInfo batch;
  batch.control = true;
  record.key = "\0\0\0\1"sv;
  record.value = "x";
  auto shown = [&](Result<Format> format) {
    std::string out;
    format->append({"t", PartitionId(0), record, Offset(18), batch}, out);
    return out;
  };
  EXPECT_EQ(shown(Format::compile("%o %{control}", {})), "17 commit");
  EXPECT_EQ(text("%o %{control}"), "17 ");
  EXPECT_TRUE(shown(Format::of_word("json", "\n", nullptr, {})).ends_with("],\"control\":\"commit\"}\n"));
  EXPECT_TRUE(
      shown(Format::of_word("csv", "\n", nullptr, {}, {.columns = {}, .control = true})).ends_with(",commit\r\n"));
  EXPECT_TRUE(Format::compile("%{control}", {})->tells_control());
  EXPECT_FALSE(Format::of_word("value", "\n", nullptr, {})->tells_control());
}

TEST_F(Formats, TerminalShowsControlCharactersOfRecordsOnly) {
  EXPECT_EQ(text("\\x1b[1m%s\\n", {true, false}), "\x1b[1mv\\x01\n");
  EXPECT_EQ(text("%s", {true, true}), "v\x1b[7m\\x01\x1b[27m");
}

TEST_F(Formats, Refuses) {
  for (auto template_text : {"%", "%q", "%{", "%{time", "%{nope}", "%{time:}x%{s:rot13}", "%{header}", "%{size:hex}",
                             "\\q", "a\\", "%{epoch:x}", "%{s:hex:}"}) {
    EXPECT_TRUE(refused(template_text)) << template_text;
  }
}

}  // namespace
}  // namespace kstream::cli
