#include "server/observation.h"

#include "base/json.h"
#include "server/server.h"
#include "support/json_schema.h"

#include <map>
#include <set>
#include <sstream>

namespace kstream::server {
namespace {

base::MetricsSnapshot some_metrics() {
  base::Metrics metrics;
  metrics.count(base::Metric::bytes_sent, 7);
  metrics.set(base::Gauge::connections_open, 3);
  metrics.count_request(1);
  metrics.count_error(1, ErrorCode::offset_out_of_range);
  metrics.observe(base::Histogram::total_fetch, 5'000);
  metrics.observe(base::Histogram::total_fetch, 3'000'000);
  metrics.observe(base::Histogram::total_fetch, 100'000'000'000);
  return metrics.snapshot();
}
BrokerFacts some_facts() {
  return {.node_id = 4,
          .cluster_id = "a\"b\\c",
          .uptime = std::chrono::milliseconds(2500),
          .shards = 2,
          .log_dirs = {"/d"}};
}

/// Samples by name and labels; fails where the text is not as the format wants it.
std::map<std::string, std::string> parse(const std::string& text) {
  std::map<std::string, std::string> samples;
  std::set<std::string> families;
  std::string family;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_TRUE(families.insert(family).second) << family << " stands in two places";
    }
    if (line.starts_with('#')) continue;
    EXPECT_TRUE(line.starts_with(family)) << line << " is not of " << family;
    auto space = line.rfind(' ');
    EXPECT_TRUE(samples.emplace(line.substr(0, space), line.substr(space + 1)).second) << line;
  }
  EXPECT_TRUE(text.ends_with('\n'));
  return samples;
}

TEST(PrometheusText, HasEverything) {
  auto samples = parse(prometheus_text(some_facts(), some_metrics()));
  EXPECT_EQ(samples.at("kstream_bytes_sent_total"), "7");
  EXPECT_EQ(samples.at("kstream_connections_open"), "3");
  EXPECT_EQ(samples.at("kstream_uptime_seconds"), "2.5");
  EXPECT_EQ(samples.at(R"(kstream_requests_total{api="Fetch"})"), "1");
  EXPECT_EQ(samples.at(R"(kstream_errors_total{api="Fetch",code="OFFSET_OUT_OF_RANGE"})"), "1");
  EXPECT_EQ(samples.at(R"(kstream_info{version="0.1.0",node_id="4",cluster_id="a\"b\\c"})"), "1");
  for (auto names : {base::metric_names(), base::gauge_names()}) {
    for (const auto& row : names) {
      auto labels = row.labels.empty() ? "" : "{" + std::string(row.labels) + "}";
      EXPECT_TRUE(samples.contains(std::string(row.name) + labels)) << row.name;
    }
  }
}

TEST(PrometheusText, HistogramsAreCumulative) {
  auto samples = parse(prometheus_text(some_facts(), some_metrics()));
  auto bucket = [&](const char* le) {
    return samples.at(R"(kstream_request_seconds_bucket{api="Fetch",le=")" + std::string(le) + "\"}");
  };
  EXPECT_EQ(bucket("4.096e-06"), "0");
  EXPECT_EQ(bucket("8.192e-06"), "1");
  EXPECT_EQ(bucket("0.004194304"), "2");
  EXPECT_EQ(bucket("34.359738368"), "2");
  EXPECT_EQ(bucket("+Inf"), "3");
  EXPECT_EQ(samples.at(R"(kstream_request_seconds_count{api="Fetch"})"), "3");
  EXPECT_EQ(samples.at(R"(kstream_request_seconds_sum{api="Fetch"})"), "100.003005");
  EXPECT_EQ(samples.at(R"(kstream_turn_seconds_count)"), "0");
}

TEST(StatusJson, HasTheSameNumbers) {
  auto json = base::parse_json(status_json(some_facts(), some_metrics()));
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(*json->find("cluster_id")->string(), "a\"b\\c");
  const auto* metrics = json->find("metrics");
  EXPECT_EQ(*metrics->find("kstream_bytes_sent_total")->integer(), 7);
  EXPECT_EQ(*metrics->find("requests")->find("Fetch")->integer(), 1);
  EXPECT_EQ(*metrics->find("errors")->find("Fetch.OFFSET_OUT_OF_RANGE")->integer(), 1);
  EXPECT_EQ(*metrics->find("latency")->find(R"(kstream_request_seconds{api="Fetch"})")->find("count")->integer(), 3);
}

TEST(StatusJson, IsAsItsSchemaSays) {
  EXPECT_TRUE(test::fits_schema("server-status.json", status_json(some_facts(), some_metrics())));
  EXPECT_TRUE(test::fits_schema("server-status.json", status_json(some_facts(), base::Metrics().snapshot())));
}

TEST(StatusText, IsForScriptsOrForATerminal) {
  auto json = status_json(some_facts(), some_metrics());
  auto plain = status_text(json, false), terminal = status_text(json, true);
  EXPECT_TRUE(plain.starts_with("node_id\t4\ncluster_id\ta\"b\\c\nuptime_ms\t2500\nshards\t2\n")) << plain;
  EXPECT_NE(plain.find("\nkstream_bytes_sent_total\t7\n"), std::string::npos);
  EXPECT_NE(plain.find("\nlatency kstream_request_seconds{api=\"Fetch\"} count\t3\n"), std::string::npos);
  EXPECT_EQ(plain.find("kstream_turn_seconds"), std::string::npos) << "what is 0 is left out";
  EXPECT_NE(terminal.find("\nkstream_request_seconds{api=\"Fetch\"}  3, half within 3.1 ms, 99 % within "),
            std::string::npos)
      << terminal;
  EXPECT_EQ(terminal.find("kstream_turn_seconds"), std::string::npos);
  EXPECT_EQ(status_text("no JSON", true), "no JSON");
}

}  // namespace
}  // namespace kstream::server
