#include "cli/produce_ledger.h"

#include "base/random.h"
#include "cli/input_places.h"
#include "cli/outage_clock.h"

#include <algorithm>

namespace kstream::cli {
namespace {

using Tags = std::vector<std::uint64_t>;

TEST(ProduceLedger, FirstOpenWaitsForGaps) {
  ProduceLedger ledger;
  for (std::uint64_t size : {10, 20, 30, 40}) ledger.sent(size);
  ledger.acknowledged(Tags{1, 3});
  EXPECT_EQ(ledger.acknowledged_count(), 2U);
  EXPECT_EQ(ledger.first_open(), 0U);
  EXPECT_EQ(ledger.first_open_byte(), 0U);
  ledger.acknowledged(Tags{0});
  EXPECT_EQ(ledger.first_open(), 2U);
  EXPECT_EQ(ledger.first_open_byte(), 30U);
  EXPECT_FALSE(ledger.all_settled());
  ledger.failed(Tags{2});
  EXPECT_TRUE(ledger.all_settled());
  EXPECT_EQ(ledger.first_open(), 2U);
  EXPECT_EQ(ledger.sent_count(), 4U);
}

/// Against a plain list, with batches acknowledged out of order.
TEST(ProduceLedger, Random) {
  base::Random random(11);
  ProduceLedger ledger;
  std::vector<std::uint64_t> begins{0};
  std::vector<bool> done;
  Tags open;
  for (int step = 0; step < 3000; ++step) {
    for (auto n = random.below(20); n > 0; --n) {
      open.push_back(done.size());
      done.push_back(false);
      begins.push_back(begins.back() + random.below(1000) + 1);
      ledger.sent(begins.back() - begins[begins.size() - 2]);
    }
    Tags batch;
    for (auto n = std::min<std::uint64_t>(open.size(), random.below(20)); n > 0; --n) {
      auto at = open.begin() + static_cast<std::ptrdiff_t>(random.below(open.size()));
      batch.push_back(*at);
      done[*at] = true;
      open.erase(at);
    }
    ledger.acknowledged(batch);
    auto first = static_cast<std::uint64_t>(std::find(done.begin(), done.end(), false) - done.begin());
    ASSERT_EQ(ledger.first_open(), first);
    ASSERT_EQ(ledger.first_open_byte(), begins[first]);
    ASSERT_EQ(ledger.sent_count(), done.size());
    ASSERT_EQ(ledger.acknowledged_count(), done.size() - open.size());
  }
}

TEST(InputPlaces, CountsEachFileFromOne) {
  InputPlaces one("line");
  one.begin_file("a", 0, 0);
  EXPECT_EQ(one.place(0, 0), "line 1, byte 0");
  EXPECT_EQ(one.place(1180, 81233), "line 1181, byte 81233");
  InputPlaces two("record");
  two.begin_file("a", 0, 0);
  two.begin_file("empty", 5, 100);
  two.begin_file("b", 5, 100);
  EXPECT_EQ(two.place(4, 80), "a record 5, byte 80");
  EXPECT_EQ(two.place(5, 100), "b record 1, byte 0");
}

TEST(OutageClock, CountsOnlyUnbrokenTrouble) {
  using std::chrono::seconds;
  constexpr auto kGone = ErrorCode::network_exception;
  OutageClock clock(seconds(10), seconds(10));
  auto at = [](int s) { return OutageClock::Clock::time_point(seconds(s)); };
  EXPECT_FALSE(clock.is_over(kGone, at(0)));
  EXPECT_FALSE(clock.is_over(kGone, at(9)));
  EXPECT_FALSE(clock.is_over(ErrorCode::none, at(10)));
  EXPECT_FALSE(clock.is_over(kGone, at(11)));
  EXPECT_FALSE(clock.is_over(kGone, at(20)));
  EXPECT_TRUE(clock.is_over(kGone, at(21)));
}

TEST(OutageClock, CountsTheSilenceBeforeATimeout) {
  using std::chrono::milliseconds;
  constexpr auto kSilent = ErrorCode::request_timed_out;
  auto at = [](int ms) { return OutageClock::Clock::time_point(milliseconds(ms)); };
  OutageClock equal(milliseconds(10000), milliseconds(10000));
  EXPECT_FALSE(equal.is_over(kSilent, at(0))) << "another broker may take over";
  EXPECT_FALSE(equal.is_over(kSilent, at(999)));
  EXPECT_TRUE(equal.is_over(kSilent, at(1000)));
  OutageClock shorter(milliseconds(10000), milliseconds(4000));
  EXPECT_FALSE(shorter.is_over(kSilent, at(0)));
  EXPECT_FALSE(shorter.is_over(kSilent, at(5999)));
  EXPECT_TRUE(shorter.is_over(kSilent, at(6000)));
  OutageClock impatient(milliseconds(100), milliseconds(1500));
  EXPECT_FALSE(impatient.is_over(kSilent, at(0)));
  EXPECT_TRUE(impatient.is_over(kSilent, at(100)));
}

TEST(ProduceLedger, AGapStaysTheFirst) {
  ProduceLedger ledger;
  for (std::uint64_t size : {10, 20, 30}) ledger.sent(size);
  ledger.failed(Tags{1});
  EXPECT_EQ(ledger.first_open(), 0U);
  ledger.acknowledged(Tags{0, 2});
  EXPECT_EQ(ledger.first_open(), 1U);
  EXPECT_EQ(ledger.first_open_byte(), 10U);
  for (std::uint64_t i = 3; i < 5000; ++i) {
    ledger.sent(1);
    i % 2 == 0 ? ledger.acknowledged(Tags{i}) : ledger.failed(Tags{i});
  }
  EXPECT_TRUE(ledger.all_settled());
  EXPECT_EQ(ledger.first_open(), 1U);
  EXPECT_EQ(ledger.sent_count(), 5000U);
  EXPECT_EQ(ledger.acknowledged_count(), 2U + 2498U);
}

}  // namespace
}  // namespace kstream::cli
