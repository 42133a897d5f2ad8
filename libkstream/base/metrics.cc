#include "base/metrics.h"

#include "base/assert.h"

#include <cmath>
#include <numeric>

namespace kstream::base {
namespace {

constexpr MetricName kMetrics[] = {
#define KSTREAM_COUNTER(enumerator, name, labels, help) {name, labels, help},
#define KSTREAM_GAUGE(enumerator, name, labels, help)
#define KSTREAM_HISTOGRAM(enumerator, name, labels, help)
#include "base/metric_names.inc"
#undef KSTREAM_COUNTER
#undef KSTREAM_GAUGE
};
constexpr MetricName kGauges[] = {
#define KSTREAM_COUNTER(enumerator, name, labels, help)
#define KSTREAM_GAUGE(enumerator, name, labels, help) {name, labels, help},
#include "base/metric_names.inc"
#undef KSTREAM_GAUGE
#undef KSTREAM_HISTOGRAM
};
constexpr MetricName kHistograms[] = {
#define KSTREAM_GAUGE(enumerator, name, labels, help)
#define KSTREAM_HISTOGRAM(enumerator, name, labels, help) {name, labels, help},
#include "base/metric_names.inc"
#undef KSTREAM_COUNTER
#undef KSTREAM_GAUGE
#undef KSTREAM_HISTOGRAM
};

template <class Number>
void add(std::vector<Number>& to, const std::vector<Number>& from) {
  KS_ASSERT(to.size() == from.size());
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
}

}  // namespace

std::span<const MetricName> metric_names() { return kMetrics; }
std::span<const MetricName> gauge_names() { return kGauges; }
std::span<const MetricName> histogram_names() { return kHistograms; }

void LogLinear::merge(const LogLinear& other) {
  add(counts_, other.counts_);
  sum_ += other.sum_;
}

std::uint64_t LogLinear::count() const { return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0}); }

std::uint64_t LogLinear::count_below(std::uint64_t value) const {
  auto end = counts_.begin() + static_cast<std::ptrdiff_t>(bucket_of(value));
  return std::accumulate(counts_.begin(), end, std::uint64_t{0});
}

std::uint64_t LogLinear::quantile(double quantile) const {
  auto total = count();
  if (total == 0) return 0;
  auto rank = std::max(std::uint64_t{1}, static_cast<std::uint64_t>(std::ceil(quantile * static_cast<double>(total))));
  std::uint64_t seen = 0;
  std::size_t bucket = 0;
  while ((seen += counts_[bucket]) < std::min(rank, total)) ++bucket;
  return bucket + 1 < kBuckets ? floor_of(bucket + 1) - 1 : UINT64_MAX;
}

void MetricsSnapshot::merge(const MetricsSnapshot& other) {
  add(counters, other.counters);
  add(gauges, other.gauges);
  add(requests, other.requests);
  for (std::size_t i = 0; i < histograms.size(); ++i) histograms[i].merge(other.histograms[i]);
  for (const auto& [key, count] : other.errors) errors[key] += count;
}

MetricsSnapshot Metrics::snapshot() const {
  auto snapshot = values_;
  for (std::size_t i = 0; i < errors_.size(); ++i) {
    if (errors_[i] == 0) continue;
    auto code = static_cast<ErrorCode>(static_cast<std::int16_t>(i % kMetricCodes) - 1);
    snapshot.errors[{static_cast<std::int16_t>(i / kMetricCodes), code}] = errors_[i];
  }
  return snapshot;
}

}  // namespace kstream::base
