#include "world.h"

#include "cluster/features.h"

namespace kstream::cluster {
namespace {

/// orders-0 on broker 1 and orders-1 on brokers 2 and 1.
World orders() {
  World world;
  world.apply_all({topic_record("orders", id(1)), config_record(ResourceType::topic, "orders", "retention.ms", "60000"),
                   partition_record(id(1), 0, {1}), partition_record(id(1), 1, {2, 1})});
  return world;
}

protocol::PartitionChangeRecord change_of(std::int32_t partition) {
  protocol::PartitionChangeRecord r;
  r.topic_id = id(1);
  r.partition_id = partition;
  return r;
}

TEST(Replay, MakesATopic) {
  World world = orders();
  const Topic* topic = world.image()->topic("orders");
  ASSERT_TRUE(topic);
  EXPECT_EQ(topic, world.image()->topic(id(1)));
  EXPECT_EQ(topic->config().retention_ms, 60'000);
  EXPECT_EQ(topic->config().segment_bytes, config::TopicConfig{}.segment_bytes);
  ASSERT_EQ(topic->partitions.size(), 2u);
  EXPECT_EQ(topic->partition(PartitionId(1))->replicas, (std::vector{NodeId(2), NodeId(1)}));
  EXPECT_EQ(topic->partition(PartitionId(1))->leader, NodeId(2));
  EXPECT_EQ(topic->partition(PartitionId(1))->directories, (std::vector(2, kUnassignedDirectory)));
  EXPECT_FALSE(topic->partition(PartitionId(2)));
  EXPECT_FALSE(topic->partition(PartitionId(-1)));
  EXPECT_EQ(world.image()->partition_count(), 2u);
  EXPECT_EQ(world.image()->offset(), Offset(3));
}

TEST(Replay, AnImageThatWasGivenOutStays) {
  World world = orders();
  const ImageRef old = world.image();
  const std::string bytes = bytes_of(*old);
  auto change = change_of(0);
  change.leader = 3;
  protocol::RemoveTopicRecord remove;
  remove.topic_id = id(1);
  world.apply_all({change});
  const ImageRef middle = world.image();
  world.apply_all({remove});
  EXPECT_EQ(bytes_of(*old), bytes);
  EXPECT_EQ(old->topic("orders")->partition(PartitionId(0))->leader, NodeId(1));
  EXPECT_EQ(middle->topic("orders")->partition(PartitionId(0))->leader, NodeId(3));
  EXPECT_EQ(middle->topic("orders")->partition(PartitionId(1)), old->topic("orders")->partition(PartitionId(1)));
  EXPECT_FALSE(world.image()->topic("orders"));
  EXPECT_EQ(world.image()->partition_count(), 0u);
}

TEST(Replay, AChangeThatNamesALeaderBeginsAnEpoch) {
  World world = orders();
  auto shrink = change_of(1);
  shrink.isr = {2};
  auto elect = change_of(1);
  elect.leader = 2;
  world.apply_all({shrink, elect});
  const Partition& partition = *world.image()->topic(id(1))->partition(PartitionId(1));
  EXPECT_EQ(partition.isr, std::vector{NodeId(2)});
  EXPECT_EQ(partition.leader_epoch, LeaderEpoch(1));
  EXPECT_EQ(partition.partition_epoch, 2);
}

TEST(Replay, TakesEveryFieldOfAChange) {
  World world = orders();
  auto change = change_of(0);
  change.replicas = {1, 3};
  change.directories = {id(11), id(13)};
  change.adding_replicas = {3};
  change.removing_replicas = {1};
  change.leader_recovery_state = 1;
  world.apply_all({change});
  const Partition& partition = *world.image()->topic(id(1))->partition(PartitionId(0));
  EXPECT_EQ(partition.replicas, (std::vector{NodeId(1), NodeId(3)}));
  EXPECT_EQ(partition.directories, (std::vector{id(11), id(13)}));
  EXPECT_EQ(partition.adding, std::vector{NodeId(3)});
  EXPECT_EQ(partition.removing, std::vector{NodeId(1)});
  EXPECT_EQ(partition.recovery_state, RecoveryState::recovering);
  EXPECT_EQ(partition.leader_epoch, LeaderEpoch(0));
}

TEST(Replay, ConfigsAreSetAndTakenBack) {
  World world = orders();
  const auto settings = [&] { return world.image()->topic("orders")->settings; };
  world.apply_all(
      {topic_record("plain", id(2)), config_record(ResourceType::topic, "orders", "segment.bytes", "2097152")});
  EXPECT_EQ(settings()->config.segment_bytes, 2'097'152);
  const auto old = settings();
  world.apply_all({partition_record(id(1), 2, {1})});
  EXPECT_EQ(settings(), old) << "resolved anew without need";
  world.apply_all({config_record(ResourceType::topic, "orders", "segment.bytes", std::nullopt),
                   config_record(ResourceType::topic, "orders", "retention.ms", std::nullopt)});
  EXPECT_EQ(settings(), world.image()->topic("plain")->settings) << "topics without overrides share one";
  EXPECT_TRUE(world.image()->topic("orders")->overrides.empty());
}

TEST(Replay, KeepsConfigsOfBrokers) {
  World world;
  world.apply_all({config_record(ResourceType::broker, "", "min.insync.replicas", "1"),
                   config_record(ResourceType::broker, "3", "log.cleaner.threads", "2")});
  const auto overrides = [&] { return world.image()->state().broker_overrides->by_broker; };
  EXPECT_EQ(overrides(), (std::map<std::string, config::Values, std::less<>>{{"", {{"min.insync.replicas", "1"}}},
                                                                             {"3", {{"log.cleaner.threads", "2"}}}}));
  world.apply_all({config_record(ResourceType::broker, "3", "log.cleaner.threads", std::nullopt)});
  EXPECT_EQ(overrides().size(), 1u);
}

TEST(Replay, ARecreatedTopicIsAnotherTopic) {
  World world = orders();
  const ImageRef before = world.image();
  protocol::RemoveTopicRecord remove;
  remove.topic_id = id(1);
  world.apply_all({remove, topic_record("orders", id(9)), partition_record(id(9), 0, {1})});
  EXPECT_EQ(world.image()->topic("orders")->id, id(9));
  EXPECT_TRUE(world.image()->topic("orders")->overrides.empty());
  const auto changes = changed_topics(*before, *world.image());
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_TRUE(changes[0].before && !changes[0].after);
  EXPECT_TRUE(!changes[1].before && changes[1].after);
}

TEST(Replay, ChangedTopicsAreExactlyThose) {
  World world;
  for (std::uint64_t n = 0; n < 50; ++n) {
    world.apply_all({topic_record("t" + std::to_string(n), id(n)), partition_record(id(n), 0, {1})});
  }
  const ImageRef before = world.image();
  EXPECT_TRUE(changed_topics(*before, *world.image()).empty());
  auto change = change_of(0);
  change.topic_id = id(17);
  change.leader = 1;
  world.apply_all({change, protocol::NoOpRecord{}});
  const auto changes = changed_topics(*before, *world.image());
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].after->name, "t17");
  EXPECT_EQ(changes[0].before.get(), before->topic("t17"));
}

TEST(Replay, FindsNamesThatCollide) {
  World world;
  world.apply_all({topic_record("a.b_c", id(1)), topic_record("abc", id(2))});
  EXPECT_EQ(world.image()->colliding_topic("a_b.c")->id, id(1));
  EXPECT_EQ(world.image()->colliding_topic("a.b_c")->id, id(1));
  EXPECT_FALSE(world.image()->colliding_topic("a.b-c"));
  protocol::RemoveTopicRecord remove;
  remove.topic_id = id(1);
  world.apply_all({remove});
  EXPECT_FALSE(world.image()->colliding_topic("a_b.c"));
}

TEST(Replay, FollowsABrokersLife) {
  World world;
  protocol::RegisterBrokerRecord registered;
  registered.broker_id = 1;
  registered.broker_epoch = 5;
  registered.rack = "r";
  registered.log_dirs = {id(100)};
  registered.end_points.emplace_back().name = "PLAINTEXT";
  world.apply_all({registered});
  ASSERT_TRUE(world.image()->broker(NodeId(1)));
  EXPECT_TRUE(world.image()->broker(NodeId(1))->fenced);
  EXPECT_TRUE(world.image()->broker(NodeId(1))->endpoint("PLAINTEXT"));
  EXPECT_FALSE(world.image()->broker(NodeId(1))->endpoint("SSL"));

  protocol::BrokerRegistrationChangeRecord change;
  change.broker_id = 1;
  change.broker_epoch = 5;
  change.fenced = -1;
  world.apply_all({change});
  EXPECT_TRUE(world.image()->broker(NodeId(1))->usable());
  EXPECT_EQ(world.image()->broker(NodeId(1))->rack, "r");
  change.fenced = 0;
  change.in_controlled_shutdown = 1;
  change.log_dirs = {id(101)};
  world.apply_all({change});
  EXPECT_FALSE(world.image()->broker(NodeId(1))->fenced);
  EXPECT_FALSE(world.image()->broker(NodeId(1))->usable());
  EXPECT_EQ(world.image()->broker(NodeId(1))->directories, std::vector{id(101)});

  protocol::UnregisterBrokerRecord unregister;
  unregister.broker_id = 1;
  unregister.broker_epoch = 4;
  EXPECT_EQ(world.apply(unregister).code(), ErrorCode::invalid_record) << "another registration";
}

TEST(Replay, ATransactionBecomesVisibleAtItsEnd) {
  World world = orders();
  const ImageRef before = world.image();
  world.apply_all({protocol::BeginTransactionRecord{}, topic_record("new", id(2)), partition_record(id(2), 0, {1})});
  EXPECT_EQ(bytes_of(*world.image()), bytes_of(*before));
  EXPECT_TRUE(world.image()->in_transaction());
  world.apply_all({partition_record(id(2), 1, {1}), protocol::EndTransactionRecord{}});
  EXPECT_FALSE(world.image()->in_transaction());
  EXPECT_EQ(world.image()->topic("new")->partitions.size(), 2u);
  EXPECT_EQ(world.image()->offset(), Offset(8));
}

TEST(Replay, AnAbortedTransactionLeavesNothing) {
  World world = orders();
  const auto before = records_of(*world.image());
  auto change = change_of(0);
  change.leader = 7;
  world.apply_all(
      {protocol::BeginTransactionRecord{}, topic_record("new", id(2)), change, protocol::AbortTransactionRecord{}});
  EXPECT_EQ(records_of(*world.image()), before);
  EXPECT_EQ(world.image()->offset(), Offset(7));
  world.apply_all({topic_record("new", id(2))});
}

TEST(Replay, ATransactionLeftOpenIsAbortedByTheNextLeader) {
  World world = orders();
  world.apply_all({protocol::BeginTransactionRecord{}, topic_record("new", id(2))});
  World successor;
  successor.next = world.next;
  successor.replay = Replay(world.image(), successor.config.topic_defaults, successor.config.node_id);
  const auto records = activation_records(*successor.image());
  ASSERT_EQ(records.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<protocol::AbortTransactionRecord>(records[0]));
  successor.apply_all(records);
  EXPECT_FALSE(successor.image()->in_transaction());
  EXPECT_FALSE(successor.image()->topic("new"));
  EXPECT_TRUE(activation_records(*successor.image()).empty());
}

TEST(Replay, ContradictionsAreErrorsThatSayWhere) {
  const auto refuse = [](const MetadataRecord& record) {
    World world = orders();
    const Status status = world.apply(record);
    EXPECT_EQ(status.code(), ErrorCode::invalid_record) << record_name(record);
    EXPECT_NE(status.error().detail.find(std::string(record_name(record)) + " at offset 4: "), std::string::npos);
  };
  refuse(topic_record("orders", id(2)));
  refuse(topic_record("other", id(1)));
  refuse(partition_record(id(2), 0, {1}));
  refuse(partition_record(id(1), 3, {1}));
  refuse(partition_record(id(1), 1, {1}));
  refuse(partition_record(id(1), -1, {1}));
  refuse(change_of(2));
  refuse(change_of(-1));
  refuse(config_record(ResourceType::topic, "other", "retention.ms", "1"));
  refuse(protocol::RemoveTopicRecord{});
  refuse(protocol::UnregisterBrokerRecord{});
  refuse(protocol::BrokerRegistrationChangeRecord{});
  refuse(protocol::EndTransactionRecord{});
  refuse(protocol::AbortTransactionRecord{});

  auto no_replicas = change_of(0);
  no_replicas.replicas.emplace();
  refuse(no_replicas);
  auto bad_directories = change_of(0);
  bad_directories.directories = {id(1), id(2)};
  refuse(bad_directories);
  auto bad_state = change_of(0);
  bad_state.leader_recovery_state = 2;
  refuse(bad_state);

  World world;
  world.apply_all({protocol::BeginTransactionRecord{}});
  EXPECT_EQ(world.apply(protocol::BeginTransactionRecord{}).code(), ErrorCode::invalid_record);
}

TEST(Replay, WhatThisReleaseCannotHonourIsRefused) {
  const auto refuse = [](const MetadataRecord& record) {
    World world = orders();
    EXPECT_EQ(world.apply(record).code(), ErrorCode::unsupported_version) << record_name(record);
  };
  refuse(protocol::AccessControlEntryRecord{});
  refuse(protocol::UserScramCredentialRecord{});
  refuse(protocol::ClientQuotaRecord{});
  refuse(protocol::DelegationTokenRecord{});
  refuse(config_record(static_cast<ResourceType>(32), "group", "consumer.session.timeout.ms", "1"));
  protocol::FeatureLevelRecord level;
  level.name = "transaction.version";
  level.feature_level = 2;
  refuse(level);
  level.name = kMetadataVersion;
  level.feature_level = 32;
  refuse(level);
  auto change = change_of(0);
  change.eligible_leader_replicas = {1};
  refuse(change);
}

TEST(Replay, FeaturesComeAndGo) {
  World world;
  protocol::FeatureLevelRecord level;
  level.name = kMetadataVersion;
  level.feature_level = kMetadataVersionLevel;
  world.apply_all({level});
  const std::vector<std::pair<std::string, std::int16_t>> finalized = {
      {std::string(kMetadataVersion), kMetadataVersionLevel}};
  EXPECT_EQ(world.image()->features(), finalized);
  level.name = "share.version";
  level.feature_level = 0;
  world.apply_all({level});
  EXPECT_EQ(world.image()->features(), finalized);
}

TEST(Replay, RemembersProducerIds) {
  World world;
  protocol::ProducerIdsRecord ids;
  ids.next_producer_id = 5000;
  world.apply_all({ids});
  EXPECT_EQ(world.image()->state().next_producer_id, 5000);
}

}  // namespace
}  // namespace kstream::cluster
