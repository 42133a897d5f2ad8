#pragma once

#include <kstream/ids.h>

#include "base/config/topic_config.h"
#include "base/counted.h"
#include "cluster/persistent_map.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The cluster's metadata as one immutable value: what the records of the metadata log add up to.
namespace kstream::cluster {

inline constexpr NodeId kNoNode{-1};

/// The directory id of a replica whose broker has yet to say where it puts it (KIP-858).
inline const Uuid kUnassignedDirectory = kMetadataTopicId;

/// Where the leader stands after an unclean election (KIP-704).
enum class RecoveryState : std::int8_t { recovered = 0, recovering = 1 };

struct Partition : base::Counted<Partition> {
  std::vector<NodeId> replicas;
  std::vector<Uuid> directories;  ///< of each replica, or kUnassignedDirectory
  std::vector<NodeId> isr;
  std::vector<NodeId> adding;
  std::vector<NodeId> removing;
  NodeId leader = kNoNode;
  LeaderEpoch leader_epoch;
  std::int32_t partition_epoch = 0;
  RecoveryState recovery_state = RecoveryState::recovered;
};

/// A topic's config as typed values; topics without overrides share one.
struct TopicSettings : base::Counted<TopicSettings> {
  explicit TopicSettings(config::TopicConfig c) : config(std::move(c)) {}
  const config::TopicConfig config;
};

struct TopicFields {
  std::string name;
  Uuid id;
  std::vector<base::Ref<const Partition>> partitions;  ///< by partition id, without gaps
  config::Values overrides;
  base::Ref<const TopicSettings> settings;
};
struct Topic : base::Counted<Topic>, TopicFields {
  Topic() = default;
  explicit Topic(TopicFields fields) : TopicFields(std::move(fields)) {}

  const config::TopicConfig& config() const { return settings->config; }
  /// Null if there is no such partition.
  const Partition* partition(PartitionId partition) const;
};

struct Endpoint {
  std::string name;  ///< of the listener
  std::string host;
  std::uint16_t port = 0;
  std::int16_t security_protocol = 0;  ///< Kafka's number; 0 is PLAINTEXT
  bool operator==(const Endpoint&) const = default;
};
struct FeatureRange {
  std::string name;
  std::int16_t min = 0, max = 0;
  bool operator==(const FeatureRange&) const = default;
};

struct BrokerFields {
  NodeId id;
  std::int64_t epoch = -1;
  Uuid incarnation;
  std::vector<Endpoint> endpoints;
  std::vector<FeatureRange> features;
  std::optional<std::string> rack;
  bool fenced = true;
  bool in_controlled_shutdown = false;
  std::vector<Uuid> directories;
  std::optional<std::vector<Uuid>> cordoned_directories;  ///< KIP-1066
};
struct Broker : base::Counted<Broker>, BrokerFields {
  Broker() = default;
  explicit Broker(BrokerFields fields) : BrokerFields(std::move(fields)) {}

