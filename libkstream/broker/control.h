#pragma once

#include "base/config/broker_config.h"
#include "base/random.h"
#include "broker/machine.h"
#include "cluster/controller.h"
#include "cluster/image.h"
#include "cluster/replay.h"
#include "log/checkpoint.h"
#include "quorum/quorum.h"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kstream::broker {

struct ControlSetup {
  std::size_t shards = 1;
  const config::BrokerConfig& config;  ///< outlives the machine
  std::string cluster_id;
  Uuid incarnation;
  std::vector<Uuid> directories;             ///< ids of the log directories, in the order of BrokerConfig::log_dirs
  std::uint16_t metadata_directory = 0;      ///< index of the directory of the metadata log
  std::vector<cluster::Endpoint> endpoints;  ///< as clients are to reach this broker, with real ports
  std::int64_t previous_epoch = -1;          ///< of this broker, if it stopped in order; -1: leader epochs begin anew
  std::uint64_t seed = 0;
  cluster::ImageRef image;  ///< what the metadata log held at start
  quorum::Quorum quorum;
};

/// The machine of the control thread: the metadata quorum, the controller on top of it, and the broker's own life. It
/// registers the broker, publishes committed images to the shards, answers controller requests when all shards have
/// published what they changed, writes checkpoints and stops everything in order.
class Control final : public Machine {
 public:
  Control(ControlSetup setup, base::Now now);

  void message(MachineId from, Message&& message, base::Now now) override;
  void disk_done(DiskWork&& work, Result<log::Outcome> result, base::Now now) override;
  void tick(base::Now now) override;
  void end_turn(base::Now now) override;
  base::MonoTime deadline() const override;

  /// The broker is registered, unfenced and every shard knows it: connections may be accepted.
  bool serving() const { return life_ == Life::serving; }
  /// Begins the stop of all machines; ends with `stopped()` at `deadline` at the latest.
  void stop(base::MonoTime deadline, base::Now now);
  bool stopped() const { return life_ == Life::stopped; }
  /// After `stopped()`: all logs were closed and all checkpoints written, so the directories may be marked clean.
  bool clean() const { return clean_; }
  std::int64_t broker_epoch() const { return broker_epoch_; }

  /// Asks all shards for their metrics; `take_metrics` has them, merged, once all have answered.
  std::uint32_t ask_metrics();
  std::optional<base::MetricsSnapshot> take_metrics(std::uint32_t query);
  const cluster::Image& image() const { return *published_; }
  base::Metrics& metrics() { return metrics_; }
  /// With the overrides that are published.
  const config::BrokerConfig& config() const { return published_config_->config; }
  /// Another one when something has changed.
  const config::ConfigRef& config_snapshot() const { return published_config_; }
  const std::string& cluster_id() const { return cluster_id_; }
  std::uint16_t metadata_directory() const { return metadata_directory_; }

 private:
  /// A batch of records that is not committed yet, and the image with it.
  struct Proposal {
    Offset last;
    cluster::ImageRef image;
    config::ConfigRef config;
    bool removes;  ///< a topic is gone
  };
  /// What is answered when every shard has published the record at `last`.
  struct Held {
    Offset last;
    Call call;
    decltype(ControllerAnswer::response) response;
  };
  /// An image in which topics are gone. None behind it is published before all shards have given up the names of their
  /// folders, and the checkpoints have forgotten them: a topic of the same name would meet what is left of the old one.
  struct Removal {
    Offset published;
    bool folders = false;     ///< some were there
    bool forgetting = false;  ///< checkpoints without them are being written
  };
  struct MetricsQuery {
    std::size_t missing = 0;
    base::MetricsSnapshot merged;
  };

  template <class Request>
  void decide(const Call& call, const Request& request, std::int16_t version, base::Now now);
  void decide(const Call& call, const protocol::DescribeQuorumRequest& request, std::int16_t version, base::Now now);
  void handle(ControllerCall&& m, MachineId from, base::Now now);
  void handle(Published&& m, MachineId from, base::Now now);
  void handle(Drained&& m, MachineId from, base::Now now);
  void handle(Stopped&& m, MachineId from, base::Now now);
  void handle(RecoveryPoints&& m, MachineId from, base::Now now);
  void handle(Checkpoint&& m, MachineId from, base::Now now);
  void handle(DirectoryFailed&& m, MachineId from, base::Now now);
  void handle(MetricsReport&& m, MachineId from, base::Now now);

  const cluster::Image& proposed() { return *replay_.image(); }
  cluster::Context context(base::Now now, std::int16_t version = 0);
  config::ConfigRef configured(const cluster::Image& image) const;
  void set_log_level(base::LogLevel level);
  Result<Offset> propose(std::span<const cluster::MetadataRecord> records, base::Now now);
  void step(base::Now now);
  void activate(base::Now now);
  void register_broker(base::Now now);
  void unfence(base::Now now);
  void publish();
  bool removal_ended();
  void release();
  void lose_quorum(const std::string& why);
  void lose_directory(std::uint16_t directory, const std::string& why);
  void take_snapshot(base::Now now);
  void begin_checkpoint();
  void write_checkpoints();
  void end_checkpoint();
  void step_stop(base::Now now);
  void submit(std::uint16_t directory, std::uint64_t kind, log::Operation&& operation);
  Offset published_everywhere() const;

  const std::size_t shards_;
  const config::BrokerConfig& config_;  ///< as it was at the start
  const std::string cluster_id_;
  const Uuid incarnation_;
  const std::vector<Uuid> directories_;
  const std::uint16_t metadata_directory_;
  const std::vector<cluster::Endpoint> endpoints_;
  const std::int64_t previous_epoch_;
  base::Metrics metrics_;
  base::Random random_;

  quorum::Quorum quorum_;
  cluster::Replay replay_;                   ///< the proposed image
  cluster::ImageRef published_;              ///< the newest committed image
  std::optional<base::LogLevel> log_level_;  ///< instead of log.level
  config::ConfigRef proposed_config_, published_config_;
  std::optional<Removal> removal_;
  std::deque<Proposal> proposals_;  ///< in the order of their offsets
  std::deque<Held> held_;
  std::vector<Offset> published_by_;  ///< what each shard has published
  std::vector<log::Operation> operations_;

  enum class Life : std::uint8_t {
    loading,
    registering,
    serving,
    draining_shards,
    closing_shards,
    collecting,
    closing,
    stopped
  } life_ = Life::loading;
  std::int64_t broker_epoch_ = -1;
  Offset registered_at_;  ///< the last record of the registration: published, the broker may serve
  base::MonoTime stop_deadline_ = base::MonoTime::never();
  std::size_t running_;  ///< shards that have not drained, then that have not stopped
  bool clean_ = true;

  base::MonoTime checkpoint_at_;
  std::size_t missing_points_ = 0;                                   ///< shards whose recovery points have not come
  std::vector<log::OffsetCheckpoint> recovery_points_, log_starts_;  ///< per directory
  std::size_t writing_ = 0;                                          ///< checkpoint files under way
  std::vector<bool> unwritten_;            ///< directories whose last checkpoint was not written
  std::vector<Call> wanting_checkpoint_;   ///< wait for one that has not begun
  std::vector<Call> awaiting_checkpoint_;  ///< for the one that is under way
  std::vector<bool> offline_;              ///< log directories that failed

  std::map<std::uint32_t, MetricsQuery> queries_;
  std::uint32_t last_query_ = 0;
};

}  // namespace kstream::broker
