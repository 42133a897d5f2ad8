#include "server/observation.h"

#include "base/json.h"
#include "protocol/api_table.h"

#include <array>
#include <charconv>

namespace kstream::server {
namespace {

/// Buckets of histograms end at 2^12 ns to 2^35 ns.
constexpr unsigned kFirstPower = 12, kLastPower = 35;

/// Writes lines `name{labels} value`, with HELP and TYPE before the first of a name.
class Text {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    if (!help.empty()) (((out_ += "# HELP ") += name) += ' ') += help, out_ += '\n';
    (((out_ += "# TYPE ") += name) += ' ') += type, out_ += '\n';
  }
  template <class Number>
  void line(std::string_view name, std::string_view labels, Number value) {
    out_ += name;
    if (!labels.empty()) ((out_ += '{') += labels) += '}';
    out_ += ' ';
    std::array<char, 40> text{};
    out_.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr) += '\n';
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

double seconds(std::uint64_t ns) { return static_cast<double>(ns) / 1e9; }

std::string number(double value) {
  std::array<char, 40> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

/// A label's value: a backslash before backslash, quotation mark and newline.
std::string label(std::string_view name, std::string_view value) {
  std::string text(name);
  text += "=\"";
  for (char c : value) {
    if (c == '\\' || c == '"') text += '\\';
    c == '\n' ? void(text += "\\n") : void(text += c);
  }
  return text += '"';
}

template <class Values>
void write_numbers(std::string_view type, std::span<const base::MetricName> names, const Values& values, Text& text) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!names[i].help.empty()) text.family(names[i].name, type, names[i].help);
    text.line(names[i].name, names[i].labels, values[i]);
  }
}

void write_histogram(const base::MetricName& row, const base::LogLinear& values, Text& text) {
  if (!row.help.empty()) text.family(row.name, "histogram", row.help);
  const std::string name(row.name), before = row.labels.empty() ? "" : std::string(row.labels) + ",";
  for (auto power = kFirstPower; power <= kLastPower; ++power) {
    const auto end = std::uint64_t{1} << power;
    text.line(name + "_bucket", before + label("le", number(seconds(end))), values.count_below(end));
  }
  const auto count = values.count();
  text.line(name + "_bucket", before + label("le", "+Inf"), count);
  text.line(name + "_sum", row.labels, seconds(values.sum()));
  text.line(name + "_count", row.labels, count);
}

void write_facts(const BrokerFacts& facts, Text& text) {
  text.family("kstream_info", "gauge", "1; the labels say who this is.");
  text.line("kstream_info",
            label("version", KSTREAM_VERSION) + "," + label("node_id", std::to_string(facts.node_id)) + "," +
                label("cluster_id", facts.cluster_id),
            1);
  text.family("kstream_uptime_seconds", "gauge", "Seconds since the start.");
  text.line("kstream_uptime_seconds", "", seconds(static_cast<std::uint64_t>(facts.uptime.count())));
  text.family("kstream_shards", "gauge", "Threads that serve clients.");
  text.line("kstream_shards", "", facts.shards);
  text.family("kstream_topics", "gauge", "Topics.");
  text.line("kstream_topics", "", facts.topics);
  text.family("kstream_partitions", "gauge", "Partitions of all topics.");
  text.line("kstream_partitions", "", facts.partitions);
  text.family("kstream_metadata_offset", "gauge", "Offset of the last metadata record that is obeyed.");
  text.line("kstream_metadata_offset", "", facts.metadata_offset);
}

void write_requests(const base::MetricsSnapshot& metrics, Text& text) {
  text.family("kstream_requests_total", "counter", "Requests started, by API.");
  for (const auto& api : protocol::apis()) {
    auto count = metrics.requests[static_cast<std::size_t>(api.key)];
    if (count > 0) text.line("kstream_requests_total", label("api", api.name), count);
  }
  text.family("kstream_errors_total", "counter", "Errors in answers, one for each item that has one, by API and code.");
  for (const auto& [key, count] : metrics.errors) {
    const auto* api = protocol::find_api(key.first);
    text.line("kstream_errors_total",
              label("api", api ? api->name : "other") + "," + label("code", error_info(key.second).name), count);
  }
}

}  // namespace

std::string prometheus_text(const BrokerFacts& facts, const base::MetricsSnapshot& metrics) {
  Text text;
  write_facts(facts, text);
  write_requests(metrics, text);
  write_numbers("counter", base::metric_names(), metrics.counters, text);
  write_numbers("gauge", base::gauge_names(), metrics.gauges, text);
  for (std::size_t i = 0; i < metrics.histograms.size(); ++i)
    write_histogram(base::histogram_names()[i], metrics.histograms[i], text);
  return text.take();
}

// ---- JSON

namespace {

void write_histogram(base::JsonWriter& json, const base::MetricName& name, const base::LogLinear& values) {
  json.name(name.labels.empty() ? std::string(name.name)
                                : std::string(name.name) + "{" + std::string(name.labels) + "}")
      .begin_object();
  json.name("count").integer(static_cast<std::int64_t>(values.count()));
  json.name("p50_us").integer(static_cast<std::int64_t>(values.quantile(0.5) / 1000));
  json.name("p99_us").integer(static_cast<std::int64_t>(values.quantile(0.99) / 1000));
  json.name("max_us").integer(static_cast<std::int64_t>(values.quantile(1.0) / 1000));
  json.end_object();
}

template <class Values>
void write_numbers(base::JsonWriter& json, std::span<const base::MetricName> names, const Values& values) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto name = std::string(names[i].name);
    if (!names[i].labels.empty()) name += "{" + std::string(names[i].labels) + "}";
    json.name(name).integer(static_cast<std::int64_t>(values[i]));
  }
}

}  // namespace

std::string status_json(const BrokerFacts& facts, const base::MetricsSnapshot& metrics) {
  base::JsonWriter json;
  json.begin_object();
  json.name("node_id").integer(facts.node_id);
  json.name("cluster_id").string(facts.cluster_id);
  json.name("uptime_ms").integer(facts.uptime / std::chrono::milliseconds(1));
  json.name("shards").integer(static_cast<std::int64_t>(facts.shards));
  json.name("topics").integer(static_cast<std::int64_t>(facts.topics));
  json.name("partitions").integer(static_cast<std::int64_t>(facts.partitions));
  json.name("metadata_offset").integer(facts.metadata_offset);
  json.name("log_dirs").begin_array();
  for (const auto& dir : facts.log_dirs) json.string(dir);
  json.end_array();
  json.name("metrics").begin_object();
  write_numbers(json, base::metric_names(), metrics.counters);
  write_numbers(json, base::gauge_names(), metrics.gauges);
  json.name("requests").begin_object();
  for (const auto& api : protocol::apis()) {
    auto count = metrics.requests[static_cast<std::size_t>(api.key)];
    if (count > 0) json.name(api.name).integer(static_cast<std::int64_t>(count));
  }
  json.end_object();
  json.name("errors").begin_object();
  for (const auto& [key, count] : metrics.errors) {
    const auto* api = protocol::find_api(key.first);
    json.name(std::string(api ? api->name : "other") + "." + std::string(error_info(key.second).name))
        .integer(static_cast<std::int64_t>(count));
  }
  json.end_object();
  json.name("latency").begin_object();
  for (std::size_t i = 0; i < metrics.histograms.size(); ++i)
    write_histogram(json, base::histogram_names()[i], metrics.histograms[i]);
  json.end_object();
  json.end_object().end_object();
  return json.take();
}

}  // namespace kstream::server
