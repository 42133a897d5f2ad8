#pragma once

#include <kstream/client_config.h>
#include <kstream/config_resource.h>
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

/// A broker, or a controller, and where it listens.
struct BrokerInfo {
  NodeId id;
  std::string host;
  std::uint16_t port = 0;
  std::string rack;     ///< empty: none
  bool fenced = false;  ///< the cluster knows it and gives it nothing to do: it is down, or has only just come up
};

/// Whom a server's listener tells of.
enum class EndpointType : std::int8_t { broker = 1, controller = 2 };

/// What a server tells of its cluster.
struct ClusterDescription {
  std::string cluster_id;
  NodeId controller{-1};            ///< a broker that takes requests for the controller; -1: none is known
  std::vector<BrokerInfo> brokers;  ///< by id
  bool with_fenced = false;         ///< fenced brokers, if there are any, are among them
  EndpointType endpoint_type = EndpointType::broker;  ///< of the server that was asked; `brokers` are its like
};

/// Where a voter of the metadata quorum listens.
struct QuorumEndpoint {
  std::string listener;
  std::string host;
  std::uint16_t port = 0;
};

/// How far one member of the metadata quorum is, as its leader knows.
struct QuorumReplica {
  NodeId node;
  Uuid directory{};                         ///< in which its log lies; zero if the leader does not say (before KIP-853)
  Offset log_end = kNoOffset;               ///< kNoOffset: it has not fetched yet
  Timestamp last_fetch = kNoTimestamp;      ///< kNoTimestamp: never, or the leader does not say
  Timestamp last_caught_up = kNoTimestamp;  ///< when it last had all that the leader had; kNoTimestamp as above
  std::vector<QuorumEndpoint> endpoints{};  ///< of voters, if the leader says (KIP-853)
};

/// The nodes that keep the cluster's metadata.
struct QuorumDescription {
  NodeId leader{-1};  ///< the active controller
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  Offset high_watermark = kNoOffset;
  std::vector<QuorumReplica> voters;     ///< by node, the leader among them
  std::vector<QuorumReplica> observers;  ///< who read along and have no vote; by node
};

/// Something that a cluster does from a certain level on.
struct FeatureInfo {
  std::string name;
  std::int16_t min_level = -1;  ///< what the broker that was asked supports; -1: it does not know the feature
  std::int16_t max_level = -1;
  std::int16_t finalized_level = 0;  ///< that of the cluster; 0: the feature is off
};

/// The features of a cluster (KIP-584).
struct FeatureDescription {
  std::vector<FeatureInfo> features;  ///< by name
  std::int64_t epoch = -1;            ///< grows with the levels of the cluster; -1: the broker does not know them yet
};

/// Who has a partition, and who leads it.
struct PartitionDescription {
  PartitionId partition;
  ErrorCode error = ErrorCode::none;  ///< LEADER_NOT_AVAILABLE and the like
  NodeId leader{-1};                  ///< -1: none
  LeaderEpoch leader_epoch = kNoLeaderEpoch;
  std::vector<NodeId> replicas;  ///< the preferred leader first
  std::vector<NodeId> in_sync_replicas;
  std::vector<NodeId> offline_replicas;
  /// Replicas out of sync that may be elected because they have all committed records, and those that were the last of
  /// them (KIP-966). Nothing if the broker does not say.
  std::optional<std::vector<NodeId>> eligible_leader_replicas;
  std::optional<std::vector<NodeId>> last_known_eligible_leader_replicas;
};

/// A topic and its partitions.
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

/// A topic to be created.
struct NewTopic {
  /// A config other than its default; without a value, the default.
  struct Config {
    std::string name;
    std::optional<std::string> value{};
  };
  std::string name;
  std::int32_t partitions = -1;          ///< -1: the broker's `num.partitions`
  std::int16_t replication_factor = -1;  ///< -1: the broker's `default.replication.factor`
  /// Brokers of partition 0, 1, ...; then `partitions` and `replication_factor` stay -1.
  std::vector<std::vector<NodeId>> assignments{};
  std::vector<Config> configs{};
};

/// What was created; -1 and a zero id if the broker is too old to say.
struct CreatedTopic {
  Uuid id;
  std::int32_t partitions = -1;
  std::int16_t replication_factor = -1;
};

/// What became of a NewTopic.
struct CreateTopicResult {
  std::string name;
  Result<CreatedTopic> topic;
};

/// More partitions for a topic.
struct NewPartitions {
  std::string topic;
  std::int32_t total = 0;  ///< how many there are to be, those of today included
  /// Brokers of each partition that is added, in their order; empty: the cluster chooses.
  std::vector<std::vector<NodeId>> assignments{};
};

/// What became of one topic.
struct TopicStatus {
  std::string topic;
  Status status;
};

/// The records of a partition in front of `before` are to be deleted; kNoOffset: all up to the high watermark.
struct RecordDeletion {
  TopicPartition partition;
  Offset before = kNoOffset;
};

/// One answer of delete_records.
struct DeletedRecords {
  TopicPartition partition;
  Result<Offset> log_start;  ///< the smallest offset that is left on any replica
};

/// A replica's files.
struct ReplicaLog {
  TopicPartition partition;
  std::int64_t size = 0;        ///< bytes of its segments
  std::int64_t offset_lag = 0;  ///< records behind the leader, or behind the current copy if it is a future one
  bool future = false;          ///< the copy of a replica that moves between directories
};

