#include <kstream/admin.h>

#include "client/topic_exchange.h"
#include "support/batches.h"
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

std::string records(int count) { return std::string(produced_batch(count).bytes.bytes); }

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

TEST(Admin, TellsOfFencedBrokersOnlyIfAsked) {
  FakeCluster cluster(2);
  Admin admin = make_admin(cluster.bootstrap());
  cluster.stop_node(NodeId(2));
  auto described = admin.describe_cluster(kSoon);
  ASSERT_TRUE(described.ok());
  EXPECT_EQ(described->brokers.size(), 1u);
  EXPECT_EQ(described->endpoint_type, EndpointType::broker);
  EXPECT_FALSE(described->with_fenced);
  described = admin.describe_cluster(kSoon, true);
  EXPECT_TRUE(described->with_fenced);
  ASSERT_EQ(described->brokers.size(), 2u);
  EXPECT_FALSE(described->brokers[0].fenced);
  EXPECT_TRUE(described->brokers[1].fenced);
  EXPECT_EQ(described->brokers[1].rack, "r1");
}

TEST(Admin, DescribesTheClusterOfOlderBrokers) {
  FakeCluster cluster(2);
  for (const int version : {1, 0, -1}) {
    cluster.limit_version(ApiKey::describe_cluster, version);
    Admin admin = make_admin(cluster.bootstrap());
    const auto described = admin.describe_cluster(kSoon, true);
    ASSERT_TRUE(described.ok()) << version;
    EXPECT_EQ(described->cluster_id, "fake");
    EXPECT_EQ(described->brokers.size(), 2u);
    EXPECT_FALSE(described->with_fenced);
  }
  EXPECT_EQ(cluster.requests(ApiKey::describe_cluster), 2);
}

TEST(Admin, AsksAControllerForControllers) {
  FakeCluster cluster(2);
  cluster.set_fault([](ApiKey, const TopicPartition&, auto) { return ErrorCode::mismatched_endpoint_type; });
  Admin admin = make_admin(cluster.bootstrap());
  const auto described = admin.describe_cluster(kSoon, true);
  ASSERT_TRUE(described.ok());
  EXPECT_EQ(described->endpoint_type, EndpointType::controller);
  EXPECT_EQ(described->brokers.size(), 1u);
  cluster.limit_version(ApiKey::describe_cluster, 0);
  EXPECT_EQ(make_admin(cluster.bootstrap()).describe_cluster(kSoon).code(), ErrorCode::unsupported_version);
}

TEST(Admin, DescribesTheQuorum) {
  FakeCluster cluster;
  int faults = 1;
  cluster.set_fault([&faults](ApiKey, const TopicPartition& partition, auto) {
    EXPECT_EQ(partition.topic, "__cluster_metadata");
    return faults-- > 0 ? ErrorCode::not_leader_or_follower : ErrorCode::none;
  });
  Admin admin = make_admin(cluster.bootstrap());
  const auto quorum = admin.describe_quorum(kSoon);
  ASSERT_TRUE(quorum.ok());
  EXPECT_EQ(cluster.requests(ApiKey::describe_quorum), 2) << "tried again";
  EXPECT_EQ(quorum->leader, NodeId(2));
  EXPECT_EQ(quorum->leader_epoch, LeaderEpoch(7));
  EXPECT_EQ(quorum->high_watermark, Offset(90));
  ASSERT_EQ(quorum->voters.size(), 2u);
  EXPECT_EQ(quorum->voters[0].node, NodeId(1));
  EXPECT_EQ(quorum->voters[0].log_end, kNoOffset);
  EXPECT_EQ(quorum->voters[1].directory, Uuid::from_halves(1, 2));
  EXPECT_EQ(quorum->voters[1].last_caught_up, Timestamp(5000));
  ASSERT_EQ(quorum->voters[1].endpoints.size(), 2u);
  EXPECT_EQ(quorum->voters[1].endpoints[1].host, "::1");
  ASSERT_EQ(quorum->observers.size(), 1u);
  EXPECT_EQ(quorum->observers[0].last_fetch, Timestamp(4000));
}

