#include "cli/time_expression.h"

#include <cstdlib>
#include <ctime>

namespace kstream::cli {
namespace {

class TimeExpression : public testing::Test {
 protected:
  void zone(const char* name) {
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  void TearDown() override { zone("UTC"); }

  /// The instant that `text` means at `now` (both of that zone), in UTC; or the error.
  std::string at(std::string_view text, std::string_view now = "2026-06-15T12:34:56.789Z") {
    auto present = parse_time(now, Timestamp(0));
    if (!present) return "now: " + present.error().detail;
    auto time = parse_time(text, *present);
    return time ? format_utc(*time) : "error";
  }
};

TEST_F(TimeExpression, Utc) {
  zone("UTC");
  struct Case {
    std::string_view text, meaning;
  };
  for (auto [text, meaning] : std::initializer_list<Case>{
           {"2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.678Z"},
           {"2026-01-02T03:04:05.6Z", "2026-01-02T03:04:05.600Z"},
           {"2026-01-02T03:04:05.123456789Z", "2026-01-02T03:04:05.123Z"},
           {"2026-01-02T03:04:05+01:00", "2026-01-02T02:04:05.000Z"},
           {"2026-01-02T03:04-05:30", "2026-01-02T08:34:00.000Z"},
           {"2026-01-02t03:04:05,678z", "2026-01-02T03:04:05.678Z"},
           {"2026-01-02T03:04:05+0100", "2026-01-02T02:04:05.000Z"},
           {"@1700000000.5", "2023-11-14T22:13:20.500Z"},
           {"@1700000000.123456789", "2023-11-14T22:13:20.123Z"},
           {"2026-01-02 03:04Z", "2026-01-02T03:04:00.000Z"},
           {"2026-01-02 03:04", "2026-01-02T03:04:00.000Z"},
           {"2026-01-02", "2026-01-02T00:00:00.000Z"},
           {"2024-02-29", "2024-02-29T00:00:00.000Z"},
           {"03:04", "2026-06-15T03:04:00.000Z"},
           {"03:04:05", "2026-06-15T03:04:05.000Z"},
           {"now", "2026-06-15T12:34:56.789Z"},
           {"today", "2026-06-15T00:00:00.000Z"},
           {"yesterday", "2026-06-14T00:00:00.000Z"},
           {"-15m", "2026-06-15T12:19:56.789Z"},
           {"-1h30m", "2026-06-15T11:04:56.789Z"},
           {"+1h30m", "2026-06-15T14:04:56.789Z"},
           {"PT10M", "2026-06-15T12:24:56.789Z"},
           {"P1DT2H", "2026-06-14T10:34:56.789Z"},
           {"10 minutes ago", "2026-06-15T12:24:56.789Z"},
           {"1 hour ago", "2026-06-15T11:34:56.789Z"},
           {"2 weeks ago", "2026-06-01T12:34:56.789Z"},
           {"@1700000000", "2023-11-14T22:13:20.000Z"},
           {"@1700000000123", "2023-11-14T22:13:20.123Z"},
           {"s@1700000000123", "2023-11-14T22:13:20.123Z"},
           {"e@5", "1970-01-01T00:00:00.005Z"},
       }) {
    EXPECT_EQ(at(text), meaning) << text;
  }
}

TEST_F(TimeExpression, Refuses) {
  zone("UTC");
  for (auto text : {"",
                    "noon",
                    "+",
                    "+15",
                    "+9223372036854775807ms",
                    "2026",
                    "2026-13-01",
                    "2026-02-29",
                    "2026-01-02T",
                    "2026-01-02T3:04",
                    "2026-01-02T24:00",
                    "2026-01-02T03:60",
                    "2026-01-02T03:04:60Z",
                    "2026-01-02T03:04X",
                    "2026-01-02T03:04+1:00",
                    "2026-01-02T03:04Zz",
                    "@170000000",
                    "@17000000000000",
                    "@1700000000.",
                    "@1700000000x",
                    "@170000000.5",
                    "s@170000000.5",
                    "2026-01-02T03:04+01:0",
                    "2026-01-02T03:04+010",
                    "@-1",
                    "s@-1",
                    "-15",
                    "-15x",
                    "-",
                    "P",
                    "PT",
                    "P10M",
                    "10 minuten ago",
                    " ago",
                    "minutes ago",
                    "-99999999999999999w",
                    "-900000w",
                    "99999999 days ago",
                    "03:04:05.",
                    "1969-12-31T23:59Z"}) {
    EXPECT_EQ(at(text), "error") << text;
  }
}

TEST_F(TimeExpression, LocalTime) {
  zone("Europe/Berlin");
  EXPECT_EQ(at("2026-01-02 03:04"), "2026-01-02T02:04:00.000Z");
  EXPECT_EQ(at("2026-07-02 03:04"), "2026-07-02T01:04:00.000Z");
  EXPECT_EQ(at("today", "2026-06-15T23:30:00Z"), "2026-06-15T22:00:00.000Z");
  EXPECT_EQ(at("01:00", "2026-06-15T23:30:00Z"), "2026-06-15T23:00:00.000Z");
}

TEST_F(TimeExpression, ClocksGoForward) {
  zone("Europe/Berlin");  // 2026-03-29, 2:00 becomes 3:00
  EXPECT_EQ(at("2026-03-29 01:59"), "2026-03-29T00:59:00.000Z");
  EXPECT_EQ(at("2026-03-29 02:30"), "error");
  EXPECT_EQ(at("2026-03-29 03:00"), "2026-03-29T01:00:00.000Z");
  EXPECT_EQ(at("yesterday", "2026-03-30T10:00:00Z"), "2026-03-28T23:00:00.000Z");
  EXPECT_EQ(at("1 day ago", "2026-03-29T10:00:00Z"), "2026-03-28T11:00:00.000Z");
  EXPECT_EQ(at("-1d", "2026-03-29T10:00:00Z"), "2026-03-28T10:00:00.000Z");
  EXPECT_EQ(at("1 day ago", "2026-03-30T00:30:00Z"), "2026-03-29T01:00:00.000Z") << "2:30 does not exist, 3:00 is next";
}

TEST_F(TimeExpression, ClocksGoBack) {
  zone("Europe/Berlin");  // 2026-10-25, 3:00 becomes 2:00
  EXPECT_EQ(at("2026-10-25 02:30"), "2026-10-25T00:30:00.000Z") << "the first of the two";
  EXPECT_EQ(at("2026-10-25 03:30"), "2026-10-25T02:30:00.000Z");
  zone("America/New_York");
  EXPECT_EQ(at("2026-11-01 01:30"), "2026-11-01T05:30:00.000Z") << "the first of the two";
}

TEST_F(TimeExpression, MidnightThatIsLeftOut) {
  zone("Africa/Cairo");  // 2026-04-24, 0:00 becomes 1:00
  EXPECT_EQ(at("2026-04-24"), "2026-04-23T22:00:00.000Z");
  EXPECT_EQ(at("today", "2026-04-24T12:00:00Z"), "2026-04-23T22:00:00.000Z");
}

TEST_F(TimeExpression, Formats) {
  zone("America/St_Johns");
  Timestamp time(1'767'323'045'678);  // 2026-01-02T03:04:05.678Z
  EXPECT_EQ(format_utc(time), "2026-01-02T03:04:05.678Z");
  EXPECT_EQ(format_utc(Timestamp(-1)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(format_utc(Timestamp(-500)), "1969-12-31T23:59:59.500Z");
  EXPECT_EQ(format_utc(Timestamp(-2000)), "1969-12-31T23:59:58.000Z");
  EXPECT_FALSE(format_utc(Timestamp(INT64_MIN)).empty());
  EXPECT_EQ(format_local(time), "2026-01-01T23:34:05.678-03:30");
  std::string text;
  append_strftime(time, "%F %T", text);
  EXPECT_EQ(text, "2026-01-02 03:04:05");
}

}  // namespace
}  // namespace kstream::cli
