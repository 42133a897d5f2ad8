#pragma once

#include <kstream/ids.h>
#include <kstream/result.h>

#include "client/settings.h"
#include "protocol/metadata.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kstream::client {

/// Where a partition is led, as far as known.
struct Leader {
  NodeId node{-1};  ///< -1: nowhere, or unknown
  LeaderEpoch epoch = kNoLeaderEpoch;
};

struct TopicMetadata {
  Uuid id;  ///< zero if the brokers are too old to say
  /// Why `partitions` cannot be relied on: of the last answer, LEADER_NOT_AVAILABLE before the first.
  ErrorCode error = ErrorCode::leader_not_available;
  std::uint64_t answers = 0;  ///< how often a broker told of it
  std::vector<Leader> partitions;
};

/// `code`, which the brokers have for this topic, in words.
Error topic_error(ErrorCode code, const std::string& topic);

/// What is known of the cluster: its brokers, and the topics that somebody wants to know of. Pure: what is told by
/// answers of the brokers is all it knows.
class Metadata {
 public:
  /// False if the topic was wanted already.
  bool want(std::string_view topic);
  /// All wanted topics, sorted.
  std::vector<std::string> wanted() const;

  /// Takes an answer that was asked for (some of) the wanted topics. Leaders of an epoch older than the known one are
  /// not believed: another broker has told of the newer (KIP-320).
  void apply(const protocol::MetadataResponse& response);
  /// A leader that a broker named when it refused a request (KIP-951); not believed unless its epoch is newer.
  /// Returns whether it was.
  bool apply_hint(std::string_view topic, PartitionId partition, Leader leader);
  /// Ports that cannot be are ignored.
  void add_broker(NodeId node, const std::string& host, std::int32_t port);
  /// Forgets the brokers and the cluster's id, so that the bootstrap servers are asked next.
  void forget_brokers();

  /// Null if it is not wanted.
  const TopicMetadata* topic(std::string_view name) const;
  /// Of an unknown partition: nowhere.
  Leader leader(std::string_view topic, PartitionId partition) const;
  const std::map<NodeId, Endpoint>& brokers() const { return brokers_; }
  const std::optional<std::string>& cluster_id() const { return cluster_id_; }
  NodeId controller() const { return controller_; }
  /// How many answers were taken.
  std::uint64_t updates() const { return updates_; }

 private:
  void apply(const protocol::MetadataResponse::MetadataResponseTopic& from);

  std::map<NodeId, Endpoint> brokers_;
  std::map<std::string, TopicMetadata, std::less<>> topics_;
  std::optional<std::string> cluster_id_;
  NodeId controller_{-1};
  std::uint64_t updates_ = 0;
};

}  // namespace kstream::client