TEST(Admin, DescribesTheQuorumOfOlderBrokers) {
  FakeCluster cluster;
  cluster.limit_version(ApiKey::describe_quorum, 0);
  const auto quorum = make_admin(cluster.bootstrap()).describe_quorum(kSoon);
  ASSERT_TRUE(quorum.ok());
  EXPECT_TRUE(quorum->voters[1].directory.is_zero());
  EXPECT_EQ(quorum->voters[1].last_fetch, kNoTimestamp);
  cluster.limit_version(ApiKey::describe_quorum, -1);
  EXPECT_EQ(make_admin(cluster.bootstrap()).describe_quorum(kSoon).error().to_string(),
            "UNSUPPORTED_VERSION: " + cluster.bootstrap() + " does not know DescribeQuorum");
}

TEST(Admin, DescribesFeatures) {
  FakeCluster cluster;
  const auto described = make_admin(cluster.bootstrap()).describe_features(kSoon);
  ASSERT_TRUE(described.ok());
  EXPECT_EQ(described->epoch, 5);
  ASSERT_EQ(described->features.size(), 3u);
  const auto is = [&](std::size_t i, std::string_view name, int min, int max, int finalized) {
    const FeatureInfo& feature = described->features[i];
    return feature.name == name && feature.min_level == min && feature.max_level == max &&
           feature.finalized_level == finalized;
  };
  EXPECT_TRUE(is(0, "kraft.version", 0, 1, 0));
  EXPECT_TRUE(is(1, "metadata.version", 7, 30, 27));
  EXPECT_TRUE(is(2, "old.version", -1, -1, 2));
  cluster.limit_version(ApiKey::api_versions, 2);
  EXPECT_EQ(make_admin(cluster.bootstrap()).describe_features(kSoon).code(), ErrorCode::unsupported_version);
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
  const auto refused = admin.list_topics(milliseconds(1000));
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
  EXPECT_EQ(late.error().to_string(), "REQUEST_TIMED_OUT: " + cluster.bootstrap() + ": no answer in time")
      << "not that of request.timeout.ms";
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
  const auto result = admin.describe_cluster(milliseconds(1000));
  EXPECT_EQ(result.code(), ErrorCode::network_exception);
  EXPECT_NE(result.error().detail.find("closed the connection"), std::string::npos) << result.error().detail;
}

TEST(Admin, DescribesTopicsPageByPage) {
  FakeCluster cluster(2);
  cluster.create_topic("b", 5);
  cluster.create_topic("a", 2);
  cluster.set_page(3);
  Admin admin = make_admin(cluster.bootstrap());
  const std::vector<std::string> names{"b", "none", "a"};
  const auto described = admin.describe_topics(names, kSoon);
  ASSERT_TRUE(described.ok());
  ASSERT_EQ((*described)[0].topic->partitions.size(), 5u);
  EXPECT_EQ((*described)[0].topic->partitions[4].partition, PartitionId(4));
  EXPECT_EQ((*described)[0].topic->partitions[3].eligible_leader_replicas, std::vector<NodeId>{NodeId(9)});
  EXPECT_EQ((*described)[0].topic->partitions[3].last_known_eligible_leader_replicas, std::nullopt);
  EXPECT_EQ((*described)[1].topic.error().to_string(), "UNKNOWN_TOPIC_OR_PARTITION: no topic is named none");
  EXPECT_EQ((*described)[2].topic->partitions.size(), 2u);
  EXPECT_EQ(cluster.requests(ApiKey::describe_topic_partitions), 3);
}

TEST(TopicPages, AreNeverReadTwice) {
  client::TopicPages pages({"a"});
  protocol::DescribeTopicPartitionsResponse page;
  page.next_cursor = {"a", 5};
  EXPECT_TRUE(pages.take(page).ok());
  EXPECT_EQ(pages.next().cursor->partition_index, 5);
  EXPECT_EQ(pages.take(page).error().detail, "the broker tells a page twice");
  page.next_cursor = {"a", 6};
  EXPECT_TRUE(pages.take(page).ok());
  EXPECT_FALSE(pages.done());
}

TEST(Admin, DescribesTopicsOfOldBrokers) {
  FakeCluster cluster;
  cluster.create_topic("orders", 2);
  cluster.limit_version(ApiKey::describe_topic_partitions, -1);
  Admin admin = make_admin(cluster.bootstrap());
  const std::vector<std::string> names{"orders"};
  const auto described = admin.describe_topics(names, kSoon);
  ASSERT_EQ((*described)[0].topic->partitions.size(), 2u);
  EXPECT_EQ((*described)[0].topic->partitions[0].eligible_leader_replicas, std::nullopt);
  EXPECT_EQ(cluster.requests(ApiKey::describe_topic_partitions), 0);
  EXPECT_TRUE(admin.describe_topics({}, kSoon)->empty()) << "not all of them";
}

