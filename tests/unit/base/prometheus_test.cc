#include "base/prometheus.h"

#include <sstream>

namespace kstream::base {
namespace {

std::string_view api_name(std::int16_t key) { return key == 0 ? "Produce" : "Other"; }

TEST(Prometheus, WritesEachKindOfMetric) {
  Metrics metrics;
  metrics.count(Metric::closed_idle, 4);
  metrics.set(Gauge::connections_open, 2);
  metrics.count_request(0);
  metrics.count_error(0, ErrorCode::corrupt_message);
  metrics.observe(Histogram::disk_sync, 1500);
  metrics.observe(Histogram::disk_sync, 2'000'000'000);
  auto text = prometheus_text(metrics.snapshot(), api_name);
  for (std::string line :
       {"# HELP kstream_connections_closed_total Connections closed, by reason.",
        "# TYPE kstream_connections_closed_total counter", "kstream_connections_closed_total{reason=\"idle\"} 4",
        "kstream_bytes_received_total 0", "# TYPE kstream_connections_open gauge", "kstream_connections_open 2",
        "kstream_requests_total{api=\"Produce\"} 1", "kstream_errors_total{api=\"Produce\",code=\"CORRUPT_MESSAGE\"} 1",
        "# TYPE kstream_disk_seconds histogram", "kstream_disk_seconds_bucket{kind=\"sync\",le=\"1.024e-06\"} 0",
        "kstream_disk_seconds_bucket{kind=\"sync\",le=\"4.096e-06\"} 1",
        "kstream_disk_seconds_bucket{kind=\"sync\",le=\"+Inf\"} 2", "kstream_disk_seconds_sum{kind=\"sync\"} 2.0000015",
        "kstream_disk_seconds_count{kind=\"sync\"} 2", "kstream_turn_seconds_bucket{le=\"+Inf\"} 0"}) {
    EXPECT_NE(("\n" + text).find("\n" + line + "\n"), std::string::npos) << line << " is not in\n" << text;
  }
}

TEST(Prometheus, SaysHelpOnceAndWritesNoBlankLine) {
  auto text = prometheus_text(MetricsSnapshot{}, api_name);
  std::vector<std::string> helps;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_FALSE(line.empty());
    if (!line.starts_with("# HELP")) continue;
    EXPECT_EQ(std::ranges::find(helps, line), helps.end()) << line;
    helps.push_back(line);
  }
  EXPECT_TRUE(text.ends_with('\n'));
}

}  // namespace
}  // namespace kstream::base
