#include "client/metadata.h"

#include <gtest/gtest.h>

namespace kstream::client {
namespace {

using protocol::MetadataResponse;

MetadataResponse::MetadataResponseTopic topic(const char* name, Uuid id, std::vector<Leader> leaders) {
  MetadataResponse::MetadataResponseTopic result;
  result.name = name;
  result.topic_id = id;
  for (std::size_t i = 0; i < leaders.size(); ++i) {
    auto& partition = result.partitions.emplace_back();
    partition.partition_index = static_cast<std::int32_t>(i);
    partition.leader_id = leaders[i].node.value;
    partition.leader_epoch = leaders[i].epoch.value;
  }
  return result;
}

MetadataResponse response(std::vector<MetadataResponse::MetadataResponseTopic> topics) {
  MetadataResponse result;
  result.brokers.push_back({1, "one", 9092, std::nullopt});
  result.brokers.push_back({2, "two", 70000, std::nullopt});
  result.topics = std::move(topics);
  return result;
}

const Uuid kId = Uuid::from_halves(1, 2), kOtherId = Uuid::from_halves(1, 3);
constexpr PartitionId kZero{0};

Leader led(int node, int epoch) { return {NodeId(node), LeaderEpoch(epoch)}; }

TEST(Metadata, KnowsOnlyWhatIsWanted) {
  Metadata metadata;
  EXPECT_TRUE(metadata.want("a"));
  EXPECT_FALSE(metadata.want("a"));
  EXPECT_EQ(metadata.topic("a")->error, ErrorCode::leader_not_available);
  metadata.apply(response({topic("a", kId, {led(1, 5)}), topic("b", kOtherId, {led(1, 5)})}));
  EXPECT_EQ(metadata.topic("b"), nullptr);
  EXPECT_EQ(metadata.leader("a", kZero).node, NodeId(1));
  EXPECT_EQ(metadata.leader("a", PartitionId(1)).node, NodeId(-1));
  EXPECT_EQ(metadata.leader("a", PartitionId(-1)).node, NodeId(-1));
  EXPECT_EQ(metadata.brokers().size(), 1u) << "a port that cannot be";
}

TEST(Metadata, DoesNotBelieveAnOlderLeader) {
  Metadata metadata;
  metadata.want("a");
  metadata.apply(response({topic("a", kId, {led(2, 6)})}));
  metadata.apply(response({topic("a", kId, {led(1, 5)})}));
  EXPECT_EQ(metadata.leader("a", kZero).node, NodeId(2));
  metadata.apply(response({topic("a", kOtherId, {led(1, 0)})}));
  EXPECT_EQ(metadata.leader("a", kZero).node, NodeId(1)) << "a new topic of that name";
}

TEST(Metadata, KeepsPartitionsWhenTheTopicHasAnError) {
  Metadata metadata;
  metadata.want("a");
  metadata.apply(response({topic("a", kId, {led(1, 5)})}));
  auto failed = topic("a", Uuid(), {});
  failed.error_code = static_cast<std::int16_t>(ErrorCode::leader_not_available);
  metadata.apply(response({failed}));
  EXPECT_EQ(metadata.topic("a")->error, ErrorCode::leader_not_available);
  EXPECT_EQ(metadata.leader("a", kZero).node, NodeId(1));
}

TEST(Metadata, TakesHintsThatAreNewer) {
  Metadata metadata;
  metadata.want("a");
  metadata.apply(response({topic("a", kId, {led(1, 5)})}));
  EXPECT_FALSE(metadata.apply_hint("a", kZero, led(2, 6))) << "an unknown broker";
  metadata.add_broker(NodeId(2), "two", 9093);
  EXPECT_FALSE(metadata.apply_hint("a", kZero, led(2, 5))) << "not newer";
  EXPECT_FALSE(metadata.apply_hint("a", PartitionId(7), led(2, 6)));
  EXPECT_TRUE(metadata.apply_hint("a", kZero, led(2, 6)));
  EXPECT_EQ(metadata.leader("a", kZero).node, NodeId(2));
}

TEST(Metadata, IgnoresPartitionNumbersThatCannotBe) {
  Metadata metadata;
  metadata.want("a");
  auto bad = topic("a", kId, {led(1, 1), led(1, 1)});
  bad.partitions[0].partition_index = -1;
  bad.partitions[1].partition_index = 1 << 30;
  metadata.apply(response({bad}));
  EXPECT_TRUE(metadata.topic("a")->partitions.empty());
}

}  // namespace
}  // namespace kstream::client
