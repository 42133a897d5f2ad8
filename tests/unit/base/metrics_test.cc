#include "base/metrics.h"

#include <cstdint>

namespace kstream::base {
namespace {

TEST(LogLinear, PutsEachValueIntoABucketThatIsExactToAnEighth) {
  std::size_t last = 0;
  for (std::uint64_t value = 0; value < 100'000; ++value) {
    auto bucket = LogLinear::bucket_of(value);
    ASSERT_TRUE(bucket == last || bucket == last + 1) << value;
    ASSERT_LE(LogLinear::floor_of(bucket), value);
    ASSERT_GT(LogLinear::floor_of(bucket + 1), value);
    ASSERT_LE(LogLinear::floor_of(bucket + 1) - LogLinear::floor_of(bucket), std::max<std::uint64_t>(1, value / 8));
    last = bucket;
  }
  EXPECT_EQ(LogLinear::bucket_of(UINT64_MAX), LogLinear::kBuckets - 1);
  EXPECT_EQ(LogLinear::floor_of(LogLinear::kBuckets - 1), std::uint64_t{15} << 60);
}

TEST(LogLinear, GivesQuantiles) {
  LogLinear values;
  EXPECT_EQ(values.quantile(0.5), 0u);
  for (std::uint64_t i = 1; i <= 1000; ++i) values.observe(i);
  EXPECT_EQ(values.count(), 1000u);
  EXPECT_EQ(values.sum(), 500'500u);
  EXPECT_EQ(values.quantile(0), 1u);
  EXPECT_NEAR(static_cast<double>(values.quantile(0.5)), 500, 500 / 8.0);
  EXPECT_NEAR(static_cast<double>(values.quantile(0.99)), 990, 990 / 8.0);
  EXPECT_GE(values.quantile(1), 1000u);
  EXPECT_EQ(values.count_below(512), 511u);
  values.observe(UINT64_MAX);
  EXPECT_EQ(values.quantile(1), UINT64_MAX);
}

TEST(LogLinear, MergesWithoutLoss) {
  LogLinear a, b, both;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    (i % 3 == 0 ? a : b).observe(i * i);
    both.observe(i * i);
  }
  a.merge(b);
  EXPECT_EQ(a, both);
}

TEST(Metrics, CountsByName) {
  Metrics metrics;
  metrics.count(Metric::bytes_received, 100);
  metrics.count(Metric::bytes_received);
  metrics.set(Gauge::requests_held, 5);
  metrics.add(Gauge::requests_held, -2);
  metrics.observe(Histogram::turn, 1000);
  metrics.count_request(3);
  metrics.count_request(3);
  metrics.count_error(3, ErrorCode::unknown_topic_or_partition);
  metrics.count_error(3, ErrorCode::none);
  auto snapshot = metrics.snapshot();
  metrics.count(Metric::bytes_received);
  EXPECT_EQ(snapshot[Metric::bytes_received], 101u) << "a snapshot is a copy";
  EXPECT_EQ(snapshot[Metric::bytes_sent], 0u);
  EXPECT_EQ(snapshot[Gauge::requests_held], 3);
  EXPECT_EQ(snapshot[Histogram::turn].count(), 1u);
  EXPECT_EQ(snapshot.requests[3], 2u);
  ASSERT_EQ(snapshot.errors.size(), 1u);
  EXPECT_EQ(snapshot.errors.begin()->second, 1u);
}

TEST(Metrics, CountsUnknownApisAsOne) {
  Metrics metrics;
  for (int key : {-1, 96, 1000, INT16_MIN, INT16_MAX}) {
    metrics.count_request(static_cast<std::int16_t>(key));
    metrics.count_error(static_cast<std::int16_t>(key), ErrorCode::unsupported_version);
  }
  EXPECT_EQ(metrics.snapshot().requests.back(), 5u);
  EXPECT_EQ(metrics.snapshot().errors.size(), 1u);
}

TEST(Metrics, CountsEachErrorOfTheProtocol) {
  Metrics metrics;
  for (int code = -1; code <= 136; ++code) metrics.count_error(5, static_cast<ErrorCode>(code));
  auto errors = metrics.snapshot().errors;
  EXPECT_EQ(errors.size(), 137u) << "all but none";
  EXPECT_EQ((errors[{std::int16_t{5}, ErrorCode::unknown_server_error}]), 1u);
  EXPECT_EQ((errors[{std::int16_t{5}, static_cast<ErrorCode>(136)}]), 1u);
}

TEST(Metrics, HasARowForEachGroup) {
  EXPECT_EQ(of_group(Histogram::total_produce, ApiGroup::fetch), Histogram::total_fetch);
  for (auto first : {Histogram::queue_produce, Histogram::local_produce, Histogram::remote_produce,
                     Histogram::response_produce, Histogram::total_produce}) {
    constexpr const char* kApis[] = {R"(api="Produce")", R"(api="Fetch")", R"(api="other")"};
    for (std::size_t i = 0; i < static_cast<std::size_t>(ApiGroup::count_); ++i) {
      auto row = histogram_names()[static_cast<std::size_t>(of_group(first, static_cast<ApiGroup>(i)))];
      EXPECT_EQ(row.labels, kApis[i]) << row.name;
      EXPECT_EQ(row.name, histogram_names()[static_cast<std::size_t>(first)].name);
    }
  }
}

TEST(Metrics, MergesByAdding) {
  Metrics a, b;
  a.count(Metric::frames, 1);
  b.count(Metric::frames, 2);
  a.set(Gauge::connections_open, 3);
  b.set(Gauge::connections_open, 4);
  a.count_request(0);
  b.count_request(0);
  a.count_error(0, ErrorCode::corrupt_message);
  b.count_error(0, ErrorCode::corrupt_message);
  b.count_error(1, ErrorCode::corrupt_message);
  b.observe(Histogram::disk_append, 7);
  auto sum = a.snapshot();
  sum.merge(b.snapshot());
  EXPECT_EQ(sum[Metric::frames], 3u);
  EXPECT_EQ(sum[Gauge::connections_open], 7);
  EXPECT_EQ(sum.requests[0], 2u);
  EXPECT_EQ(sum.errors.size(), 2u);
  EXPECT_EQ(sum.errors.begin()->second, 2u);
  EXPECT_EQ(sum[Histogram::disk_append].count(), 1u);
}

TEST(MetricNames, StandTogetherAndHaveOneHelp) {
  for (auto names : {metric_names(), gauge_names(), histogram_names()}) {
    std::vector<std::string_view> seen;
    for (const MetricName& row : names) {
      bool again = !seen.empty() && seen.back() == row.name;
      EXPECT_EQ(row.help.empty(), again) << row.name << '{' << row.labels << '}';
      EXPECT_TRUE(again || std::ranges::find(seen, row.name) == seen.end()) << row.name;
      EXPECT_TRUE(row.name.starts_with("kstream_")) << row.name;
      seen.push_back(row.name);
    }
  }
}

}  // namespace
}  // namespace kstream::base
