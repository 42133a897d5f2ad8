#include "world.h"

namespace kstream::cluster {
namespace {

ErrorCode code(std::int16_t number) { return static_cast<ErrorCode>(number); }

TEST(Registration, ABrokersEpochIsTheOffsetOfItsRegistration) {
  World world;
  world.next = Offset(7);
  const auto response = world.ask(world.registration(1));
  EXPECT_EQ(code(response.error_code), ErrorCode::none);
  EXPECT_EQ(response.broker_epoch, 7);
  const Broker& broker = *world.image()->broker(NodeId(1));
  EXPECT_EQ(broker.epoch, 7);
  EXPECT_TRUE(broker.fenced);
  EXPECT_EQ(broker.endpoint("PLAINTEXT")->host, "host1");
  EXPECT_EQ(broker.features.size(), supported_features().size());
}

TEST(Registration, TheSameIncarnationKeepsEpochAndState) {
  World world;
  world.add_broker(1);
  auto request = world.registration(1);
  request.incarnation_id = world.image()->broker(NodeId(1))->incarnation;
  request.rack = "r2";
  const std::int64_t epoch = world.image()->broker(NodeId(1))->epoch;
  EXPECT_EQ(world.ask(request).broker_epoch, epoch);
  EXPECT_FALSE(world.image()->broker(NodeId(1))->fenced);
  EXPECT_EQ(world.image()->broker(NodeId(1))->rack, "r2");
}

TEST(Registration, ANewIncarnationIsFenced) {
  World world;
  world.add_broker(1);
  const auto response = world.register_broker(1);
  EXPECT_EQ(response.broker_epoch, world.next.value - 1);
  EXPECT_TRUE(world.image()->broker(NodeId(1))->fenced);
}

TEST(Registration, Refuses) {
  World world;
  world.add_broker(1);
  world.apply_all(activation_records(*base::make_counted<const Image>()));
  const auto refused = [&](auto change) {
    auto request = world.registration(2);
    change(request);
    const auto decision = decide(request, *world.image(), world.context());
    EXPECT_TRUE(decision.records.empty());
    EXPECT_EQ(decision.response.broker_epoch, -1);
    return code(decision.response.error_code);
  };
  EXPECT_EQ(refused([](auto& r) { r.cluster_id = "another"; }), ErrorCode::inconsistent_cluster_id);
  EXPECT_EQ(refused([](auto& r) { r.log_dirs.clear(); }), ErrorCode::invalid_registration);
  EXPECT_EQ(refused([](auto& r) { r.log_dirs.push_back(r.log_dirs[0]); }), ErrorCode::invalid_registration);
  EXPECT_EQ(refused([](auto& r) { r.log_dirs = {kUnassignedDirectory}; }), ErrorCode::invalid_registration);
  EXPECT_EQ(refused([&](auto& r) { r.log_dirs = world.image()->broker(NodeId(1))->directories; }),
            ErrorCode::invalid_registration);
  EXPECT_EQ(refused([](auto& r) { r.features.clear(); }), ErrorCode::unsupported_version);
  EXPECT_EQ(refused([](auto& r) { r.features[1].max_supported_version = 32; }), ErrorCode::unsupported_version);
}

TEST(Heartbeat, UnfencesABrokerThatHasCaughtUp) {
  World world;
  world.next = Offset(10);
  const std::int64_t epoch = world.register_broker(1).broker_epoch;
  protocol::BrokerHeartbeatRequest heartbeat;
  heartbeat.broker_id = 1;
  heartbeat.broker_epoch = epoch;
  heartbeat.current_metadata_offset = 9;
  auto response = world.ask(heartbeat);
  EXPECT_TRUE(response.is_fenced);
  EXPECT_FALSE(response.is_caught_up);
  heartbeat.current_metadata_offset = 10;
  heartbeat.want_fence = true;
  EXPECT_TRUE(world.ask(heartbeat).is_fenced);
  heartbeat.want_fence = false;
  response = world.ask(heartbeat);
  EXPECT_FALSE(response.is_fenced);
  EXPECT_TRUE(response.is_caught_up);
  EXPECT_TRUE(world.image()->broker(NodeId(1))->usable());
  EXPECT_TRUE(decide(heartbeat, *world.image(), world.context()).records.empty()) << "it is unfenced already";
}

TEST(Heartbeat, RefusesAnotherRegistration) {
  World world;
  world.add_broker(1);
  protocol::BrokerHeartbeatRequest heartbeat;
  heartbeat.broker_id = 1;
  heartbeat.broker_epoch = 99;
  EXPECT_EQ(code(world.ask(heartbeat).error_code), ErrorCode::stale_broker_epoch);
  heartbeat.broker_id = 2;
  EXPECT_EQ(code(world.ask(heartbeat).error_code), ErrorCode::broker_id_not_registered);
}

TEST(ControllerRegistration, IsRecorded) {
  World world;
  protocol::ControllerRegistrationRequest request;
  request.controller_id = 3;
  request.incarnation_id = id(5);
  request.listeners.emplace_back().name = "CONTROLLER";
  EXPECT_EQ(code(world.ask(request).error_code), ErrorCode::none);
  const auto controller = world.image()->controllers().find(NodeId(3));
  ASSERT_TRUE(controller);
  EXPECT_EQ(controller->incarnation, id(5));
  EXPECT_EQ(controller->endpoints[0].name, "CONTROLLER");
}

// As measured on Kafka 4.4.0: one transaction of this name.
TEST(Activation, ANewClusterGetsItsBootstrapRecords) {
  World world;
  world.apply_all(activation_records(*world.image()));
  EXPECT_EQ(world.image()->features(), (std::vector<std::pair<std::string, std::int16_t>>{{"metadata.version", 33}}));
  EXPECT_EQ(world.next, Offset(3));
  EXPECT_TRUE(activation_records(*world.image()).empty());
}

class Leadership : public testing::Test {
 protected:
  Leadership() {
    for (std::uint64_t n = 1; n <= 3; ++n) world_.apply_all({topic_record("t" + std::to_string(n), id(n))});
    world_.apply_all(
        {partition_record(id(1), 0, {1}), partition_record(id(2), 0, {1, 2}), partition_record(id(3), 0, {2, 1})});
    protocol::PartitionChangeRecord lost;  // t2 lost its leader, as in a controlled shutdown.
    lost.topic_id = id(2);
    lost.partition_id = 0;
    lost.leader = -1;
    world_.apply_all({lost});
  }
  void take(bool clean) {
    for (const auto& batch : take_leadership(*world_.image(), NodeId(1), clean)) world_.apply_all(batch);
  }
  const Partition& partition(std::uint64_t n) { return *world_.image()->topic(id(n))->partitions[0]; }
  World world_;
};

TEST_F(Leadership, ACleanRestartTakesWhatHasNoLeader) {
  take(true);
  EXPECT_EQ(partition(1).leader_epoch, LeaderEpoch(0));
  EXPECT_EQ(partition(2).leader, NodeId(1));
  EXPECT_EQ(partition(2).leader_epoch, LeaderEpoch(2));
  EXPECT_EQ(partition(3).leader, NodeId(2));
}

TEST_F(Leadership, AnUncleanRestartBeginsNewEpochs) {
  take(false);
  EXPECT_EQ(partition(1).leader, NodeId(1));
  EXPECT_EQ(partition(1).leader_epoch, LeaderEpoch(1));
  EXPECT_EQ(partition(2).leader_epoch, LeaderEpoch(2));
  EXPECT_EQ(partition(3).leader_epoch, LeaderEpoch(0)) << "broker 2 leads it";
}

TEST_F(Leadership, GoesInBoundedBatches) {
  world_.apply_all({topic_record("big", id(9))});
  for (int i = 0; i < 10'050; ++i) world_.apply_all({partition_record(id(9), i, {1})});
  const auto batches = take_leadership(*world_.image(), NodeId(1), false);
  ASSERT_EQ(batches.size(), 2u);
  EXPECT_EQ(batches[0].size(), 10'000u);
  EXPECT_EQ(batches[1].size(), 52u);
}

}  // namespace
}  // namespace kstream::cluster