TEST(Admin, DeletesTopicsOneByOne) {
  for (const int version : {5, 6}) {
    FakeCluster cluster;
    cluster.create_topic("a", 1);
    cluster.create_topic("b", 1);
    cluster.limit_version(ApiKey::delete_topics, version);
    cluster.set_fault([](ApiKey, const TopicPartition& partition, base::BytesView) {
      return partition.topic == "b" ? ErrorCode::topic_authorization_failed : ErrorCode::none;
    });
    Admin admin = make_admin(cluster.bootstrap());
    const std::vector<std::string> names{"none", "b", "a"};
    const auto deleted = admin.delete_topics(names, kSoon);
    ASSERT_EQ(deleted->size(), 3u);
    EXPECT_EQ((*deleted)[0].status.error().to_string(), "UNKNOWN_TOPIC_OR_PARTITION: no topic is named none");
    EXPECT_EQ((*deleted)[1].status.code(), ErrorCode::topic_authorization_failed);
    EXPECT_TRUE((*deleted)[2].status.ok());
    EXPECT_EQ(cluster.last_version(ApiKey::delete_topics), version);
    EXPECT_EQ(admin.list_topics(kSoon)->size(), 1u);
  }
}

TEST(Admin, GoesToTheControllerThatAnotherBrokerNames) {
  FakeCluster cluster;
  cluster.create_topic("a", 1);
  int refusals = 2;
  cluster.set_fault([&refusals](ApiKey api, const TopicPartition&, base::BytesView) {
    return api == ApiKey::delete_topics && refusals-- > 0 ? ErrorCode::not_controller : ErrorCode::none;
  });
  Admin admin = make_admin(cluster.bootstrap());
  const std::vector<std::string> names{"a"};
  EXPECT_TRUE((*admin.delete_topics(names, kSoon))[0].status.ok());
  EXPECT_EQ(cluster.requests(ApiKey::delete_topics), 3);
}

TEST(Admin, AddsPartitions) {
  FakeCluster cluster(2);
  cluster.create_topic("orders", 2);
  Admin admin = make_admin(cluster.bootstrap());
  std::vector<NewPartitions> more{{"orders", 4, {{NodeId(2)}, {NodeId(2)}}}, {"none", 2, {}}};
  EXPECT_TRUE((*admin.create_partitions(more, true, kSoon))[0].status.ok());
  EXPECT_EQ(admin.list_topics(kSoon)->front().partitions, 2) << "only validated";
  const auto added = admin.create_partitions(more, false, kSoon);
  EXPECT_TRUE((*added)[0].status.ok());
  EXPECT_EQ((*added)[1].status.code(), ErrorCode::unknown_topic_or_partition);
  const std::vector<std::string> names{"orders"};
  EXPECT_EQ((*admin.describe_topics(names, kSoon))[0].topic->partitions[3].leader, NodeId(2));
  EXPECT_EQ((*admin.create_partitions(std::span(more).first(1), false, kSoon))[0].status.error().to_string(),
            "INVALID_PARTITIONS: There are 4 already.");
}

TEST(Admin, AsksAllLeadersAtTheSameTimeOverOneConnectionEach) {
  FakeCluster cluster(2);
  cluster.create_topic("orders", 2);
  Admin admin = make_admin(cluster.bootstrap(), {{"request.timeout.ms", "1000"}});
  std::vector<OffsetQuery> queries;
  for (int p : {0, 1}) {
    for (OffsetSpec spec : {kBeginning, kEnd}) queries.push_back({{"orders", PartitionId(p)}, spec});
  }
  for (const auto& answer : admin.list_offsets(queries, true, kSoon)) EXPECT_TRUE(answer.info.ok());
  EXPECT_EQ(cluster.requests(ApiKey::list_offsets), 4);
  EXPECT_EQ(cluster.requests(ApiKey::api_versions), 2) << "a bootstrap server's connection is that of the broker, too";
  cluster.ignore(ApiKey::list_offsets, 2);
  for (const auto& answer : admin.list_offsets(queries, true, milliseconds(1900))) EXPECT_TRUE(answer.info.ok());
}

