#pragma once

#include "base/config/broker_config.h"
#include "base/log_line.h"
#include "base/metrics.h"
#include "base/random.h"
#include "broker/fetch_sessions.h"
#include "broker/machine.h"
#include "broker/partition.h"
#include "broker/requests.h"
#include "cluster/image.h"
#include "log/recovered.h"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace kstream::broker {

/// A partition's log that was found on disk at start.
struct FoundLog {
  PartitionKey key;
  std::uint16_t directory = 0;
  log::RecoveredLog recovered;
};

/// The folder of a partition that was deleted, renamed and not yet removed.
struct Leftover {
  std::uint16_t directory = 0;
  std::string folder;
};

struct ShardSetup {
  MachineId id = 0;
  std::size_t shards = 1;
  std::size_t directories = 1;
  const config::BrokerConfig& config;  ///< as it was at the start
  cluster::ImageRef image;
  std::string cluster_id;
  std::uint64_t seed = 0;
  std::vector<FoundLog> logs;         ///< those that shard_of places here
  std::vector<Leftover> leftovers{};  ///< to be removed by this shard
};

/// One core's slice of the broker: the connections given to it and the partitions placed on it. A pure machine: it
/// knows neither sockets nor files nor threads nor clocks.
class Shard final : public Machine {
 public:
  explicit Shard(ShardSetup setup, base::Now now);
  ~Shard() override;

  // ---- events
  ConnectionId open(std::uint8_t listener) { return requests_.open(listener); }
  void closed(ConnectionId connection, base::Now now);
  /// The socket takes no more answers for now, or takes them again.
  void set_blocked(ConnectionId connection, bool blocked, base::Now now);
  /// One whole frame, without its length. False: no more for now, until the connection is among Effects::resumed.
  bool receive(ConnectionId connection, base::Slice frame, base::Now now);
  void message(MachineId from, Message&& message, base::Now now) override;
  void disk_done(DiskWork&& work, Result<log::Outcome> result, base::Now now) override;
  void tick(base::Now now) override;
  void end_turn(base::Now now) override;
  base::MonoTime deadline() const override;

  // ---- for the handlers
  FetchSessions& fetch_sessions() { return fetch_sessions_; }
  /// Null if there is no room for one.
  FetchSession* open_fetch_session(std::size_t partitions, bool by_id, base::Now now);
  void close_fetch_session(FetchSession& session, base::Now now);
  Requests& requests() { return requests_; }
  const cluster::Image& image() const { return *image_; }
  /// With the overrides that are published.
  const config::BrokerConfig& config() const { return config_->config; }
  const std::string& cluster_id() const { return cluster_id_; }
  base::Metrics& metrics() { return metrics_; }
  MachineId id() const { return id_; }
  std::size_t shards() const { return shards_; }
  /// Whether there is memory for answers: without, no request is started.
  void set_room(bool room) { requests_.set_room(room); }
  /// What requests hold of received frames.
  std::uint64_t held_bytes() const { return requests_.held_bytes(); }
  MachineId control() const { return static_cast<MachineId>(shards_); }
  /// Delivers a message to a machine, this one included: what is for ourselves is handled at the end of the event.
  void send(MachineId to, Message&& message);
  void send(const PartitionKey& key, Message&& message);
  /// Asks how large the file system of a log directory is: DirectoryMeasured says it to the call.
  void measure(std::uint16_t directory, const Call& call);
  bool is_offline(std::uint16_t directory) const { return offline_[directory]; }
  /// Whether this broker, which is its leader, cannot serve a partition, on whatever shard: its log has failed.
  bool is_offline(const PartitionKey& key) const { return offline_partitions_.contains(key); }
  /// A line that a client can cause as often as it likes.
  void log_limited(base::RateLimit& limit, base::LogLevel level, base::Now now, std::string text);
  /// Of batches that are refused for what is in them, and of topics that cannot be created for who asks for them.
  base::RateLimit& bad_batches() { return bad_batches_; }
  base::RateLimit& failed_creations() { return failed_creations_; }

 private:
  /// Whose operation it is that ends.
  struct Pending {
    enum class Kind : std::uint8_t { log, locate, find, measure, leftover } kind = Kind::log;
    Partition* partition = nullptr;
    std::uint32_t collecting = 0, index = 0;  ///< locate: where the range belongs
    Call call{};                              ///< find, measure: who asked
  };
  /// A Collect whose ranges are not all known yet.
  struct Collecting {
    Ranges reply;
    std::size_t missing = 0;
  };