/// A directory in which a broker keeps logs.
struct LogDirectory {
  std::string path;
  ErrorCode error = ErrorCode::none;  ///< KAFKA_STORAGE_ERROR: it is offline
  std::int64_t total_bytes = -1;      ///< of its volume; -1 if the broker does not say
  std::int64_t usable_bytes = -1;
  bool cordoned = false;  ///< takes no new partitions
  std::vector<ReplicaLog> replicas;
};

/// One answer of describe_log_dirs.
struct DescribedLogDirectories {
  NodeId broker;
  Result<std::vector<LogDirectory>> directories;
};

/// Asks and changes what concerns the whole cluster. Every call waits at most `timeout`: errors that may pass are tried
/// again until then, with `retry.backoff.ms`; what fails as a whole fails with the last one of them, or with
/// REQUEST_TIMED_OUT and the broker that did not answer. What several brokers answer has no error as a whole: it stands
/// at each item. Each request goes out in the newest version that the broker knows too; UNSUPPORTED_VERSION if there is
/// none. One thread at a time may call an Admin.
class KSTREAM_API Admin {
 public:
  /// Does not connect. INVALID_CONFIG if `bootstrap.servers` cannot be read.
  static Result<Admin> create(const ClientConfig& config);
  /// What was moved from may be destroyed and assigned to, nothing else.
  Admin(Admin&&) noexcept;
  Admin& operator=(Admin&&) noexcept;
  ~Admin();

  /// The brokers that are up, and who is the controller, as one broker knows them; if asked for, fenced brokers, too,
  /// of which those before 4.0 do not tell. At a controller these are the controllers (3.7).
  Result<ClusterDescription> describe_cluster(std::chrono::milliseconds timeout, bool fenced_too = false);

  /// Who keeps the cluster's metadata, and how far each is (KIP-836).
  Result<QuorumDescription> describe_quorum(std::chrono::milliseconds timeout);

  /// The features of the cluster, and what one broker supports of them (KIP-584).
  Result<FeatureDescription> describe_features(std::chrono::milliseconds timeout);

  /// A topic without its details.
  struct ListedTopic {
    std::string name;
    Uuid id;
    bool internal = false;  ///< of the brokers' own, such as __consumer_offsets
    std::int32_t partitions = 0;
  };
  /// All topics that this client may see, sorted by name.
  Result<std::vector<ListedTopic>> list_topics(std::chrono::milliseconds timeout);

  /// One answer for each name, in its place. Never creates a topic. Unknown topics are UNKNOWN_TOPIC_OR_PARTITION at
  /// once. Brokers that know it are asked page by page (KIP-966).
  Result<std::vector<DescribedTopic>> describe_topics(std::span<const std::string> names,
                                                      std::chrono::milliseconds timeout);

  /// One answer for each topic, in its place: TOPIC_ALREADY_EXISTS, INVALID_PARTITIONS, INVALID_REPLICATION_FACTOR,
  /// INVALID_CONFIG, POLICY_VIOLATION, ... each with the broker's sentence. If the answer of a broker is lost, asking
  /// again may find the topic that the first request made; that is TOPIC_ALREADY_EXISTS.
  Result<std::vector<CreateTopicResult>> create_topics(std::span<const NewTopic> topics, bool validate_only,
                                                       std::chrono::milliseconds timeout);

  /// One answer for each name, in its place. If the answer of a broker is lost, asking again finds no topic any more;
  /// that is UNKNOWN_TOPIC_OR_PARTITION. TOPIC_DELETION_DISABLED, TOPIC_AUTHORIZATION_FAILED, ...
  Result<std::vector<TopicStatus>> delete_topics(std::span<const std::string> names, std::chrono::milliseconds timeout);

  /// One answer for each topic, in its place: UNKNOWN_TOPIC_OR_PARTITION, INVALID_PARTITIONS (not more than today),
  /// INVALID_REPLICA_ASSIGNMENT, REASSIGNMENT_IN_PROGRESS, ... each with the broker's sentence.
  Result<std::vector<TopicStatus>> create_partitions(std::span<const NewPartitions> topics, bool validate_only,
                                                     std::chrono::milliseconds timeout);

  /// What is told of each config beside its value.
  struct DescribeConfigs {
    bool synonyms = false;       ///< also what would hold instead
    bool documentation = false;  ///< also what each config is for (2.6)
  };
  /// One answer for each resource, in its place; what concerns one broker is asked of that broker. Names are sorted.
  std::vector<DescribedConfigs> describe_configs(std::span<const ConfigResource> resources, DescribeConfigs how,
                                                 std::chrono::milliseconds timeout);

  /// Changes single configs and leaves the others (2.3). One answer for each alteration, in its place: INVALID_CONFIG,
  /// UNKNOWN_TOPIC_OR_PARTITION, INVALID_REQUEST, ... each with the broker's sentence. No resource may stand there
  /// twice.
  std::vector<AlteredConfigs> alter_configs(std::span<const ConfigAlteration> alterations, bool validate_only,
                                            std::chrono::milliseconds timeout);

  /// One answer for each partition, in its place: OFFSET_OUT_OF_RANGE, POLICY_VIOLATION (a topic that is only
  /// compacted), ... For a partition that stands there twice the greater offset holds.
  std::vector<DeletedRecords> delete_records(std::span<const RecordDeletion> deletions,
                                             std::chrono::milliseconds timeout);

  /// One answer for each broker, in its place, with the replicas of all topics.
  std::vector<DescribedLogDirectories> describe_log_dirs(std::span<const NodeId> brokers,
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