TEST(Admin, NamesTheBrokerThatDoesNotAnswer) {
  const std::vector<std::string> names{"orders"};
  const std::vector<NodeId> brokers{NodeId(1)};
  const OffsetQuery query{{"orders", PartitionId(0)}, kEnd};
  const milliseconds soon(300);
  for (const ApiKey silent : {ApiKey::api_versions, ApiKey::metadata}) {
    FakeCluster cluster;
    cluster.create_topic("orders", 1);
    cluster.ignore(silent, 1000);
    const auto expect_named = [&](const Error& error) {
      EXPECT_EQ(error.code, ErrorCode::request_timed_out);
      EXPECT_NE(error.detail.find(cluster.bootstrap()), std::string::npos) << error.detail;
    };
    expect_named(make_admin(cluster.bootstrap()).list_topics(soon).error());
    expect_named(make_admin(cluster.bootstrap()).delete_topics(names, soon).error());
    expect_named(make_admin(cluster.bootstrap()).describe_log_dirs(brokers, soon)[0].directories.error());
    expect_named(make_admin(cluster.bootstrap()).list_offsets(std::span(&query, 1), true, soon)[0].info.error());
  }
}

TEST(Admin, TriesUntilItsDeadline) {
  Admin admin = make_admin("127.0.0.1:1");
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(admin.list_topics(milliseconds(1000)).code(), ErrorCode::network_exception);
  EXPECT_GT(std::chrono::steady_clock::now() - begun, milliseconds(850));
}

TEST(Admin, ATopicThatNoRequestCanNameHarmsNoOther) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  Admin admin = make_admin(cluster.bootstrap());
  const OffsetQuery wrong{{std::string(40'000, 'a'), PartitionId(0)}, kEnd}, right{{"orders", PartitionId(0)}, kEnd};
  EXPECT_EQ(admin.list_offsets(std::span(&wrong, 1), true, kSoon)[0].info.code(), ErrorCode::invalid_topic_exception);
  EXPECT_TRUE(admin.list_offsets(std::span(&right, 1), true, kSoon)[0].info.ok());
}

const ConfigResource kOrders{ConfigResourceType::topic, "orders"};

TEST(Admin, ChangesConfigsOneByOne) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  Admin admin = make_admin(cluster.bootstrap());
  using enum ConfigOperation;
  std::vector<ConfigAlteration> changes{
      {kOrders, {{"retention.ms", set, "5"}, {"cleanup.policy", append, "compact"}, {"a", set, "1"}}}};
  EXPECT_TRUE(admin.alter_configs(changes, true, kSoon)[0].status.ok());
  EXPECT_TRUE(cluster.configs(kOrders).empty()) << "only validated";
  EXPECT_TRUE(admin.alter_configs(changes, false, kSoon)[0].status.ok());
  changes[0].changes = {{"a", unset, {}}};
  changes.push_back({{ConfigResourceType::topic, "other"}, {{"no.such.config", set, "1"}}});
  const auto altered = admin.alter_configs(changes, false, kSoon);
  EXPECT_TRUE(altered[0].status.ok());
  EXPECT_EQ(altered[1].status.error().to_string(), "INVALID_CONFIG: Unknown topic config name: no.such.config");
  const std::map<std::string, std::string> now{{"cleanup.policy", "compact"}, {"retention.ms", "5"}};
  EXPECT_EQ(cluster.configs(kOrders), now);
}

TEST(Admin, DescribesConfigs) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  Admin admin = make_admin(cluster.bootstrap());
  const std::vector<ConfigAlteration> changes{{kOrders, {{"retention.ms", ConfigOperation::set, "5"}}}};
  EXPECT_TRUE(admin.alter_configs(changes, false, kSoon)[0].status.ok());
  const std::vector<ConfigResource> resources{{ConfigResourceType::topic, "none"}, kOrders};
  const auto described = admin.describe_configs(resources, {.synonyms = true, .documentation = true}, kSoon);
  EXPECT_EQ(described[0].configs.code(), ErrorCode::unknown_topic_or_partition);
  const auto& configs = *described[1].configs;
  ASSERT_EQ(configs.size(), 2u);
  EXPECT_EQ(configs[0].name, "cleanup.policy");
  EXPECT_EQ(configs[0].source, ConfigSource::default_value);
  EXPECT_EQ(configs[1].value, "5");
  EXPECT_EQ(configs[1].source, ConfigSource::topic);
  EXPECT_EQ(configs[1].type, ConfigType::int64);
  EXPECT_EQ(configs[1].documentation, "What retention.ms does.");
  ASSERT_EQ(configs[1].synonyms.size(), 1u);
  EXPECT_EQ(configs[1].synonyms[0].name, "log.retention.ms");
  EXPECT_TRUE((*admin.describe_configs(resources, {}, kSoon)[1].configs)[0].synonyms.empty());
}

