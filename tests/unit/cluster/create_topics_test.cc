#include "world.h"

#include <algorithm>

namespace kstream::cluster {
namespace {

using Request = protocol::CreateTopicsRequest;
using Result = protocol::CreateTopicsResponse::CreatableTopicResult;

Request::CreatableTopic topic(const std::string& name, std::int32_t partitions = 1, std::int16_t replicas = 1) {
  Request::CreatableTopic t;
  t.name = name;
  t.num_partitions = partitions;
  t.replication_factor = replicas;
  return t;
}
Request::CreatableTopic with(Request::CreatableTopic t, const std::string& config, std::optional<std::string> value) {
  auto& c = t.configs.emplace_back();
  c.name = config;
  c.value = std::move(value);
  return t;
}
/// Partition i of the topic gets assignment[i].
Request::CreatableTopic manual(const std::string& name, const std::vector<std::vector<std::int32_t>>& assignment) {
  auto t = topic(name, -1, -1);
  for (std::size_t i = 0; i < assignment.size(); ++i) {
    auto& a = t.assignments.emplace_back();
    a.partition_index = static_cast<std::int32_t>(i);
    a.broker_ids = assignment[i];
  }
  return t;
}
Request request(std::vector<Request::CreatableTopic> topics) {
  Request r;
  r.topics = std::move(topics);
  return r;
}
World with_brokers(int count) {
  World world;
  for (int id = 1; id <= count; ++id) world.add_broker(id);
  return world;
}
ErrorCode code(const Result& result) { return static_cast<ErrorCode>(result.error_code); }

TEST(CreateTopics, WritesTopicConfigsAndPartitionsInThisOrder) {
  World world = with_brokers(1);
  const auto decision =
      decide(request({with(with(topic("orders", 2), "segment.bytes", "2097152"), "retention.ms", "60000")}),
             *world.image(), world.context());
  ASSERT_EQ(decision.records.size(), 5u);
  const auto& made = std::get<protocol::TopicRecord>(decision.records[0]);
  EXPECT_EQ(made.name, "orders");
  EXPECT_FALSE(made.topic_id.is_zero());
  EXPECT_EQ(std::get<protocol::ConfigRecord>(decision.records[1]).name, "retention.ms");
  EXPECT_EQ(std::get<protocol::ConfigRecord>(decision.records[2]).value, "2097152");
  const auto& partition = std::get<protocol::PartitionRecord>(decision.records[4]);
  EXPECT_EQ(partition.partition_id, 1);
  EXPECT_EQ(partition.topic_id, made.topic_id);
  EXPECT_EQ(partition.replicas, std::vector{1});
  EXPECT_EQ(partition.isr, std::vector{1});
  EXPECT_EQ(partition.leader, 1);
  EXPECT_EQ(partition.leader_epoch, 0);
  EXPECT_EQ(partition.partition_epoch, 0);
  EXPECT_EQ(partition.directories, world.image()->broker(NodeId(1))->directories);
}

TEST(CreateTopics, AnswersWithIdNumbersAndEveryConfig) {
  World world = with_brokers(1);
  const auto response = world.ask(request({with(topic("orders", 3), "retention.ms", "60000")}));
  ASSERT_EQ(response.topics.size(), 1u);
  const Result& result = response.topics[0];
  EXPECT_EQ(code(result), ErrorCode::none);
  EXPECT_FALSE(result.error_message);
  EXPECT_EQ(result.topic_id, world.image()->topic("orders")->id);
  EXPECT_EQ(result.num_partitions, 3);
  EXPECT_EQ(result.replication_factor, 1);
  ASSERT_TRUE(result.configs);
  // Kafka 4.4.0 tells 37 configs; internal.segment.bytes is not among them.
  EXPECT_EQ(result.configs->size(), 37u);
  const auto find = [&](const std::string& name) {
    return *std::find_if(result.configs->begin(), result.configs->end(), [&](auto& c) { return c.name == name; });
  };
  EXPECT_EQ(find("retention.ms").value, "60000");
  EXPECT_EQ(find("retention.ms").config_source, 1);
  EXPECT_EQ(find("max.message.bytes").value, "1048588");
  EXPECT_EQ(find("max.message.bytes").config_source, 5);
}

TEST(CreateTopics, MinusOneMeansTheDefaults) {
  World world = with_brokers(3);
  world.config.num_partitions = 4;
  world.config.default_replication_factor = 2;
  const auto response = world.ask(request({topic("orders", -1, -1)}));
  EXPECT_EQ(response.topics[0].num_partitions, 4);
  EXPECT_EQ(response.topics[0].replication_factor, 2);
  EXPECT_EQ(world.image()->partition_count(), 4u);
}

TEST(CreateTopics, ADefaultReplicationFactorBelowOneIsRefused) {
  World world = with_brokers(1);
  world.config.default_replication_factor = 0;
  EXPECT_EQ(code(world.ask(request({topic("orders", 1, -1)})).topics[0]), ErrorCode::invalid_replication_factor);
}

TEST(CreateTopics, ValidateOnlyChangesNothing) {
  World world = with_brokers(1);
  Request r = request({topic("orders", 3), topic("bad name")});
  r.validate_only = true;
  const auto decision = decide(r, *world.image(), world.context());
  EXPECT_TRUE(decision.records.empty());
  EXPECT_EQ(code(decision.response.topics[0]), ErrorCode::none);
  EXPECT_EQ(decision.response.topics[0].num_partitions, 3);
  EXPECT_FALSE(decision.response.topics[0].topic_id.is_zero()) << "Kafka tells one, though it will not be the topic's";
  EXPECT_EQ(code(decision.response.topics[1]), ErrorCode::invalid_topic_exception);
}

TEST(CreateTopics, EachTopicSucceedsOrFailsAlone) {
  World world = with_brokers(1);
  const auto response = world.ask(request({topic("a"), topic(".."), topic("b")}));
  EXPECT_EQ(code(response.topics[0]), ErrorCode::none);
  EXPECT_EQ(code(response.topics[1]), ErrorCode::invalid_topic_exception);
  EXPECT_EQ(code(response.topics[2]), ErrorCode::none);
  EXPECT_TRUE(world.image()->topic("a") && world.image()->topic("b"));
}

TEST(CreateTopics, ATopicNamedTwiceIsRefusedOnce) {
  World world = with_brokers(1);
  const auto response = world.ask(request({topic("a"), topic("b"), topic("a", 2)}));
  ASSERT_EQ(response.topics.size(), 2u);
  EXPECT_EQ(response.topics[0].name, "a");
  EXPECT_EQ(code(response.topics[0]), ErrorCode::invalid_request);
  EXPECT_EQ(code(response.topics[1]), ErrorCode::none);
  EXPECT_FALSE(world.image()->topic("a"));
}

TEST(CreateTopics, RefusesNames) {
  World world = with_brokers(1);
  world.ask(request({topic("orders"), topic("a.b")}));
  const auto refused = [&](const std::string& name) { return code(world.ask(request({topic(name)})).topics[0]); };
  EXPECT_EQ(refused(""), ErrorCode::invalid_topic_exception);
  EXPECT_EQ(refused("."), ErrorCode::invalid_topic_exception);
  EXPECT_EQ(refused(".."), ErrorCode::invalid_topic_exception);
  EXPECT_EQ(refused("with blank"), ErrorCode::invalid_topic_exception);
  EXPECT_EQ(refused("\xc3\xa4"), ErrorCode::invalid_topic_exception);
  EXPECT_EQ(refused(std::string(250, 'x')), ErrorCode::invalid_topic_exception);
  EXPECT_EQ(refused(std::string(249, 'x')), ErrorCode::none);
  EXPECT_EQ(refused("orders"), ErrorCode::topic_already_exists);
  EXPECT_EQ(refused("a_b"), ErrorCode::invalid_topic_exception) << "collides with a.b";
  EXPECT_EQ(refused("a.b"), ErrorCode::topic_already_exists);
  EXPECT_EQ(refused("a-b"), ErrorCode::none);
  EXPECT_EQ(refused("__cluster_metadata"), ErrorCode::invalid_request);
}

TEST(CreateTopics, NamesOfOneRequestMayCollide) {
  World world = with_brokers(1);
  const auto response = world.ask(request({topic("a.b"), topic("a_b")}));
  EXPECT_EQ(code(response.topics[0]), ErrorCode::none);
  EXPECT_EQ(code(response.topics[1]), ErrorCode::none) << "Kafka compares with topics that exist";
  for (const char* gone : {"a.b", "a_b"}) {
    World smaller = with_brokers(1);
    smaller.ask(request({topic("a.b"), topic("a_b")}));
    protocol::RemoveTopicRecord remove;
    remove.topic_id = smaller.image()->topic(gone)->id;
    smaller.apply_all({remove});
    EXPECT_EQ(code(smaller.ask(request({topic(gone)})).topics[0]), ErrorCode::invalid_topic_exception) << gone;
  }
}

TEST(CreateTopics, RefusesNumbers) {
  World world = with_brokers(2);
  const auto refused = [&](std::int32_t partitions, std::int16_t replicas) {
    return code(world.ask(request({topic("t", partitions, replicas)})).topics[0]);
  };
  EXPECT_EQ(refused(0, 1), ErrorCode::invalid_partitions);
  EXPECT_EQ(refused(-2, 1), ErrorCode::invalid_partitions);
  EXPECT_EQ(refused(1, 0), ErrorCode::invalid_replication_factor);
  EXPECT_EQ(refused(1, -2), ErrorCode::invalid_replication_factor);
  EXPECT_EQ(refused(1, 3), ErrorCode::invalid_replication_factor);
  EXPECT_EQ(refused(10'001, 1), ErrorCode::policy_violation);
  EXPECT_EQ(refused(2'000'000'000, 1), ErrorCode::policy_violation);
  EXPECT_EQ(refused(10'000, 1), ErrorCode::policy_violation) << "the topic is a record too";
  EXPECT_EQ(refused(9'999, 1), ErrorCode::none);
}

TEST(CreateTopics, TheLimitOfPartitionsIsThatOfTheRequest) {
  World world = with_brokers(1);
  const auto response = world.ask(request({topic("a", 5'000), topic("b", 5'001)}));
  EXPECT_EQ(code(response.topics[0]), ErrorCode::policy_violation);
  EXPECT_EQ(code(response.topics[1]), ErrorCode::policy_violation);
}

TEST(CreateTopics, TheLimitOfRecordsIsThatOfTheRequest) {
  World world = with_brokers(1);
  Request r = request({topic("bad name"), topic("a", 5'000), with(topic("b", 4'998), "retention.ms", "1")});
  auto decision = decide(r, *world.image(), world.context());
  for (const auto& result : decision.response.topics) {
    EXPECT_EQ(code(result), ErrorCode::policy_violation) << result.name;
    EXPECT_NE(result.error_message->find("10000 records"), std::string::npos);
    EXPECT_TRUE(result.topic_id.is_zero());
  }
  EXPECT_EQ(decision.response.topics.size(), 3u);
  EXPECT_TRUE(decision.records.empty());
  r.topics[2].num_partitions = 4'997;
  decision = decide(r, *world.image(), world.context());
  EXPECT_EQ(decision.records.size(), 10'000u);
  EXPECT_EQ(code(decision.response.topics[0]), ErrorCode::invalid_topic_exception);
}

TEST(CreateTopics, WhatIsWrittenFitsIntoABatch) {
  World world = with_brokers(1);
  const std::string blanks(30'000, ' ');  // a number may have any
  Request r;
  for (int i = 0; i < 300; ++i) r.topics.push_back(with(topic("t" + std::to_string(i)), "retention.ms", "1" + blanks));
  const auto decision = decide(r, *world.image(), world.context());
  EXPECT_TRUE(decision.records.empty());
  EXPECT_EQ(code(decision.response.topics[0]), ErrorCode::record_list_too_large);
  EXPECT_NE(decision.response.topics[299].error_message->find("bytes of metadata"), std::string::npos);
  r.topics.resize(200);
  EXPECT_EQ(code(decide(r, *world.image(), world.context()).response.topics[199]), ErrorCode::none);
}

TEST(CreateTopics, NeedsABrokerThatIsUnfenced) {
  World world;
  world.register_broker(1);
  EXPECT_EQ(code(world.ask(request({topic("t")})).topics[0]), ErrorCode::invalid_replication_factor);
}

TEST(CreateTopics, RefusesConfigs) {
  World world = with_brokers(1);
  const auto refused = [&](const std::string& config, std::optional<std::string> value) {
    const auto response = world.ask(request({with(topic("t"), config, std::move(value))}));
    EXPECT_EQ(code(response.topics[0]), ErrorCode::invalid_config) << config;
    return *response.topics[0].error_message;
  };
  refused("no.such.config", "1");
  refused("retention.ms", std::nullopt);
  refused("retention.ms", "soon");
  refused("segment.bytes", "1");
  EXPECT_NE(refused("cleanup.policy", "compact").find("cleanup.policy"), std::string::npos);
  EXPECT_FALSE(world.image()->topic("t"));
}

TEST(CreateTopics, WhateverAClientSaysTheAnswerCanBeEncoded) {
  World world = with_brokers(1);
  const std::string longest(32'767, 'x');
  const auto response =
      world.ask(request({with(topic("a"), longest, std::nullopt), with(topic("b"), longest, "1"),
                         with(topic("c"), "retention.ms", longest), with(topic("d"), "cleanup.policy", longest),
                         topic(longest), with(topic("e"), "compression.type", "gzip" + std::string(32'000, ' '))}));
  for (const auto& result : response.topics) {
    EXPECT_NE(code(result), ErrorCode::none) << result.name;
    EXPECT_LT(result.error_message->size(), 400u) << result.name;
  }
}

TEST(CreateTopics, PlacesReplicasWhereTheyAreAskedFor) {
  World world = with_brokers(3);
  const auto response = world.ask(request({manual("t", {{3, 1}, {2, 3}})}));
  EXPECT_EQ(code(response.topics[0]), ErrorCode::none);
  EXPECT_EQ(response.topics[0].num_partitions, 2);
  EXPECT_EQ(response.topics[0].replication_factor, 2);
  const Topic& t = *world.image()->topic("t");
  EXPECT_EQ(t.partitions[0]->replicas, (std::vector{NodeId(3), NodeId(1)}));
  EXPECT_EQ(t.partitions[1]->leader, NodeId(2));
}

TEST(CreateTopics, AFencedReplicaIsNotInSyncAndDoesNotLead) {
  World world = with_brokers(2);
  world.register_broker(3);
  world.ask(request({manual("t", {{3, 1}})}));
  const Partition& partition = *world.image()->topic("t")->partitions[0];
  EXPECT_EQ(partition.isr, std::vector{NodeId(1)});
  EXPECT_EQ(partition.leader, NodeId(1));
}

TEST(CreateTopics, RefusesAssignments) {
  World world = with_brokers(2);
  world.register_broker(3);
  const auto refused = [&](Request::CreatableTopic t) { return code(world.ask(request({std::move(t)})).topics[0]); };
  EXPECT_EQ(refused(manual("t", {{4}})), ErrorCode::invalid_replica_assignment) << "not registered";
  EXPECT_EQ(refused(manual("t", {{-1}})), ErrorCode::invalid_replica_assignment);
  EXPECT_EQ(refused(manual("t", {{}})), ErrorCode::invalid_replica_assignment);
  EXPECT_EQ(refused(manual("t", {{1, 1}})), ErrorCode::invalid_replica_assignment);
  EXPECT_EQ(refused(manual("t", {{1}, {1, 2}})), ErrorCode::invalid_replica_assignment) << "not the same number";
  EXPECT_EQ(refused(manual("t", {{3}})), ErrorCode::invalid_replica_assignment) << "fenced";
  auto gap = manual("t", {{1}});
  gap.assignments[0].partition_index = 1;
  EXPECT_EQ(refused(gap), ErrorCode::invalid_replica_assignment);
  auto twice = manual("t", {{1}, {1}});
  twice.assignments[1].partition_index = 0;
  EXPECT_EQ(refused(twice), ErrorCode::invalid_replica_assignment);
  auto numbers = manual("t", {{1}});
  numbers.num_partitions = 1;
  EXPECT_EQ(refused(numbers), ErrorCode::invalid_request);
  auto factor = manual("t", {{1}});
  factor.replication_factor = 1;
  EXPECT_EQ(refused(factor), ErrorCode::invalid_request);
}

}  // namespace
}  // namespace kstream::cluster
