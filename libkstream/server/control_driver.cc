#include "server/control_driver.h"

#include "base/json.h"
#include "protocol/api_table.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

namespace kstream::server {

ControlDriver::ControlDriver(broker::MachineId id, broker::Control& control, Process& process,
                             std::vector<ShardDriver*> shards)
    : Driver(id, control, control.metrics(), process),
      control_(control),
      shards_(std::move(shards)),
      signals_(context_, SIGTERM, SIGINT),
      started_(read_clocks().mono) {
  wait_for_signal();
}

void ControlDriver::listen(const std::vector<int>& listeners, int status, std::function<void()> serving) {
  for (int socket : listeners) acceptors_.emplace_back(context_, socket, Acceptor::For::clients);
  status_.emplace(context_, status, Acceptor::For::operators);
  serving_ = std::move(serving);
}

// The metadata log has a thread of its own; the checkpoints of a data directory go to that directory's.
DiskPool& ControlDriver::disk(std::uint16_t directory) {
  return process_.metadata_disk && directory == control_.metadata_directory() ? *process_.metadata_disk
                                                                              : *process_.disks[directory];
}

void ControlDriver::wait_for_signal() {
  signals_.async_wait([this](boost::system::error_code error, int) {
    if (error) return;
    woke();
    if (stopping_) std::_Exit(1);  // asked twice: at once
    stopping_ = true;
    for (auto& acceptor : acceptors_) acceptor.close();
    control_.stop(now().mono + kStopWithin, now());
    wait_for_signal();
  });
}

// What the machine has become in this turn.
void ControlDriver::perform_network(broker::Effects&) {
  if (serving_ && control_.serving()) serve();
  answer_status();
  if (control_.stopped()) finish();
}

void ControlDriver::serve() {
  for (std::size_t i = 0; i < acceptors_.size(); ++i) {
    acceptors_[i].start([this, i](int socket) { take_connection(socket, static_cast<std::uint8_t>(i)); },
                        [this] { exhausted(); });
  }
  status_->start(
      [this](int socket) {
        woke();
        count_dropped_lines();
        queries_.push_back({socket, control_.ask_metrics()});
      },
      [this] { exhausted(); });
  serving_();
  serving_ = nullptr;
}

// A connection goes to the shard that has the fewest, and stays there.
void ControlDriver::take_connection(int socket, std::uint8_t listener) {
  woke();
  auto* least = *std::min_element(shards_.begin(), shards_.end(),
                                  [](auto* a, auto* b) { return a->connections() < b->connections(); });
  least->adopt(socket, listener);
}

void ControlDriver::exhausted() {
  woke();
  metrics_.count(base::Metric::connections_refused);
  if (exhausted_lines_.admit(now().mono)) {
    process_.logging.write(
        base::LogLevel::error,
        "connections are refused: the file descriptors left are for the logs; raise the limit (ulimit -n)");
  }
}

// ---- status

void ControlDriver::count_dropped_lines() {
  auto dropped = process_.logging.dropped();
  metrics_.count(base::Metric::log_lines_dropped, dropped - std::exchange(dropped_lines_, dropped));
}

void ControlDriver::answer_status() {
  std::erase_if(queries_, [&](auto& query) {
    auto metrics = control_.take_metrics(query.query);
    if (!metrics) return false;
    auto json = status_json(*metrics) + "\n";
    ::send(query.socket, json.data(), json.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::close(query.socket);
    return true;
  });
}

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

std::string ControlDriver::status_json(const base::MetricsSnapshot& metrics) const {
  base::JsonWriter json;
  const auto& image = control_.image();
  json.begin_object();
  json.name("node_id").integer(control_.config().node_id.value);
  json.name("cluster_id").string(control_.cluster_id());
  json.name("uptime_ms").integer((read_clocks().mono - started_) / std::chrono::milliseconds(1));
  json.name("shards").integer(static_cast<std::int64_t>(shards_.size()));
  json.name("topics").integer(static_cast<std::int64_t>(image.topics().size()));
  json.name("partitions").integer(static_cast<std::int64_t>(image.partition_count()));
  json.name("metadata_offset").integer(image.offset().value);
  json.name("log_dirs").begin_array();
  for (const auto& dir : control_.config().log_dirs) json.string(dir);
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
