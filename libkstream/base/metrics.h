#pragma once

#include <kstream/error.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

/// Numbers that a machine counts about itself: plain integers that one thread writes. Who wants them asks by message
/// and gets a snapshot.
namespace kstream::base {

enum class Metric : std::uint16_t {
#define KSTREAM_COUNTER(enumerator, name, labels, help) enumerator,
#define KSTREAM_GAUGE(enumerator, name, labels, help)
#define KSTREAM_HISTOGRAM(enumerator, name, labels, help)
#include "base/metric_names.inc"
#undef KSTREAM_COUNTER
#undef KSTREAM_GAUGE
  count_
};

enum class Gauge : std::uint16_t {
#define KSTREAM_COUNTER(enumerator, name, labels, help)
#define KSTREAM_GAUGE(enumerator, name, labels, help) enumerator,
#include "base/metric_names.inc"
#undef KSTREAM_GAUGE
#undef KSTREAM_HISTOGRAM
  count_
};

enum class Histogram : std::uint16_t {
#define KSTREAM_GAUGE(enumerator, name, labels, help)
#define KSTREAM_HISTOGRAM(enumerator, name, labels, help) enumerator,
#include "base/metric_names.inc"
#undef KSTREAM_COUNTER
#undef KSTREAM_GAUGE
#undef KSTREAM_HISTOGRAM
  count_
};

/// A row of metric_names.inc.
struct MetricName {
  std::string_view name;    ///< `kstream_connections_closed_total`
  std::string_view labels;  ///< `reason="idle"`, or empty
  std::string_view help;    ///< empty in all rows of a name but the first
};
std::span<const MetricName> metric_names();     ///< indexed by Metric
std::span<const MetricName> gauge_names();      ///< indexed by Gauge
std::span<const MetricName> histogram_names();  ///< indexed by Histogram

/// How often which value was seen, in buckets that are exact to an eighth of their value (log-linear: eight to each
/// power of two). Merging loses nothing.
class LogLinear {
 public:
  static constexpr std::size_t kBuckets = 62 * 8;
  static constexpr std::size_t bucket_of(std::uint64_t value) {
    if (value < 8) return static_cast<std::size_t>(value);
    auto exponent = static_cast<std::size_t>(std::bit_width(value)) - 1;
    return (exponent - 2) * 8 + ((value >> (exponent - 3)) & 7);
  }
  /// The least value of a bucket.
  static constexpr std::uint64_t floor_of(std::size_t bucket) {
    return bucket < 16 ? bucket : std::uint64_t{8 + bucket % 8} << (bucket / 8 - 1);
  }

  LogLinear() : counts_(kBuckets) {}
  void observe(std::uint64_t value) {
    ++counts_[bucket_of(value)];
    sum_ += value;
  }
  void merge(const LogLinear& other);
  std::uint64_t count() const;
  std::uint64_t sum() const { return sum_; }
  /// How many values were below `value`, which is a power of two.
  std::uint64_t count_below(std::uint64_t value) const;
  /// A value that the share `quantile` (0 to 1) of all values does not exceed, to an eighth: the greatest value of the
  /// bucket in which it lies; 0 if nothing was seen.
  std::uint64_t quantile(double quantile) const;
  bool operator==(const LogLinear&) const = default;

 private:
  std::vector<std::uint64_t> counts_;
  std::uint64_t sum_ = 0;
};

/// API keys at or above this (Kafka 4.4 ends at 94) are counted as one.
inline constexpr std::size_t kMetricApis = 96;
/// Error codes from -1 on; those above (Kafka 4.4 ends at 136) are counted as one.
inline constexpr std::size_t kMetricCodes = 160;

/// Whose requests share histograms.
enum class ApiGroup : std::uint8_t { produce, fetch, other, count_ };
/// The row of a group, `first` being that of ApiGroup::produce.
constexpr Histogram of_group(Histogram first, ApiGroup group) {
  return static_cast<Histogram>(static_cast<std::size_t>(first) + static_cast<std::size_t>(group));
}

/// What was counted up to a moment. Snapshots of several machines are merged by adding.
struct MetricsSnapshot {
  std::vector<std::uint64_t> counters = std::vector<std::uint64_t>(static_cast<std::size_t>(Metric::count_));
  std::vector<std::int64_t> gauges = std::vector<std::int64_t>(static_cast<std::size_t>(Gauge::count_));
  std::vector<LogLinear> histograms = std::vector<LogLinear>(static_cast<std::size_t>(Histogram::count_));
  std::vector<std::uint64_t> requests = std::vector<std::uint64_t>(kMetricApis);  ///< by API key
  std::map<std::pair<std::int16_t, ErrorCode>, std::uint64_t> errors;             ///< by API key and code

  void merge(const MetricsSnapshot& other);
  std::uint64_t operator[](Metric metric) const { return counters[static_cast<std::size_t>(metric)]; }
  std::int64_t operator[](Gauge gauge) const { return gauges[static_cast<std::size_t>(gauge)]; }
  const LogLinear& operator[](Histogram histogram) const { return histograms[static_cast<std::size_t>(histogram)]; }
  bool operator==(const MetricsSnapshot&) const = default;
};

/// The counters of one machine, written by its thread only.
class Metrics {
 public:
  void count(Metric metric, std::uint64_t n = 1) { values_.counters[static_cast<std::size_t>(metric)] += n; }
  void set(Gauge gauge, std::int64_t value) { values_.gauges[static_cast<std::size_t>(gauge)] = value; }
  void add(Gauge gauge, std::int64_t change) { values_.gauges[static_cast<std::size_t>(gauge)] += change; }
  void observe(Histogram histogram, std::uint64_t ns) {
    values_.histograms[static_cast<std::size_t>(histogram)].observe(ns);
  }
  void count_request(std::int16_t api_key) { ++values_.requests[slot(api_key)]; }
  /// A response, or a part of one, that carries an error. ErrorCode::none is not counted.
  void count_error(std::int16_t api_key, ErrorCode code) {
    if (code == ErrorCode::none) return;
    auto column = static_cast<std::size_t>(static_cast<std::uint16_t>(static_cast<std::int16_t>(code) + 1));
    ++errors_[slot(api_key) * kMetricCodes + std::min(column, kMetricCodes - 1)];
  }
  MetricsSnapshot snapshot() const;

 private:
  static std::size_t slot(std::int16_t api_key) {
    return std::min(static_cast<std::size_t>(static_cast<std::uint16_t>(api_key)), kMetricApis - 1);
  }
  MetricsSnapshot values_;  ///< its errors are in errors_
  std::vector<std::uint64_t> errors_ = std::vector<std::uint64_t>(kMetricApis * kMetricCodes);
};

}  // namespace kstream::base
