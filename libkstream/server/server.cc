#include "server/server.h"

#include "base/assert.h"
#include "broker/placement.h"
#include "server/boot.h"
#include "server/control_driver.h"
#include "server/listening.h"
#include "server/log_directories.h"
#include "server/logging.h"
#include "server/shard_driver.h"
#include "storage/posix_directory.h"

#include <fcntl.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <stop_token>
#include <thread>

namespace kstream::server {
namespace {

/// For the threads to end once the machines have stopped; a driver takes a second for answers that sockets do not take.
constexpr std::chrono::seconds kEndWithin{2};

int refuse(const std::string& why) {
  std::fprintf(stderr, "kserver: %s\n", why.c_str());
  return 1;
}

/// Every partition that is written to holds a file open, every connection a socket.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// Until the control thread takes signals, nothing is to be stopped in order: what a start has done so far the next one
/// does again. SIGHUP ends a start only if it comes from the terminal that shows the log.
void end_on_signals(bool logs_to_file) {
  for (int signal : {SIGTERM, SIGINT}) ::signal(signal, [](int) { ::_exit(0); });
  struct sigaction hang_up {};
  ::sigaction(SIGHUP, nullptr, &hang_up);
  const bool of_a_terminal = !logs_to_file && ::isatty(STDERR_FILENO) != 0;
  if (hang_up.sa_handler == SIG_DFL && !of_a_terminal) ::signal(SIGHUP, [](int) {});
}

/// The listening sockets, closed if nobody takes them over.
struct Listeners {
  std::vector<int> sockets;
  std::vector<cluster::Endpoint> endpoints;  ///< as clients are to reach them
  int metrics = -1;
  ~Listeners() {
    if (metrics >= 0) ::close(metrics);
    for (int socket : sockets) ::close(socket);
  }
};

Status listen_all(const config::BrokerConfig& config, Listeners& listeners) {
  const SocketOptions options{config.socket_listen_backlog_size, config.socket_receive_buffer_bytes,
                              config.socket_send_buffer_bytes};
  for (std::size_t i = 0; i < config.listeners.size(); ++i) {
    auto socket = listen_on(config.listeners[i], options);
    if (!socket.ok()) return std::move(socket).error();
    listeners.sockets.push_back(*socket);
    const auto& advertised = config.advertised_listeners[i];
    auto host = advertised.host;
    if (host.empty()) {
      char name[256] = "localhost";
      ::gethostname(name, sizeof name - 1);
      host = name;
    }
    auto port = advertised.port != 0 ? advertised.port : bound_port(*socket);
    listeners.endpoints.push_back({advertised.name, host, port, 0});
  }
  if (!config.metrics_listener) return {};
  auto metrics = listen_on(*config.metrics_listener);
  if (!metrics.ok()) return Status(metrics.error().code, "metrics.listener: " + metrics.error().detail);
  listeners.metrics = *metrics;
  return {};
}

std::string metrics_address(const config::BrokerConfig& config, int socket) {
  auto address = *config.metrics_listener;
  address.port = bound_port(socket);
  return to_string(address).substr(3);  // without a name
}

std::string boot_id() {
  std::string id;
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::getline(file, id);
  return id;
}

Result<Boot> boot_from(const config::BrokerConfig& config, const OpenDirectories& directories, base::Random& random) {
  BootRequest request{config,
                      {},
                      metadata_directory(config),
                      boot_id(),
                      random,
                      &read_clocks,
                      static_cast<int>(config.num_recovery_threads_per_data_dir)};
  for (const auto& directory : directories) request.directories.push_back(directory.get());
  return boot(request);
}

/// The machines, their drivers and threads of one broker.
class Broker {
 public:
  Broker(const config::BrokerConfig& config, Boot& boot, Listeners& listeners, int status, base::Random& random,
         Logging& logging);
  /// Until it has stopped. Whether it stopped in order.
  bool run();
  std::int64_t epoch() const { return control_->broker_epoch(); }

 private:
  void end_if_stuck(const std::stop_token& ended);

