#include "server/control_driver.h"

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
      limits_(connection_limits(control.config())),
      limited_by_(control.config_snapshot()),
      signals_(context_, SIGTERM, SIGINT),
      on_terminal_(::isatty(STDERR_FILENO) != 0),
      started_(read_clocks().mono) {
  struct sigaction hang_up {};
  ::sigaction(SIGHUP, nullptr, &hang_up);
  const bool under_nohup = hang_up.sa_handler == SIG_IGN;
  if (!under_nohup || control_.config().log_file) signals_.add(SIGHUP);
  wait_for_signal();
}

void ControlDriver::listen(const std::vector<int>& listeners, int status, int metrics, std::function<void()> serving) {
  for (int socket : listeners) acceptors_.emplace_back(context_, socket, Acceptor::For::clients);
  status_.emplace(context_, status, Acceptor::For::operators);
  if (metrics >= 0)
    metrics_endpoint_.emplace(
        context_, metrics, [this] { collect(); }, [this] { woke(); });
  serving_ = std::move(serving);
}

// The metadata log has a thread of its own; the checkpoints of a data directory go to that directory's.
DiskPool& ControlDriver::disk(std::uint16_t directory) {
  return process_.metadata_disk && directory == control_.metadata_directory() ? *process_.metadata_disk
                                                                              : *process_.disks[directory];
}

void ControlDriver::wait_for_signal() {
  signals_.async_wait([this](boost::system::error_code error, int signal) {
    if (error) return;
    woke();
    signal == SIGHUP ? hang_up() : stop();
    wait_for_signal();
  });
}

void ControlDriver::stop() {
  if (stopping_) std::_Exit(1);  // asked twice: at once
  stopping_ = true;
  for (auto& acceptor : acceptors_) acceptor.close();
  if (metrics_endpoint_) metrics_endpoint_->close();
  control_.stop(now().mono + kStopWithin, now());
}

// logrotate has moved the log's file away, or the terminal in which we ran is gone.
void ControlDriver::hang_up() {
  if (control_.config().log_file) {
    process_.logging.reopen();
    return process_.logging.write(base::LogLevel::info, "SIGHUP: the log was opened anew");
  }
  if (on_terminal_) return stopping_ ? void() : stop();
  process_.logging.write(base::LogLevel::info, "SIGHUP: the log goes to stderr, and there is no file to open anew");
}

// What the machine has become in this turn.
void ControlDriver::perform_network(broker::Effects&) {
  if (serving_ && control_.serving()) serve();
  give_metrics();
  if (control_.stopped()) finish();
}

void ControlDriver::serve() {
  for (std::size_t i = 0; i < acceptors_.size(); ++i) {
    acceptors_[i].start(
        [this, i](int socket, const auto& peer) {
          take_connection(socket, {peer, static_cast<std::uint8_t>(i)});
        },
        [this] { exhausted(); }, [this, i] { return accept_at(i); });
  }
  status_->start(
      [this](int socket, const PeerAddress&) {
        woke();
        status_sockets_.push_back(socket);
        collect();
      },
      [this] { exhausted(); });
  if (metrics_endpoint_) metrics_endpoint_->start();
  serving_();
  serving_ = nullptr;
}

// At max.connections a listener waits until one is closed. Kafka does the same; of the exception that it makes, for the
// listener between brokers, there is no need while a cluster is one broker.
base::MonoTime ControlDriver::accept_at(std::size_t listener) {
  process_.closed.take(limits_);
  auto at = limits_.accept_at(listener);
  if (at == base::MonoTime::never()) {
    process_.closed.set_waited_for(true);
    process_.closed.take(limits_);  // what was put before it was waited for
    at = limits_.accept_at(listener);
  }
  const bool by_limit = at == base::MonoTime::never();
  const bool by_rate = !by_limit && at > read_clocks().mono;
  if (by_limit && held_by_limit_.insert(listener).second) metrics_.count(base::Metric::accepts_held_by_count);
  if (by_rate && !std::exchange(held_by_rate_, true)) metrics_.count(base::Metric::accepts_held_by_rate);
  if (!by_rate) held_by_rate_ = false;
  return at;
}

void ControlDriver::more_events() {
  if (limited_by_ != control_.config_snapshot()) {
    const auto before = std::exchange(limited_by_, control_.config_snapshot());
    if (!before || !same_limits(before->config, limited_by_->config))
      limits_.set(connection_limits(limited_by_->config));  // which may ask for the addresses of hosts
  }
  if (held_by_limit_.empty()) return;
  process_.closed.take(limits_);
  std::vector<std::size_t> free;
  for (auto listener : held_by_limit_) {
    if (limits_.accept_at(listener) != base::MonoTime::never()) free.push_back(listener);
  }
  for (auto listener : free) held_by_limit_.erase(listener);
  if (held_by_limit_.empty()) process_.closed.set_waited_for(false);
  for (auto listener : free) acceptors_[listener].resume();
}

// A connection goes to the shard that has the fewest, and stays there.
void ControlDriver::take_connection(int socket, const Peer& peer) {
  woke();
  if (!limits_.opened(peer, read_clocks().mono)) {
    ::close(socket);
    metrics_.count(base::Metric::connections_refused_per_ip);
    return log_limited(refused_lines_, base::LogLevel::warning,
                       "a connection from " + to_string(peer.address) +
                           " is refused: it has as many as max.connections.per.ip allows");
  }
  auto* least = *std::min_element(shards_.begin(), shards_.end(),
                                  [](auto* a, auto* b) { return a->connections() < b->connections(); });
  least->adopt(socket, peer);
}

void ControlDriver::exhausted() {
  woke();
  metrics_.count(base::Metric::connections_refused);
  log_limited(exhausted_lines_, base::LogLevel::error,
              "connections are refused: the file descriptors left are for the logs; raise the limit (ulimit -n)");
}

// ---- status

void ControlDriver::count_dropped_lines() {
  auto dropped = process_.logging.dropped();
  metrics_.count(base::Metric::log_lines_dropped, dropped - std::exchange(dropped_lines_, dropped));
}

// Who asks while the shards are being asked gets the same answer.
void ControlDriver::collect() {
  if (collecting_) return;
  count_dropped_lines();
  collecting_ = control_.ask_metrics();
}

void ControlDriver::give_metrics() {
  if (!collecting_) return;
  auto metrics = control_.take_metrics(*collecting_);
  if (!metrics) return;
  collecting_.reset();
  if (!status_sockets_.empty()) {
    auto json = status_json(facts(), *metrics) + "\n";
    for (int socket : std::exchange(status_sockets_, {})) {
      ::send(socket, json.data(), json.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      ::close(socket);
    }
  }
  if (metrics_endpoint_) metrics_endpoint_->answer(prometheus_text(facts(), *metrics));
}

BrokerFacts ControlDriver::facts() const {
  const auto& image = control_.image();
  return {control_.config().node_id.value,
          control_.cluster_id(),
          read_clocks().mono - started_,
          shards_.size(),
          image.topics().size(),
          image.partition_count(),
          image.offset().value,
          control_.config().log_dirs};
}

}  // namespace kstream::server
