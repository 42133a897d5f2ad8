#include "quorum/describe.h"

#include "node.h"

namespace kstream::quorum {
namespace {

protocol::DescribeQuorumRequest request(const std::string& topic, std::int32_t partition) {
  protocol::DescribeQuorumRequest r;
  auto& asked = r.topics.emplace_back();
  asked.topic_name = topic;
  asked.partitions.emplace_back().partition_index = partition;
  return r;
}

TEST(Describe, TellsLeaderVoterAndHowFarItIs) {
  test::MemoryDirectory directory;
  Node node(directory);
  node.format();
  node.start();
  const auto response = describe(*node.quorum, request("__cluster_metadata", 0), 2, at(5));
  EXPECT_EQ(response.error_code, 0);
  const auto& partition = response.topics.at(0).partitions.at(0);
  EXPECT_EQ(partition.error_code, 0);
  EXPECT_EQ(partition.leader_id, 1);
  EXPECT_EQ(partition.leader_epoch, node.quorum->role().epoch.value);
  EXPECT_EQ(partition.high_watermark, node.quorum->committed().value);
  ASSERT_EQ(partition.current_voters.size(), 1u);
  const auto& voter = partition.current_voters[0];
  EXPECT_EQ(voter.replica_id, 1);
  EXPECT_EQ(voter.replica_directory_id, self().directory);
  EXPECT_EQ(voter.log_end_offset, node.quorum->next().value);
  EXPECT_EQ(voter.last_fetch_timestamp, at(5).wall.value);
  EXPECT_TRUE(partition.observers.empty());
  EXPECT_EQ(response.nodes.at(0).listeners.at(0).port, 9093);
  EXPECT_TRUE(describe(*node.quorum, request("__cluster_metadata", 0), 1, at(5)).nodes.empty());
}

TEST(Describe, KnowsNoOtherPartition) {
  test::MemoryDirectory directory;
  Node node(directory);
  node.format();
  node.start();
  for (const auto& asked : {request("orders", 0), request("__cluster_metadata", 1)}) {
    const auto response = describe(*node.quorum, asked, 2, at(5));
    EXPECT_EQ(response.error_code, 0);
    EXPECT_EQ(static_cast<ErrorCode>(response.topics.at(0).partitions.at(0).error_code),
              ErrorCode::unknown_topic_or_partition);
  }
}

TEST(Describe, OnlyTheLeaderKnows) {
  test::MemoryDirectory directory;
  Node node(directory);
  node.format();
  ASSERT_TRUE(node.boot());
  EXPECT_EQ(static_cast<ErrorCode>(describe(*node.quorum, request("__cluster_metadata", 0), 2, at(5)).error_code),
            ErrorCode::not_leader_or_follower);
}

}  // namespace
}  // namespace kstream::quorum