  void settle(base::Now now);
  void deliver(Message&& message, base::Now now);
  void handle(Append&& m, base::Now now);
  void handle(Arm&& m, base::Now now);
  void handle(Collect&& m, base::Now now);
  void handle(Disarm&& m, base::Now now);
  void handle(Lookup&& m, base::Now now);
  void handle(EpochLookup&& m, base::Now now);
  void handle(DeleteRecords&& m, base::Now now);
  void handle(DescribeLogs&& m, base::Now now);
  void handle(Publish&& m, base::Now now);
  void handle(Stop&& m, base::Now now);
  void handle(CloseLogs&& m, base::Now now);
  void handle(ReportRecoveryPoints&& m, base::Now now);
  void handle(ReportMetrics&& m, base::Now now);
  void handle(PartitionsOffline&& m, base::Now now);
  void handle(DirectoryFailed&& m, base::Now now);
  void tell_offline(std::vector<PartitionKey> keys);
  template <class PartOfAnswer>
  void join(PartOfAnswer&& m, base::Now now);

  Partition* find(const PartitionKey& key);
  /// The partition of a request, made if it has never been used; or why it cannot be served here.
  Partition* serve(const PartitionKey& key, LeaderEpoch current_leader_epoch, ErrorCode& error);
  log::LogConfig log_config(const cluster::Topic& topic);
  void read(Partition& partition, Offset from, std::uint32_t max_bytes, std::uint32_t collecting, std::uint32_t index);
  static void fill(Ranges::Part& part, log::Log::Range&& range);
  void located(const Pending& pending, DiskWork&& work, Result<log::Outcome> result, base::Now now);
  void collected(std::uint32_t collecting);
  void found(const Pending& pending, Result<log::Outcome> result, base::Now now);
  void measured(const Pending& pending, std::uint16_t directory, Result<log::Outcome> result, base::Now now);
  void log_done(Partition& partition, DiskWork&& work, Result<log::Outcome> result, base::Now now);
  void advance(Partition& partition);
  void grow_session(Grown&& m, base::Now now);
  void disarm(FetchSession& session);
  void fail(Partition& partition, const Error& why);
  void drop(Partition& partition, base::Now now);
  void remove_deleted(base::Now now);
  void step_removal(Partition& partition, base::Now now);
  void announce();
  /// The log directory of a partition that has none yet; nothing if all have failed.
  std::optional<std::uint16_t> place(const PartitionKey& key) const;
  void lose_directory(std::uint16_t directory, const std::string& detail, base::Now now);
  void mark_dirty(Partition& partition);
  void submit(std::uint16_t directory, Pending pending, log::Operation&& operation);
  void sweep(base::Now now);
  void step_stop(base::Now now);

  const MachineId id_;
  const std::size_t shards_;
  const std::string cluster_id_;
  base::Metrics metrics_;
  base::Random random_;
  cluster::ImageRef image_;
  config::ConfigRef config_;
  Requests requests_;
  FetchSessions fetch_sessions_;

  std::set<PartitionKey> offline_partitions_;                      ///< of all shards
  std::map<PartitionKey, std::unique_ptr<Partition>> partitions_;  ///< in an order, since what decides goes over them
  std::vector<PartitionKey> gone_;                                 ///< deleted, and nothing left to wait for
  std::size_t vacating_ = 0;                                       ///< deleted partitions that still have their folder
  bool unannounced_ = false;                                       ///< Published is owed
  bool folders_removed_ = false;                                   ///< since it was last given
  std::vector<Partition*> dirty_;                                  ///< logs that may have operations to give
  std::vector<log::Operation> operations_;                         ///< of the log being asked
  std::deque<Pending> pending_;                                    ///< indexed by DiskWork::id
  std::vector<std::uint32_t> free_pending_;
  std::deque<Collecting> collecting_;
  std::vector<std::uint32_t> free_collecting_;
  /// The folders of deleted partitions, by when they are to be removed: file.delete.delay.ms after they were renamed.
  std::multimap<base::MonoTime, Leftover> deleted_;
  std::vector<Message> local_;  ///< for ourselves, handled when the event has been
  std::vector<bool> offline_;   ///< log directories that failed
  /// Of the lines of failed reads: a client may ask again as often as it likes.
  base::RateLimit failed_reads_{10, std::chrono::seconds(10)};
  base::RateLimit bad_batches_{10, std::chrono::seconds(10)};
  base::RateLimit failed_creations_{10, std::chrono::seconds(10)};
  base::MonoTime sweep_at_;

  enum class Life : std::uint8_t { serving, draining, drained, closing, stopped } life_ = Life::serving;
  base::MonoTime stop_deadline_ = base::MonoTime::never();
};

}  // namespace kstream::broker
