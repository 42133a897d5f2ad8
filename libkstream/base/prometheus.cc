#include "base/prometheus.h"

#include <charconv>

namespace kstream::base {
namespace {

constexpr int kFirstBucketBit = 10, kLastBucketBit = 36;  // 1.024 us to 68.7 s

/// Prometheus' own digits for a number of nanoseconds as seconds.
std::string seconds(std::uint64_t ns) {
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, static_cast<double>(ns) / 1e9).ptr};
}

class Text {
 public:
  void header(std::string_view name, std::string_view help, std::string_view type) {
    text_.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ").append(name).append(" ");
    text_.append(type).append("\n");
  }
  void header(const MetricName& row, std::string_view type) {
    if (!row.help.empty()) header(row.name, row.help, type);
  }
  void sample(std::string_view name, std::string_view labels, std::string_view value) {
    text_.append(name);
    if (!labels.empty()) text_.append("{").append(labels).append("}");
    text_.append(" ").append(value).append("\n");
  }
  void histogram(const MetricName& row, const LogLinear& values) {
    std::string name(row.name), labels(row.labels);
    std::string before = labels.empty() ? "" : labels + ",";
    for (int bit = kFirstBucketBit; bit <= kLastBucketBit; bit += 2) {
      std::uint64_t bound = std::uint64_t{1} << bit;
      sample(name + "_bucket", before + "le=\"" + seconds(bound) + '"', std::to_string(values.count_below(bound)));
    }
    auto count = std::to_string(values.count());
    sample(name + "_bucket", before + "le=\"+Inf\"", count);
    sample(name + "_sum", labels, seconds(values.sum()));
    sample(name + "_count", labels, count);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

std::string prometheus_text(const MetricsSnapshot& snapshot, std::string_view (*api_name)(std::int16_t)) {
  Text text;
  auto api = [&](std::size_t key) { return "api=\"" + std::string(api_name(static_cast<std::int16_t>(key))) + '"'; };
  for (std::size_t i = 0; i < metric_names().size(); ++i) {
    const MetricName& row = metric_names()[i];
    text.header(row, "counter");
    text.sample(row.name, row.labels, std::to_string(snapshot.counters[i]));
  }
  for (std::size_t i = 0; i < gauge_names().size(); ++i) {
    const MetricName& row = gauge_names()[i];
    text.header(row, "gauge");
    text.sample(row.name, row.labels, std::to_string(snapshot.gauges[i]));
  }
  text.header("kstream_requests_total", "Requests, by API.", "counter");
  for (std::size_t key = 0; key < snapshot.requests.size(); ++key) {
    if (snapshot.requests[key] != 0)
      text.sample("kstream_requests_total", api(key), std::to_string(snapshot.requests[key]));
  }
  text.header("kstream_errors_total", "Errors in responses, by API and code.", "counter");
  for (const auto& [key, count] : snapshot.errors) {
    auto labels =
        api(static_cast<std::size_t>(key.first)) + ",code=\"" + std::string(error_info(key.second).name) + '"';
    text.sample("kstream_errors_total", labels, std::to_string(count));
  }
  for (std::size_t i = 0; i < histogram_names().size(); ++i) {
    text.header(histogram_names()[i], "histogram");
    text.histogram(histogram_names()[i], snapshot.histograms[i]);
  }
  return text.take();
}

}  // namespace kstream::base
