#include <kstream/admin.h>

#include "unit/client/client_fixture.h"

#include <gtest/gtest.h>

namespace kstream::test {
namespace {

Admin make_admin(const std::string& bootstrap, Properties properties = {}) {
  Result<Admin> admin = Admin::create(config_for(bootstrap, properties));
  EXPECT_TRUE(admin.ok());
  return *std::move(admin);
}

NewTopic topic(const std::string& name, int partitions) {
  NewTopic result;
  result.name = name;
  result.partitions = partitions;
  return result;
}

TEST(Admin, DescribesTheCluster) {
  FakeCluster cluster(3);
  Admin admin = make_admin(cluster.bootstrap());
  const auto described = admin.describe_cluster(kSoon);
  ASSERT_TRUE(described.ok());
  EXPECT_EQ(described->cluster_id, "fake");
  EXPECT_EQ(described->controller, NodeId(1));
  ASSERT_EQ(described->brokers.size(), 3u);
  EXPECT_EQ(described->brokers[2].id, NodeId(3));
  EXPECT_EQ(described->brokers[2].host, "127.0.0.1");
}

TEST(Admin, CreatesAndListsTopics) {
  FakeCluster cluster;
  Admin admin = make_admin(cluster.bootstrap());
  const std::vector<NewTopic> topics{topic("b", 3), topic("a", -1)};
  auto created = admin.create_topics(topics, true, kSoon);
  ASSERT_TRUE(created.ok());
  EXPECT_TRUE(admin.list_topics(kSoon)->empty()) << "only validated";
  created = admin.create_topics(topics, false, kSoon);
  ASSERT_TRUE(created.ok());
  ASSERT_TRUE((*created)[0].topic.ok());
  EXPECT_EQ((*created)[0].topic->partitions, 3);
  EXPECT_FALSE((*created)[0].topic->id.is_zero());
  created = admin.create_topics(topics, false, kSoon);
  EXPECT_EQ((*created)[1].topic.error().to_string(), "TOPIC_ALREADY_EXISTS: Topic 'a' already exists.");
  const auto listed = admin.list_topics(kSoon);
  ASSERT_EQ(listed->size(), 2u);
  EXPECT_EQ((*listed)[0].name, "a");
  EXPECT_EQ((*listed)[1].partitions, 3);
}

TEST(Admin, DescribesTopics) {
  FakeCluster cluster(2);
  cluster.create_topic("orders", 3);
  cluster.move_leader(orders(2), NodeId(-1));
  Admin admin = make_admin(cluster.bootstrap());
  const std::vector<std::string> names{"nothing", "orders"};
  const auto described = admin.describe_topics(names, kSoon);
  ASSERT_TRUE(described.ok());
  EXPECT_EQ((*described)[0].topic.code(), ErrorCode::unknown_topic_or_partition);
  const TopicDescription& orders = *(*described)[1].topic;
  ASSERT_EQ(orders.partitions.size(), 3u);
  EXPECT_EQ(orders.partitions[1].leader, NodeId(2));
  EXPECT_EQ(orders.partitions[1].replicas, std::vector<NodeId>{NodeId(2)});
  EXPECT_EQ(orders.partitions[2].error, ErrorCode::leader_not_available);
  EXPECT_EQ(orders.partitions[2].leader, NodeId(-1));
}

TEST(Admin, TriesAgainUntilTheBrokerIsThere) {
  FakeCluster cluster;
  cluster.stop_node(NodeId(1));
  Admin admin = make_admin(cluster.bootstrap());
  const auto refused = admin.list_topics(milliseconds(200));
  EXPECT_EQ(refused.code(), ErrorCode::network_exception);
  EXPECT_NE(refused.error().detail.find("Connection refused"), std::string::npos);
  cluster.start_node(NodeId(1));
  EXPECT_TRUE(admin.list_topics(kSoon).ok());
}

TEST(Admin, ADeadlineIsADeadline) {
  FakeCluster cluster;
  cluster.ignore(ApiKey::metadata, 1000);
  Admin admin = make_admin(cluster.bootstrap());
  const auto late = admin.list_topics(milliseconds(200));
  EXPECT_EQ(late.error().to_string(), "REQUEST_TIMED_OUT: no answer in time") << "not that of request.timeout.ms";
}

TEST(Admin, TakesAnyTimeout) {
  FakeCluster cluster;
  Admin admin = make_admin(cluster.bootstrap());
  EXPECT_TRUE(admin.list_topics(milliseconds::max()).ok());
  const NewTopic wanted = topic("a", 1);
  EXPECT_TRUE(admin.create_topics(std::span(&wanted, 1), false, milliseconds::max()).ok());
  const ErrorCode code = admin.list_topics(milliseconds::min()).code();  // an open connection may be faster
  EXPECT_TRUE(code == ErrorCode::request_timed_out || code == ErrorCode::none);
}

TEST(Admin, FindsABrokerAmongSeveralNames) {
  FakeCluster cluster;
  Admin admin = make_admin("127.0.0.1:1,localhost:1,nowhere.invalid:9092," + cluster.bootstrap());
  EXPECT_TRUE(admin.describe_cluster(kSoon).ok());
}

TEST(Admin, IsNotFooledByOtherServers) {
  FakeCluster cluster;
  cluster.cut(ApiKey::api_versions, 1000, false);
  Admin admin = make_admin(cluster.bootstrap());
  const auto result = admin.describe_cluster(milliseconds(200));
  EXPECT_EQ(result.code(), ErrorCode::network_exception);
  EXPECT_NE(result.error().detail.find("closed the connection"), std::string::npos) << result.error().detail;
}

TEST(Admin, ListsOffsets) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  Admin admin = make_admin(cluster.bootstrap());
  const OffsetQuery query{orders(0), kEnd};
  const auto listed = admin.list_offsets(std::span(&query, 1), true, kSoon);
  ASSERT_TRUE(listed[0].info.ok());
  EXPECT_EQ(listed[0].info->offset, Offset(0));
}

TEST(Admin, NamesWhatAnOldBrokerLacks) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  cluster.limit_version(ApiKey::list_offsets, 3);
  Admin admin = make_admin(cluster.bootstrap());
  const OffsetQuery query{orders(0), kMaxTimestamp};
  const auto listed = admin.list_offsets(std::span(&query, 1), false, kSoon);
  EXPECT_EQ(listed[0].info.code(), ErrorCode::unsupported_version);
}

}  // namespace
}  // namespace kstream::test
