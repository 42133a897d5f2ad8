#include "cluster/placement.h"

#include "world.h"

#include <map>
#include <set>

namespace kstream::cluster {
namespace {

std::vector<std::vector<NodeId>> place(World& world, std::int32_t partitions, std::int32_t replicas) {
  auto placed = place_replicas(*world.image(), partitions, replicas, world.random);
  EXPECT_TRUE(placed) << placed.error().to_string();
  return *placed;
}

TEST(Placement, OneBrokerGetsEverything) {
  World world;
  world.add_broker(5);
  for (const auto& replicas : place(world, 20, 1)) EXPECT_EQ(replicas, std::vector{NodeId(5)});
}

TEST(Placement, LeadersAndReplicasGoAroundTheBrokers) {
  World world;
  for (int id = 1; id <= 4; ++id) world.add_broker(id);
  std::map<NodeId, int> leads, holds;
  for (const auto& replicas : place(world, 400, 3)) {
    ++leads[replicas[0]];
    for (NodeId broker : replicas) ++holds[broker];
    EXPECT_EQ(std::set(replicas.begin(), replicas.end()).size(), 3u) << "one broker twice";
  }
  for (int id = 1; id <= 4; ++id) {
    EXPECT_EQ(leads[NodeId(id)], 100);
    EXPECT_EQ(holds[NodeId(id)], 300);
  }
}

TEST(Placement, ReplicasAreOnDifferentRacks) {
  World world;
  for (int id = 0; id < 9; ++id) world.add_broker(id, std::string(1, static_cast<char>('a' + id % 3)));
  std::set<std::vector<NodeId>> different;
  for (const auto& replicas : place(world, 90, 3)) {
    std::set<int> racks;
    for (NodeId broker : replicas) racks.insert(broker.value % 3);
    EXPECT_EQ(racks.size(), 3u);
    different.insert(replicas);
  }
  EXPECT_GT(different.size(), 20u) << "the same assignments again and again";
}

TEST(Placement, AFencedBrokerComesLastAndNeverLeads) {
  World world;
  world.add_broker(1);
  world.add_broker(2);
  world.register_broker(3);
  for (const auto& replicas : place(world, 30, 2)) {
    EXPECT_NE(replicas[0], NodeId(3));
    EXPECT_NE(replicas[1], NodeId(3));
  }
  for (const auto& replicas : place(world, 30, 3)) EXPECT_EQ(replicas[2], NodeId(3));
}

TEST(Placement, ABrokerThatShutsDownGetsNothing) {
  World world;
  world.add_broker(1);
  world.add_broker(2);
  protocol::BrokerRegistrationChangeRecord change;
  change.broker_id = 2;
  change.broker_epoch = world.image()->broker(NodeId(2))->epoch;
  change.in_controlled_shutdown = 1;
  world.apply_all({change});
  for (const auto& replicas : place(world, 10, 1)) EXPECT_EQ(replicas[0], NodeId(1));
  EXPECT_EQ(place_replicas(*world.image(), 1, 2, world.random).code(), ErrorCode::invalid_replication_factor);
}

TEST(Placement, NeedsEnoughBrokers) {
  World world;
  EXPECT_EQ(place_replicas(*world.image(), 1, 1, world.random).code(), ErrorCode::invalid_replication_factor);
  world.register_broker(1);
  EXPECT_EQ(place_replicas(*world.image(), 1, 1, world.random).code(), ErrorCode::invalid_replication_factor);
  world.add_broker(2);
  EXPECT_EQ(place_replicas(*world.image(), 1, 3, world.random).code(), ErrorCode::invalid_replication_factor);
  EXPECT_EQ(place(world, 1, 2)[0], (std::vector{NodeId(2), NodeId(1)}));
}

}  // namespace
}  // namespace kstream::cluster
