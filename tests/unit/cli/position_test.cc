#include "cli/position.h"

#include "cli/read_range.h"
#include "cli/target.h"
#include "cli/topic_names.h"

namespace kstream::cli {
namespace {

using Kind = PositionExpression::Kind;
constexpr Timestamp kNow{1'700'000'000'000};

PositionExpression position(std::string_view text) {
  auto parsed = parse_position(text, kNow);
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed ? *parsed : PositionExpression{};
}

TEST(Position, Forms) {
  EXPECT_EQ(position("beginning").kind, Kind::beginning);
  EXPECT_EQ(position("start").kind, Kind::beginning);
  EXPECT_EQ(position("earliest").kind, Kind::beginning);
  EXPECT_EQ(position("end").kind, Kind::end);
  EXPECT_EQ(position("latest").kind, Kind::end);
  EXPECT_EQ(position("stored").kind, Kind::stored);
  EXPECT_EQ(position("1200"), (PositionExpression{Kind::offset, 1200, kNoTimestamp, "1200"}));
  EXPECT_EQ(position("-10"), (PositionExpression{Kind::last, 10, kNoTimestamp, "-10"}));
  EXPECT_EQ(position("+10"), (PositionExpression{Kind::first, 10, kNoTimestamp, "+10"}));
  EXPECT_EQ(position("-15m"), (PositionExpression{Kind::time, 0, Timestamp(kNow.value - 900'000), "-15m"}));
  EXPECT_EQ(position("@1700000000").time, kNow);
  for (auto text : {"", "+", "-", "+-5", "--5", "5m", "ends", "99999999999999999999"})
    EXPECT_FALSE(parse_position(text, kNow).ok()) << text;
}

TEST(Position, Resolves) {
  PartitionOffsets offsets{Offset(100), Offset(200)};
  auto at = [&](std::string_view text, Offset time = kNoOffset) {
    return resolve(position(text), offsets, time).value;
  };
  EXPECT_EQ(at("beginning"), 100);
  EXPECT_EQ(at("end"), 200);
  EXPECT_EQ(at("150"), 150);
  EXPECT_EQ(at("7"), 7);
  EXPECT_EQ(at("-10"), 190);
  EXPECT_EQ(at("-100"), 100);
  EXPECT_EQ(at("-101"), 100);
  EXPECT_EQ(at("-9223372036854775807"), 100);
  EXPECT_EQ(at("+10"), 110);
  EXPECT_EQ(at("+9223372036854775807"), 200);
  EXPECT_EQ(at("-15m", Offset(123)), 123);
  EXPECT_EQ(at("-15m"), 200) << "no record is that late";
}

TEST(Target, Forms) {
  auto target = [](std::string_view text) {
    auto parsed = parse_target(text, kNow);
    EXPECT_TRUE(parsed.ok()) << text;
    return parsed ? *parsed : Target{};
  };
  EXPECT_EQ(target("orders"), (Target{"orders", {}, {}, {}}));
  EXPECT_EQ(target("orders:0,2-5"), (Target{"orders", {{0, 0}, {2, 5}}, {}, {}}));
  EXPECT_EQ(target("orders:3@1200"), (Target{"orders", {{3, 3}}, position("1200"), {}}));
  EXPECT_EQ(target("orders:3@1200..1300"), (Target{"orders", {{3, 3}}, position("1200"), position("1300")}));
  EXPECT_EQ(target("orders:3@..1300"), (Target{"orders", {{3, 3}}, {}, position("1300")}));
  EXPECT_EQ(target("orders:3@1200.."), (Target{"orders", {{3, 3}}, position("1200"), {}}));
  EXPECT_EQ(target("o:3@2023-11-14T22:00:00Z..@1700000000").until->time, kNow);
  EXPECT_EQ(target("o:3@2023-11-14T22:13:20Z..now").from->time, kNow);
  EXPECT_EQ(target("orders*").topic, "orders*");
  for (auto text : {"", ":", ":3", "orders:", "orders:x", "orders:3-", "orders:5-2", "orders:-1", "orders:1,",
                    "orders:,1", "orders@5", "orders:3@x", "orders:3@1..x", "orders:@5", "orders:99999999999"}) {
    EXPECT_FALSE(parse_target(text, kNow).ok()) << text;
  }
}

TEST(Target, Globs) {
  EXPECT_TRUE(is_glob("orders*"));
  EXPECT_TRUE(is_glob("order[s]"));
  EXPECT_FALSE(is_glob("orders.eu-1_x"));
  EXPECT_TRUE(matches_glob("orders*", "orders.eu"));
  EXPECT_FALSE(matches_glob("orders", "orders2"));
}

TEST(Target, SelectsPartitions) {
  auto numbers = [](const std::vector<PartitionRange>& wanted, std::int32_t count) {
    std::vector<std::int32_t> out;
    auto selected = select_partitions(wanted, count);
    if (!selected) return std::vector<std::int32_t>{-1};
    for (PartitionId p : *selected) out.push_back(p.value);
    return out;
  };
  EXPECT_EQ(numbers({}, 3), (std::vector<std::int32_t>{0, 1, 2}));
  EXPECT_EQ(numbers({{2, 2}, {0, 1}}, 3), (std::vector<std::int32_t>{2, 0, 1}));
  EXPECT_EQ(numbers({{2, 3}}, 3), (std::vector<std::int32_t>{-1}));
}

class ReadRanges : public testing::Test {
 protected:
  ReadRange range(std::string_view from, std::string_view until, const RangeFacts& said, bool follow = false) {
    Target target{"t", {}, position(from), {}};
    if (!until.empty()) target.until = position(until);
    answer = {};
    return make_range({"t", PartitionId(0)}, target, said, follow, answer);
  }
  RangeFacts facts{{Offset(100), Offset(200)}, Offset(120), Offset(180), Offset(200)};
  RangeAnswer answer;
  std::vector<std::string>& notes = answer.notes;
};

TEST_F(ReadRanges, EndIsPinned) {
  EXPECT_EQ(range("beginning", "", facts).from, Offset(100));
  EXPECT_EQ(range("beginning", "", facts).until, Offset(200));
  EXPECT_EQ(range("beginning", "500", facts).until, Offset(200));
  EXPECT_EQ(range("beginning", "", facts, true).until, std::nullopt);
  EXPECT_EQ(range("beginning", "500", facts, true).until, Offset(500));
  EXPECT_TRUE(notes.empty());
}

TEST_F(ReadRanges, Times) {
  auto r = range("-15m", "-1m", facts);
  EXPECT_EQ(r.from, Offset(120));
  EXPECT_EQ(r.until, Offset(180));
  EXPECT_EQ(r.from_time, Timestamp(kNow.value - 900'000));
  EXPECT_EQ(r.until_time, Timestamp(kNow.value - 60'000));
  EXPECT_EQ(range("120", "180", facts).from_time, std::nullopt);
}

TEST_F(ReadRanges, ATimeToComeIsNoEndYet) {
  auto r = range("beginning", "+15m", facts, true);
  EXPECT_EQ(r.until, Offset(180)) << "a record has that time already";
  EXPECT_EQ(r.until_time, Timestamp(kNow.value + 900'000));
  facts.until_at_time = kNoOffset;
  EXPECT_EQ(range("beginning", "+15m", facts, true).until, std::nullopt);
  EXPECT_EQ(range("beginning", "+15m", facts).until, Offset(200));
}

TEST_F(ReadRanges, WhatIsGoneIsTold) {
  EXPECT_EQ(range("7", "", facts).from, Offset(100));
  ASSERT_EQ(answer.failures.size(), 1U);
  EXPECT_EQ(answer.failures[0].detail, "t [0]: offset 7 is gone; the first one is 100");
  for (const auto* from : {"0", "7"}) {  // whoever says 0 means the beginning; and who follows takes what comes
    EXPECT_EQ(range(from, "", facts, *from == '7').from, Offset(100));
    ASSERT_EQ(notes.size(), 1U);
    EXPECT_TRUE(notes[0].ends_with(" is gone; the first one is 100"));
    EXPECT_TRUE(answer.failures.empty());
  }
  EXPECT_TRUE(range("300", "", facts).done());
  EXPECT_EQ(notes.size(), 1U);
  EXPECT_TRUE(range("end", "", facts).done());
  EXPECT_TRUE(notes.empty());
}

TEST_F(ReadRanges, WhatIsToComeIsWaitedForAtTheEnd) {
  auto r = range("300", "", facts, true);
  EXPECT_EQ(r.from, Offset(300));
  EXPECT_EQ(r.start, Offset(200));
  EXPECT_FALSE(r.done());
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0], "t [0]: offset 300 is behind the end, 200; waiting for it");
  EXPECT_EQ(range("150", "", facts, true).start, Offset(150));
  EXPECT_EQ(range("7", "", facts).start, Offset(100));
}

TEST_F(ReadRanges, OpenTransactionsAreTold) {
  facts.high_watermark = Offset(250);
  range("beginning", "", facts);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_NE(notes[0].find("open transaction hides the records from offset 200 on"), std::string::npos);
  range("beginning", "150", facts);
  EXPECT_TRUE(notes.empty());
}

}  // namespace
}  // namespace kstream::cli
