#include "protocol/reader.h"

#include <gtest/gtest.h>

#include <cmath>

namespace kstream::protocol {
namespace {

using namespace std::string_view_literals;

TEST(Reader, ReadsBigEndianIntegers) {
  Reader r("\x01\xff\xfe\x80\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x02\xff\xff"sv, false);
  EXPECT_TRUE(r.get_bool());
  EXPECT_EQ(r.get<std::int16_t>(), -2);
  EXPECT_EQ(r.get<std::int32_t>(), -2147483647);
  EXPECT_EQ(r.get<std::int64_t>(), 2);
  EXPECT_EQ(r.get<std::uint16_t>(), 65535);
  EXPECT_TRUE(r.ok());
  EXPECT_EQ(r.left(), 0u);
}

TEST(Reader, FailsOnceAndThenGivesZeros) {
  Reader r("\x00\x05"sv, false);
  EXPECT_EQ(r.get<std::int32_t>(), 0);
  EXPECT_FALSE(r.ok());
  EXPECT_EQ(r.error(), "too short, at byte 0");
  EXPECT_EQ(r.get<std::int8_t>(), 0);
  EXPECT_EQ(r.get_string(), ""sv);
  EXPECT_EQ(r.get_count(1), 0u);
  EXPECT_EQ(r.get_uvarint(), 0u);
  EXPECT_EQ(r.get_uuid(), Uuid());
  EXPECT_EQ(r.get_float64(), 0.0);
  EXPECT_EQ(r.error(), "too short, at byte 0");
  EXPECT_EQ(r.left(), 0u);
}

TEST(Reader, ReadsStringsInBothForms) {
  Reader classic("\x00\x02hi\xff\xff\x00\x00"sv, false);
  EXPECT_EQ(classic.get_string(), "hi"sv);
  EXPECT_EQ(classic.get_string(), std::nullopt);
  EXPECT_EQ(classic.get_string(), ""sv);
  EXPECT_TRUE(classic.ok());
  Reader compact("\x03hi\x00\x01"sv, true);
  EXPECT_EQ(compact.get_string(), "hi"sv);
  EXPECT_EQ(compact.get_string(), std::nullopt);
  EXPECT_EQ(compact.get_string(), ""sv);
  EXPECT_TRUE(compact.ok());
}

TEST(Reader, RefusesLengthsThatCannotBe) {
  for (const auto& [bytes, flexible] : {std::pair{"\xff\xfe"sv, false}, {"\x00\x03hi"sv, false}, {"\x04hi"sv, true}}) {
    Reader r(bytes, flexible);
    (void)r.get_string();
    EXPECT_FALSE(r.ok());
  }
  const std::string long_string = "\x81\x80\x02" + std::string(40'000, 'x');
  Reader r(long_string, true);
  (void)r.get_string();
  EXPECT_EQ(r.error(), "a string of more than 32767 bytes, at byte 3");
  Reader negative("\xff\xff\xff\xfe"sv, false);
  (void)negative.get_bytes();
  EXPECT_FALSE(negative.ok());
}

TEST(Reader, RefusesCountsBeforeAnythingIsAllocated) {
  Reader exact("\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00"sv, false);
  EXPECT_EQ(exact.get_count(4), 2u);
  EXPECT_TRUE(exact.ok());
  Reader more("\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00\x00"sv, false);
  EXPECT_EQ(more.get_count(4), 0u);
  EXPECT_EQ(more.error(), "more elements than bytes, at byte 4");
  Reader null("\xff\xff\xff\xff"sv, false);
  EXPECT_EQ(null.get_count(4), std::nullopt);
  EXPECT_TRUE(null.ok());

  std::string million(4 + kMaxElements + 1, '\0');
  base::store_be(million.data(), static_cast<std::int32_t>(kMaxElements));
  Reader most(million, false);
  EXPECT_EQ(most.get_count(1), kMaxElements);
  base::store_be(million.data(), static_cast<std::int32_t>(kMaxElements + 1));
  Reader too_many(million, false);
  EXPECT_EQ(too_many.get_count(1), 0u);
  EXPECT_EQ(too_many.error(), "more than 1000000 elements, at byte 4");
}

TEST(Reader, RefusesAVarintOfMoreThan32Bits) {
  Reader most("\xff\xff\xff\xff\x0f"sv, true);
  EXPECT_EQ(most.get_uvarint(), 0xffffffffu);
  EXPECT_TRUE(most.ok());
  Reader more("\xff\xff\xff\xff\x1f"sv, true);
  (void)more.get_uvarint();
  EXPECT_FALSE(more.ok());
}

/// The tags of a section and their bytes; nothing if it is refused.
std::optional<UnknownTags> tags_of(BytesView bytes) {
  Reader r(bytes, true);
  UnknownTags found;
  for (TagReader tags(r); tags.next();) tags.keep(found);
  if (!r.ok()) return std::nullopt;
  return found;
}

TEST(TagReader, TellsTagsApart) {
  EXPECT_EQ(tags_of("\x00"sv), UnknownTags());
  EXPECT_EQ(tags_of("\x02\x00\x01x\x05\x02yz"sv), (UnknownTags{{0, "x"}, {5, "yz"}}));
}

TEST(TagReader, RefusesRepeatedDescendingAndLyingTags) {
  EXPECT_EQ(tags_of("\x02\x05\x01x\x05\x01y"sv), std::nullopt);
  EXPECT_EQ(tags_of("\x02\x05\x01x\x04\x01y"sv), std::nullopt);
  EXPECT_EQ(tags_of("\x01\x00\x02x"sv), std::nullopt);
  EXPECT_EQ(tags_of("\x02\x00\x01x"sv), std::nullopt);
  EXPECT_EQ(tags_of(""sv), std::nullopt);
}

TEST(TagReader, RefusesMoreThan10000Tags) {
  std::string section = "\x91\x4e";  // 10001
  for (int i = 0; i < 10'001; ++i) section += {static_cast<char>(0x80 | (i & 0x7f)), static_cast<char>(i >> 7), '\0'};
  EXPECT_EQ(tags_of(section), std::nullopt);
  section[0] = '\x90';
  ASSERT_TRUE(tags_of(section));
  EXPECT_EQ(tags_of(section)->size(), 10'000u);
}

TEST(TagReader, AFieldEndsWhereItsSizeSays) {
  for (const auto bytes : {"\x01\x00\x03\x00\x00\x00\x01\x7f"sv, "\x01\x00\x05\x00\x00\x00\x01\x7f"sv}) {
    Reader r(bytes, true);
    TagReader tags(r);
    ASSERT_TRUE(tags.next());
    (void)r.get<std::int32_t>();
    EXPECT_FALSE(tags.next());
    EXPECT_FALSE(r.ok());
  }
  Reader r("\x01\x00\x04\x00\x00\x00\x01\x7f"sv, true);
  TagReader tags(r);
  ASSERT_TRUE(tags.next());
  EXPECT_EQ(r.get<std::int32_t>(), 1);
  EXPECT_FALSE(tags.next());
  EXPECT_TRUE(r.ok());
  EXPECT_EQ(r.get<std::int8_t>(), 0x7f) << "what follows the section is to be read again";
}

TEST(TagReader, HasNothingIfNotFlexible) {
  Reader r("\x01"sv, false);
  TagReader tags(r);
  EXPECT_FALSE(tags.next());
  EXPECT_EQ(r.left(), 1u);
}

}  // namespace
}  // namespace kstream::protocol