  const std::size_t shard_count_;
  Driver::Process process_;
  std::vector<std::unique_ptr<broker::Shard>> shards_;
  std::unique_ptr<broker::Control> control_;
  std::vector<std::unique_ptr<ShardDriver>> shard_drivers_;
  std::unique_ptr<ControlDriver> control_driver_;
};

Broker::Broker(const config::BrokerConfig& config, Boot& boot, Listeners& listeners, int status, base::Random& random,
               Logging& logging)
    : shard_count_(config.num_shards > 0 ? config.num_shards : std::max(1u, std::thread::hardware_concurrency())),
      process_{{}, {}, {}, logging} {
  auto now = read_clocks();
  auto image = boot.metadata.image;
  std::vector<std::vector<broker::FoundLog>> logs(shard_count_);
  for (auto& found : boot.logs) logs[broker::shard_of(found.key, shard_count_)].push_back(std::move(found));
  for (auto& directory : boot.directories) process_.disks.push_back(std::make_unique<DiskPool>(*directory));
  process_.metadata_disk = std::make_unique<DiskPool>(*boot.directories[boot.metadata_directory]);
  for (broker::MachineId id = 0; id < shard_count_; ++id) {
    shards_.push_back(std::make_unique<broker::Shard>(
        broker::ShardSetup{id, shard_count_, boot.directories.size(), config, image, boot.cluster_id, random.next(),
                           std::move(logs[id]), id == 0 ? std::move(boot.leftovers) : std::vector<broker::Leftover>()},
        now));
  }
  control_ = std::make_unique<broker::Control>(
      broker::ControlSetup{shard_count_, config, boot.cluster_id, random.uuid(), boot.directory_ids,
                           boot.metadata_directory, listeners.endpoints, boot.previous_epoch, random.next(), image,
                           make_quorum(config, boot, listeners.endpoints, now)},
      now);
  std::vector<ShardDriver*> shard_drivers;
  for (broker::MachineId id = 0; id < shard_count_; ++id) {
    shard_drivers_.push_back(std::make_unique<ShardDriver>(id, *shards_[id], process_));
    shard_drivers.push_back(shard_drivers_.back().get());
    process_.drivers.push_back(shard_drivers.back());
  }
  control_driver_ = std::make_unique<ControlDriver>(static_cast<broker::MachineId>(shard_count_), *control_, process_,
                                                    std::move(shard_drivers));
  process_.drivers.push_back(control_driver_.get());
  auto host = config.listeners.front().host.empty() ? std::string("localhost") : config.listeners.front().host;
  if (host.find(':') != host.npos) host = "[" + host + "]";
  auto ready = "ready " + host + ":" + std::to_string(bound_port(listeners.sockets.front())) + "\n";
  control_driver_->listen(std::exchange(listeners.sockets, {}), status, std::exchange(listeners.metrics, -1), [ready] {
    [[maybe_unused]] auto written = ::write(STDOUT_FILENO, ready.data(), ready.size());
  });
}

// All is said and done, but a thread may be stuck in the kernel, and then nobody can wait for it.
void Broker::end_if_stuck(const std::stop_token& ended) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any never;
  never.wait_for(lock, ended, kEndWithin, [] { return false; });
  if (ended.stop_requested()) return;
  process_.logging.flush(kEndWithin / 2);
  std::_Exit(refuse("a disk operation does not end: stopped without it, and the next start checks the logs"));
}

bool Broker::run() {
  std::vector<std::thread> threads;
  threads.reserve(shard_drivers_.size());
  for (auto& driver : shard_drivers_) threads.emplace_back([&driver] { driver->run(); });
  control_driver_->run();
  std::jthread watchdog([this](const std::stop_token& ended) { end_if_stuck(ended); });
  for (auto& driver : shard_drivers_) driver->finish();
  for (auto& thread : threads) thread.join();
  for (auto& disk : process_.disks) disk.reset();  // ends their threads while the drivers they report to are there
  process_.metadata_disk.reset();
  return control_->clean();
}

}  // namespace

int run_server(const Configuration& configuration) {
  const auto& config = configuration.broker;
  ::signal(SIGPIPE, SIG_IGN);
  end_on_signals(config.log_file.has_value());
  ::mallopt(M_ARENA_MAX, 4);
  raise_descriptor_limit();
  Logging logging(config.log_level, Logging::kRingLines,
                  {config.log_file, config.log_format == config::LogFormat::json});
  if (!logging.status().ok()) return refuse(logging.status().error().detail);
  for (const auto& warning : configuration.warnings) logging.write(base::LogLevel::warning, warning);
  auto fail = [&](const std::string& why) {
    if (config.log_file) logging.write(base::LogLevel::error, why);
    return refuse(why);
  };
  base::Random random(random_seed());
  Listeners listeners;
  if (auto listening = listen_all(config, listeners); !listening.ok()) return fail(listening.error().detail);
  if (listeners.metrics >= 0) {
    logging.write(base::LogLevel::info,
                  "metrics: GET http://" + metrics_address(config, listeners.metrics) + "/metrics");
  }
  OpenDirectories directories;
  if (auto opened = open_directories(config, directories); !opened.ok()) return fail(opened.error().detail);
  auto booted = boot_from(config, directories, random);
  if (!booted.ok()) return fail(booted.error().detail);
  for (const auto& note : booted->notes) logging.write(note);
  auto status = listen_locally(config.log_dirs.front(), kStatusSocket);
  if (!status.ok()) return fail(status.error().detail);
  Broker broker(config, *booted, listeners, *status, random, logging);
  bool clean = broker.run();
  ::unlink((config.log_dirs.front() + "/" + kStatusSocket).c_str());
  if (!clean) return fail("stopped, but not everything was closed in order: the next start checks the logs");
  auto marked = mark_clean(*booted, broker.epoch());
  return marked.ok() ? 0 : fail(marked.error().detail);
}

Result<std::string> fetch_status(const std::string& log_dir) {
  auto refused = [&](int why) {
    if (why == EACCES) {
      return Error{ErrorCode::cluster_authorization_failed,
                   "the broker on " + log_dir + " cannot be asked: " + std::strerror(why)};
    }
    return Error{ErrorCode::broker_not_available, "no broker runs on " + log_dir + ": " + std::strerror(why)};
  };
  int directory = ::open(log_dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return refused(errno);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", directory, kStatusSocket);
  int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  timeval patience{5, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  bool connected = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  int why = errno;
  ::close(directory);
  std::string json;
  char buffer[16 << 10];
  for (ssize_t n = 0; connected && (n = ::read(fd, buffer, sizeof buffer)) > 0;)
    json.append(buffer, static_cast<std::size_t>(n));
  ::close(fd);
  if (!connected) return refused(why);
  if (json.empty() || json.back() != '\n') {
    return Error{ErrorCode::request_timed_out, "the broker on " + log_dir + " did not answer within 5 s"};
  }
  return json;
}

}  // namespace kstream::server