TEST(Admin, AsksEachBrokerForItsOwnConfigs) {
  FakeCluster cluster(3);
  Admin admin = make_admin(cluster.bootstrap());
  std::vector<ConfigResource> resources;
  for (const char* name : {"3", "1", "", "two", "2"}) resources.push_back({ConfigResourceType::broker, name});
  resources.push_back({ConfigResourceType::broker_logger, "2"});
  auto described = admin.describe_configs(resources, {}, kSoon);
  for (std::size_t i : {0, 1, 2, 4, 5}) EXPECT_TRUE(described[i].configs.ok()) << i;
  EXPECT_EQ(described[3].configs.error().detail, "'two' is not the id of a broker");
  cluster.stop_node(NodeId(2));
  described = admin.describe_configs(resources, {}, milliseconds(1500));
  EXPECT_EQ(described[4].configs.code(), ErrorCode::network_exception);
  EXPECT_TRUE(described[0].configs.ok()) << "is not held up by another broker";
}

TEST(Admin, ABrokerThatIsNotThere) {
  FakeCluster cluster;
  Admin admin = make_admin(cluster.bootstrap());
  const std::vector<ConfigResource> resources{{ConfigResourceType::broker, "7"}};
  const auto described = admin.describe_configs(resources, {}, milliseconds(1000));
  EXPECT_EQ(described[0].configs.error().to_string(), "BROKER_NOT_AVAILABLE: there is no broker 7");
}

TEST(Admin, DeletesRecords) {
  FakeCluster cluster(2);
  cluster.create_topic("orders", 3);
  for (int partition : {0, 1, 2}) cluster.append(orders(partition), records(2));
  Admin admin = make_admin(cluster.bootstrap());
  const std::vector<RecordDeletion> deletions{{orders(0), Offset(1)}, {orders(2), kNoOffset}, {orders(1), Offset(3)}};
  const auto deleted = admin.delete_records(deletions, kSoon);
  EXPECT_EQ(*deleted[0].log_start, Offset(1));
  EXPECT_EQ(*deleted[1].log_start, Offset(2));
  EXPECT_EQ(deleted[2].log_start.code(), ErrorCode::offset_out_of_range);
  const std::vector<OffsetQuery> queries{{orders(0), kBeginning}, {orders(2), kBeginning}, {orders(1), kBeginning}};
  const auto listed = admin.list_offsets(queries, false, kSoon);
  EXPECT_EQ(listed[0].info->offset, Offset(1));
  EXPECT_EQ(listed[1].info->offset, Offset(2));
  EXPECT_EQ(listed[2].info->offset, Offset(0));
}

TEST(Admin, FollowsALeaderToDeleteRecords) {
  FakeCluster cluster(2);
  cluster.create_topic("orders", 1);
  cluster.append(orders(0), records(1));
  Admin admin = make_admin(cluster.bootstrap());
  const RecordDeletion all{orders(0), kNoOffset};
  EXPECT_TRUE(admin.delete_records(std::span(&all, 1), kSoon)[0].log_start.ok());
  cluster.move_leader(orders(0), NodeId(2));
  EXPECT_EQ(*admin.delete_records(std::span(&all, 1), kSoon)[0].log_start, Offset(1));
}

TEST(Admin, DescribesLogDirectories) {
  FakeCluster cluster(2);
  cluster.create_topic("orders", 2);
  const std::string bytes = records(1);
  cluster.append(orders(1), bytes);
  Admin admin = make_admin(cluster.bootstrap());
  const std::vector<NodeId> brokers{NodeId(2), NodeId(1)};
  const auto described = admin.describe_log_dirs(brokers, kSoon);
  ASSERT_TRUE(described[0].directories.ok());
  EXPECT_EQ(described[0].broker, NodeId(2));
  const LogDirectory& directory = described[0].directories->front();
  EXPECT_EQ(directory.path, "/data/2");
  EXPECT_EQ(directory.usable_bytes, 400);
  ASSERT_EQ(directory.replicas.size(), 2u);
  EXPECT_EQ(directory.replicas[1].partition, orders(1));
  EXPECT_EQ(directory.replicas[1].size, static_cast<std::int64_t>(bytes.size()));
  EXPECT_EQ(described[1].directories->front().path, "/data/1");
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
