#include "protocol/writer.h"

#include <gtest/gtest.h>

namespace kstream::protocol {
namespace {

using namespace std::string_literals;

TEST(Writer, WritesScalars) {
  std::string out;
  Writer w(out, false);
  w.put(true);
  w.put(std::int16_t{-2});
  w.put(std::uint16_t{65535});
  w.put(std::int32_t{1});
  w.put(1.0);
  w.put(Uuid::from_halves(1, 2));
  w.put_uvarint(300);
  EXPECT_EQ(out,
            "\x01\xff\xfe\xff\xff\x00\x00\x00\x01\x3f\xf0\x00\x00\x00\x00\x00\x00"s
            "\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x02\xac\x02"s);
  EXPECT_TRUE(w.ok());
}

/// A string, null, bytes, null, a count: all that has a length.
std::string lengths(bool flexible) {
  std::string out;
  Writer w(out, flexible);
  w.put_string("hi");
  w.put_null_string();
  w.put_bytes("b");
  w.put_null();
  w.put_count(2);
  w.put_records({"r", 0});
  w.put_classic_string("c");
  return out;
}

TEST(Writer, WritesLengthsInBothForms) {
  EXPECT_EQ(lengths(false), "\0\2hi\xff\xff\0\0\0\1b\xff\xff\xff\xff\0\0\0\2\0\0\0\1r\0\1c"s);
  EXPECT_EQ(lengths(true), "\3hi\0\2b\0\3\2r\0\1c"s);
}

TEST(Writer, FailsOnceForAStringThatIsTooLong) {
  for (const bool flexible : {false, true}) {
    std::string out;
    Writer w(out, flexible);
    w.put_string(std::string(32767, 'x'));
    EXPECT_TRUE(w.ok());
    w.put_string(std::string(32768, 'x'));
    w.fail("something else");
    EXPECT_EQ(w.error(), "a string of more than 32767 bytes");
  }
}

TEST(Writer, NotesWhereSplicedRecordsBelong) {
  std::string out;
  Writer w(out, true);
  w.put_records({"", 300});
  w.put(std::int8_t{7});
  w.put_records({"", 5});
  EXPECT_EQ(out, "\xad\x02\7\6"s);
  ASSERT_EQ(w.splices().size(), 2u);
  EXPECT_EQ(w.splices()[0].at, 2u);
  EXPECT_EQ(w.splices()[0].size, 300u);
  EXPECT_EQ(w.splices()[1].at, 4u);
  EXPECT_EQ(w.splices()[1].size, 5u);
}

TEST(TagWriter, WritesNothingIfNotFlexible) {
  std::string out;
  Writer w(out, false);
  TagWriter(w).finish();
  EXPECT_EQ(out, "");
}

TEST(TagWriter, MergesUnknownTagsInOrder) {
  const UnknownTags unknown = {{0, "a"}, {2, ""}, {9, "c"}};
  std::string out;
  Writer w(out, true);
  TagWriter tags(w, &unknown);
  tags.begin(1);
  w.put(std::int8_t{1});
  tags.end();
  tags.begin(5);
  w.put_string("x");
  tags.end();
  tags.finish();
  EXPECT_EQ(out, "\5\0\1a\1\1\1\2\0\5\2\2x\x9\1c"s);
  EXPECT_TRUE(w.ok());
}

TEST(TagWriter, RefusesAnUnknownTagThatIsKnown) {
  const UnknownTags unknown = {{1, "a"}};
  std::string out;
  Writer w(out, true);
  TagWriter tags(w, &unknown);
  tags.begin(1);
  tags.end();
  tags.finish();
  EXPECT_FALSE(w.ok());
}

TEST(TagWriter, MakesRoomForLongSizesAndManyFields) {
  UnknownTags unknown;
  for (std::uint32_t tag = 0; tag < 200; ++tag) unknown.push_back({tag, tag == 0 ? std::string(500, 'x') : ""});
  std::string out = "before";
  Writer w(out, true);
  TagWriter(w, &unknown).finish();
  EXPECT_EQ(out.substr(0, 11), "before\xc8\x01\0\xf4\x03"s);
  EXPECT_EQ(out.size(), 6u + 2 + 3 + 500 + 127 * 2 + 72 * 3);
}

}  // namespace
}  // namespace kstream::protocol
