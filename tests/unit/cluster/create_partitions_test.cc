#include "world.h"

namespace kstream::cluster {
namespace {

using Request = protocol::CreatePartitionsRequest;

Request request(const std::string& name, std::int32_t count) {
  Request r;
  auto& topic = r.topics.emplace_back();
  topic.name = name;
  topic.count = count;
  topic.assignments.reset();
  return r;
}
Request assigned(const std::string& name, std::int32_t count, std::vector<std::vector<std::int32_t>> replicas) {
  auto r = request(name, count);
  r.topics[0].assignments.emplace();
  for (auto& ids : replicas) r.topics[0].assignments->emplace_back().broker_ids = std::move(ids);
  return r;
}

class CreatePartitions : public testing::Test {
 protected:
  CreatePartitions() {
    for (int broker = 1; broker <= 3; ++broker) world.add_broker(broker);
    world.apply_all({topic_record("orders", id(1)), partition_record(id(1), 0, {1, 2})});
  }
  ErrorCode ask(const Request& r) {
    const auto response = world.ask(r);
    return static_cast<ErrorCode>(response.results.at(0).error_code);
  }
  std::size_t partitions() { return world.image()->topic("orders")->partitions.size(); }
  World world;
};

TEST_F(CreatePartitions, RaisesTheNumberToTheTotal) {
  EXPECT_EQ(ask(request("orders", 4)), ErrorCode::none);
  ASSERT_EQ(partitions(), 4u);
  const auto& made = *world.image()->topic("orders")->partitions[3];
  EXPECT_EQ(made.replicas.size(), 2u) << "as many replicas as the topic's first partition has";
  EXPECT_EQ(made.isr, made.replicas);
  EXPECT_EQ(made.leader, made.replicas[0]);
  EXPECT_EQ(made.leader_epoch, LeaderEpoch(0));
}

TEST_F(CreatePartitions, RefusesWhatIsNoIncrease) {
  EXPECT_EQ(ask(request("orders", 1)), ErrorCode::invalid_partitions);
  EXPECT_EQ(ask(request("orders", 0)), ErrorCode::invalid_partitions);
  EXPECT_EQ(ask(request("orders", -1)), ErrorCode::invalid_partitions);
  EXPECT_EQ(ask(request("nobody", 4)), ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(partitions(), 1u);
}

TEST_F(CreatePartitions, PlacesReplicasAsTold) {
  EXPECT_EQ(ask(assigned("orders", 3, {{3, 1}, {2, 3}})), ErrorCode::none);
  const auto& topic = *world.image()->topic("orders");
  EXPECT_EQ(topic.partitions[1]->replicas, (std::vector{NodeId(3), NodeId(1)}));
  EXPECT_EQ(topic.partitions[2]->leader, NodeId(2));
}

TEST_F(CreatePartitions, RefusesReplicasThatCannotBe) {
  for (auto replicas : std::vector<std::vector<std::vector<std::int32_t>>>{
           {{1, 2}, {2, 3}}, {{1}}, {{1, 2, 3}}, {{1, 1}}, {{1, 9}}, {{}}, {}}) {
    EXPECT_EQ(ask(assigned("orders", 2, replicas)), ErrorCode::invalid_replica_assignment);
  }
  EXPECT_EQ(partitions(), 1u);
}

TEST_F(CreatePartitions, OnlySaysWhetherItCould) {
  auto r = request("orders", 4);
  r.validate_only = true;
  EXPECT_EQ(ask(r), ErrorCode::none);
  r.topics[0].count = 1;
  EXPECT_EQ(ask(r), ErrorCode::invalid_partitions);
  EXPECT_EQ(partitions(), 1u);
}

TEST_F(CreatePartitions, EachTopicOnceAndOnItsOwn) {
  auto r = request("orders", 4);
  r.topics.push_back(request("nobody", 2).topics[0]);
  r.topics.push_back(request("orders", 5).topics[0]);
  const auto response = world.ask(r);
  ASSERT_EQ(response.results.size(), 2u);
  EXPECT_EQ(static_cast<ErrorCode>(response.results[0].error_code), ErrorCode::invalid_request);
  EXPECT_EQ(static_cast<ErrorCode>(response.results[1].error_code), ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(partitions(), 1u);
}

TEST_F(CreatePartitions, AtMostTenThousandAtOnce) {
  EXPECT_EQ(ask(request("orders", 10'002)), ErrorCode::policy_violation);
  EXPECT_EQ(ask(request("orders", INT32_MAX)), ErrorCode::policy_violation);
  world.apply_all({topic_record("users", id(2)), partition_record(id(2), 0, {1})});
  auto r = request("orders", 6'001);
  r.topics.push_back(request("users", 6'001).topics[0]);
  for (const auto& result : world.ask(r).results) {
    EXPECT_EQ(static_cast<ErrorCode>(result.error_code), ErrorCode::policy_violation);
  }
  EXPECT_EQ(partitions(), 1u);
}

}  // namespace
}  // namespace kstream::cluster