  /// Null if the broker has no listener of that name.
  const Endpoint* endpoint(std::string_view listener) const;
  bool usable() const { return !fenced && !in_controlled_shutdown; }
};

struct Controller : base::Counted<Controller> {
  NodeId id;
  Uuid incarnation;
  std::vector<Endpoint> endpoints;
  std::vector<FeatureRange> features;
};

/// Overrides of the config of each broker (its id in decimal) and of all brokers ("").
struct BrokerOverrides : base::Counted<BrokerOverrides> {
  std::map<std::string, config::Values, std::less<>> by_broker;
};

/// The last record that an image contains. Offset -1: none.
struct RecordPosition {
  Offset offset = kNoOffset;
  LeaderEpoch epoch = kNoLeaderEpoch;
  Timestamp timestamp = kNoTimestamp;
  bool operator==(const RecordPosition&) const = default;
};

/// A topic's name, ordered as if `.` and `_` were one letter, and only then by these: names that collide are
/// neighbours. Kafka refuses a topic whose name collides with an existing one's, but one request may make several.
struct BlurredName {
  std::string_view name;
  bool operator==(const BlurredName&) const = default;
  bool operator<(const BlurredName& other) const;
};

/// A well mixed hash.
std::uint64_t mixed(std::uint64_t number);
/// Topic ids are random, so that no choice of names makes the trees deep.
struct TopicPriority {
  static std::uint64_t priority(const Topic& t) { return mixed(t.id.high() ^ t.id.low()); }
};
struct TopicByName : TopicPriority {
  static std::string_view key(const Topic& t) { return t.name; }
};
struct TopicByBlurredName : TopicPriority {
  static BlurredName key(const Topic& t) { return {t.name}; }
};
struct TopicById : TopicPriority {
  static Uuid key(const Topic& t) { return t.id; }
};
template <class Node>
struct NodeById {
  static NodeId key(const Node& n) { return n.id; }
  static std::uint64_t priority(const Node& n) { return mixed(static_cast<std::uint64_t>(n.id.value)); }
};

/// What an Image consists of. Replay changes a copy, which shares everything that it does not touch.
struct ImageState {
  PersistentMap<Topic, TopicByName> topics_by_name;
  PersistentMap<Topic, TopicById> topics_by_id;
  PersistentMap<Topic, TopicByBlurredName> topics_by_blurred_name;  ///< only those with `.` or `_` in their names
  PersistentMap<Broker, NodeById<Broker>> brokers;
  PersistentMap<Controller, NodeById<Controller>> controllers;
  base::Ref<const BrokerOverrides> broker_overrides;           ///< null: none
  std::vector<std::pair<std::string, std::int16_t>> features;  ///< finalized levels above 0, sorted by name
  std::int64_t next_producer_id = 0;
  std::size_t partitions = 0;   ///< of all topics
  bool in_transaction = false;  ///< the next record is within a metadata transaction
  RecordPosition last;
};

/// One version of the metadata. Immutable, shared by all machines, freed with the last Ref. Pointers that it gives live
/// as long as it does.
class Image : public base::Counted<Image> {
 public:
  Image() = default;
  explicit Image(ImageState state) : state_(std::move(state)) {}

  const Topic* topic(std::string_view name) const { return state_.topics_by_name.find(name).get(); }
  const Topic* topic(const Uuid& id) const { return state_.topics_by_id.find(id).get(); }
  /// A topic whose name has `.` or `_` and differs from `name` in these alone, or not at all; null if there is none.
  const Topic* colliding_topic(std::string_view name) const;
  /// In the order of names.
  const PersistentMap<Topic, TopicByName>& topics() const { return state_.topics_by_name; }
  std::size_t partition_count() const { return state_.partitions; }

  const Broker* broker(NodeId id) const { return state_.brokers.find(id).get(); }
  const PersistentMap<Broker, NodeById<Broker>>& brokers() const { return state_.brokers; }
  const PersistentMap<Controller, NodeById<Controller>>& controllers() const { return state_.controllers; }

  /// Dynamic configs of a broker, by its id in decimal, or of all ("").
  const config::Values& broker_overrides(std::string_view broker) const;
  const config::Values& broker_overrides(NodeId broker) const { return broker_overrides(std::to_string(broker.value)); }

  /// The finalized levels above 0, sorted by name.
  const std::vector<std::pair<std::string, std::int16_t>>& features() const { return state_.features; }

  /// A metadata transaction has begun behind the last record contained, and not ended.
  bool in_transaction() const { return state_.in_transaction; }
  /// The last record contained; what the image says is true from its commit on.
  const RecordPosition& last() const { return state_.last; }
  Offset offset() const { return state_.last.offset; }
  const ImageState& state() const { return state_; }

 private:
  ImageState state_;
};
using ImageRef = base::Ref<const Image>;

/// What became of one topic between two images. A topic that was deleted and made again has two ids: two changes.
struct TopicChange {
  base::Ref<const Topic> before;  ///< null: the topic is new
  base::Ref<const Topic> after;   ///< null: it is gone
};
/// The topics that differ, in the order of their ids. Costs what differs.
std::vector<TopicChange> changed_topics(const Image& before, const Image& after);

}  // namespace kstream::cluster
