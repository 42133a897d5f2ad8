#pragma once

#include <kstream/client_config.h>
#include <kstream/export.h>
#include <kstream/ids.h>
#include <kstream/result.h>
#include <kstream/topic_partition.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kstream {

struct BrokerInfo {
  NodeId id;
  std::string host;
  std::uint16_t port = 0;
  std::string rack;  ///< empty: none
};

struct ClusterDescription {
  std::string cluster_id;
  NodeId controller{-1};            ///< a broker that takes requests for the controller; -1: none is known
  std::vector<BrokerInfo> brokers;  ///< by id
};

struct PartitionDescription {
  PartitionId partition;
  ErrorCode error = ErrorCode::none;  ///< LEADER_NOT_AVAILABLE and the like
  NodeId leader{-1};                  ///< -1: none
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  std::vector<NodeId> replicas;  ///< the preferred leader first
  std::vector<NodeId> in_sync_replicas;
  std::vector<NodeId> offline_replicas;
};

struct TopicDescription {
  std::string name;
  Uuid id;  ///< zero if the broker is too old to say
  bool internal = false;
  std::vector<PartitionDescription> partitions;  ///< by number
};

/// A topic's description, or why there is none.
struct DescribedTopic {
  std::string name;
  Result<TopicDescription> topic;
};

struct NewTopic {
  struct Config {
    std::string name;
    std::optional<std::string> value;
  };
  std::string name;
  std::int32_t partitions = -1;          ///< -1: the broker's `num.partitions`
  std::int16_t replication_factor = -1;  ///< -1: the broker's `default.replication.factor`
  /// Brokers of partition 0, 1, ...; then `partitions` and `replication_factor` stay -1.
  std::vector<std::vector<NodeId>> assignments;
  std::vector<Config> configs;
};

/// What was created; -1 and a zero id if the broker is too old to say.
struct CreatedTopic {
  Uuid id;
  std::int32_t partitions = -1;
  std::int16_t replication_factor = -1;
};

struct CreateTopicResult {
  std::string name;
  Result<CreatedTopic> topic;
};

/// Asks and changes what concerns the whole cluster. Every call waits at most `timeout`: errors that may pass are tried
/// again until then, with `retry.backoff.ms`; what fails as a whole fails with the last one of them, or with
/// REQUEST_TIMED_OUT and the broker that did not answer. One thread at a time may call an Admin.
class KSTREAM_API Admin {
 public:
  /// Does not connect. INVALID_CONFIG if `bootstrap.servers` cannot be read.
  static Result<Admin> create(const ClientConfig& config);
  Admin(Admin&&) noexcept;
  Admin& operator=(Admin&&) noexcept;
  ~Admin();

  Result<ClusterDescription> describe_cluster(std::chrono::milliseconds timeout);

  /// The names of all topics that this client may see, sorted.
  struct ListedTopic {
    std::string name;
    Uuid id;
    bool internal = false;
    std::int32_t partitions = 0;
  };
  Result<std::vector<ListedTopic>> list_topics(std::chrono::milliseconds timeout);

  /// One answer for each name, in its place. Never creates a topic. Unknown topics are UNKNOWN_TOPIC_OR_PARTITION at
  /// once.
  Result<std::vector<DescribedTopic>> describe_topics(std::span<const std::string> names,
                                                      std::chrono::milliseconds timeout);

  /// One answer for each topic, in its place: TOPIC_ALREADY_EXISTS, INVALID_PARTITIONS, INVALID_REPLICATION_FACTOR,
  /// INVALID_CONFIG, POLICY_VIOLATION, ... each with the broker's sentence. If the answer of a broker is lost, asking
  /// again may find the topic that the first request made; that is TOPIC_ALREADY_EXISTS.
  Result<std::vector<CreateTopicResult>> create_topics(std::span<const NewTopic> topics, bool validate_only,
                                                       std::chrono::milliseconds timeout);

  /// One answer for each query, in its place. `read_committed` makes kEnd the last stable offset.
  std::vector<ListedOffset> list_offsets(std::span<const OffsetQuery> queries, bool read_committed,
                                         std::chrono::milliseconds timeout);

 private:
  class KSTREAM_LOCAL Impl;
  explicit Admin(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace kstream
