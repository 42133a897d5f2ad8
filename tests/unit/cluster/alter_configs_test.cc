#include "world.h"

namespace kstream::cluster {
namespace {

using Request = protocol::AlterConfigsRequest;
constexpr std::int8_t kTopic = 2, kBroker = 4, kLogger = 8, kGroup = 32;

Request request(std::int8_t type, const std::string& name, const config::Values& configs) {
  Request r;
  auto& resource = r.resources.emplace_back();
  resource.resource_type = type;
  resource.resource_name = name;
  for (const auto& [config, value] : configs) resource.configs.push_back({config, value});
  return r;
}

class AlterConfigs : public testing::Test {
 protected:
  AlterConfigs() {
    world.apply_all({topic_record("orders", id(1)), partition_record(id(1), 0, {1}),
                     config_record(ResourceType::topic, "orders", "retention.ms", "5"),
                     config_record(ResourceType::topic, "orders", "segment.ms", "7")});
  }
  ErrorCode ask(const Request& r) {
    const auto response = world.ask(r);
    return static_cast<ErrorCode>(response.responses.at(0).error_code);
  }
  World world;
};

TEST_F(AlterConfigs, ReplacesAll) {
  EXPECT_EQ(ask(request(kTopic, "orders", {{"retention.ms", "6"}, {"segment.bytes", "2097152"}})), ErrorCode::none);
  const auto& topic = *world.image()->topic("orders");
  EXPECT_EQ(topic.overrides, (config::Values{{"retention.ms", "6"}, {"segment.bytes", "2097152"}}));
  EXPECT_EQ(topic.config().retention_ms, 6);
  EXPECT_EQ(topic.config().segment_ms, config::TopicConfig().segment_ms);
}

TEST_F(AlterConfigs, WritesOnlyWhatChangesOfATopic) {
  const auto decision = decide(request(kTopic, "orders", {{"retention.ms", "5"}}), *world.image(), world.context());
  ASSERT_EQ(decision.records.size(), 1u);
  const auto& record = std::get<protocol::ConfigRecord>(decision.records[0]);
  EXPECT_EQ(record.name, "segment.ms");
  EXPECT_FALSE(record.value);
}

TEST_F(AlterConfigs, OfAllBrokersAndOfOne) {
  EXPECT_EQ(ask(request(kBroker, "", {{"log.retention.ms", "100"}})), ErrorCode::none);
  EXPECT_EQ(ask(request(kBroker, "1", {{"log.retention.ms", "200"}})), ErrorCode::none);
  EXPECT_EQ(world.image()->broker_overrides("").at("log.retention.ms"), "100");
  EXPECT_EQ(world.image()->broker_overrides(NodeId(1)).at("log.retention.ms"), "200");
  EXPECT_EQ(ask(request(kBroker, "1", {})), ErrorCode::none);
  EXPECT_TRUE(world.image()->broker_overrides(NodeId(1)).empty());
}

TEST_F(AlterConfigs, RefusesResourcesThatAreNone) {
  EXPECT_EQ(ask(request(kTopic, "nobody", {})), ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(ask(request(kTopic, "", {})), ErrorCode::invalid_request);
  EXPECT_EQ(ask(request(kTopic, "no/name", {})), ErrorCode::invalid_topic_exception);
  EXPECT_EQ(ask(request(kBroker, "2", {})), ErrorCode::invalid_request) << "this is broker 1";
  EXPECT_EQ(ask(request(kBroker, "one", {})), ErrorCode::invalid_request);
  EXPECT_EQ(ask(request(kBroker, "01", {})), ErrorCode::invalid_request) << "it would be stored under another name";
  EXPECT_EQ(ask(request(kLogger, "1", {})), ErrorCode::invalid_request) << "only the incremental request knows loggers";
  EXPECT_EQ(ask(request(kGroup, "g", {})), ErrorCode::invalid_request);
  EXPECT_EQ(ask(request(0, "", {})), ErrorCode::invalid_request);
}

TEST_F(AlterConfigs, RefusesValuesThatCannotBe) {
  EXPECT_EQ(ask(request(kTopic, "orders", {{"retention.ms", "soon"}})), ErrorCode::invalid_config);
  EXPECT_EQ(ask(request(kTopic, "orders", {{"retentoin.ms", "5"}})), ErrorCode::invalid_config);
  EXPECT_EQ(ask(request(kTopic, "orders", {{"cleanup.policy", "compact"}})), ErrorCode::invalid_config);
  EXPECT_EQ(ask(request(kBroker, "1", {{"node.id", "5"}})), ErrorCode::invalid_request);
  EXPECT_EQ(ask(request(kBroker, "1", {{"log.segment.bytes", "1"}})), ErrorCode::invalid_request);
  EXPECT_EQ(ask(request(kBroker, "", {{"log.cleanup.policy", "compact"}})), ErrorCode::invalid_config);
  EXPECT_EQ(ask(request(kBroker, "1", {{"listeners", "PLAINTEXT://:1"}})), ErrorCode::invalid_config);
  EXPECT_EQ(ask(request(kBroker, "", {{"leader.replication.throttled.rate", "5"}})), ErrorCode::invalid_request)
      << "of one broker only";
  EXPECT_EQ(ask(request(kBroker, "1", {{"leader.replication.throttled.rate", "5"}})), ErrorCode::none);
  EXPECT_EQ(world.image()->topic("orders")->overrides.size(), 2u);
}

TEST_F(AlterConfigs, RefusesWhatIsSaidTwiceOrHasNoValue) {
  auto twice = request(kTopic, "orders", {{"retention.ms", "6"}});
  twice.resources.push_back(twice.resources[0]);
  const auto response = world.ask(twice);
  ASSERT_EQ(response.responses.size(), 2u);
  for (const auto& one : response.responses) {
    EXPECT_EQ(static_cast<ErrorCode>(one.error_code), ErrorCode::invalid_request);
  }
  auto config_twice = request(kTopic, "orders", {{"retention.ms", "6"}});
  config_twice.resources[0].configs.push_back({"retention.ms", "7"});
  EXPECT_EQ(ask(config_twice), ErrorCode::invalid_request);
  auto none = request(kTopic, "orders", {});
  none.resources[0].configs.push_back({"retention.ms", std::nullopt});
  EXPECT_EQ(ask(none), ErrorCode::invalid_request);
  EXPECT_EQ(world.image()->topic("orders")->overrides.at("retention.ms"), "5");
}

TEST_F(AlterConfigs, OnlySaysWhetherItCould) {
  auto r = request(kTopic, "orders", {{"retention.ms", "6"}});
  r.validate_only = true;
  EXPECT_EQ(ask(r), ErrorCode::none);
  EXPECT_EQ(world.image()->topic("orders")->overrides.at("retention.ms"), "5");
}

TEST_F(AlterConfigs, DefaultsOfTopicsFollowTheBrokers) {
  world.apply_all({topic_record("plain", id(2)), partition_record(id(2), 0, {1})});
  const auto before = world.image();
  (void)ask(request(kBroker, "", {{"log.retention.ms", "100"}, {"message.max.bytes", "1000"}}));
  EXPECT_EQ(world.image()->topic("plain")->config().retention_ms, 100);
  EXPECT_EQ(world.image()->topic("orders")->config().retention_ms, 5) << "its own override is stronger";
  EXPECT_EQ(world.image()->topic("orders")->config().max_message_bytes, 1000);
  EXPECT_EQ(changed_topics(*before, *world.image()).size(), 2u) << "so that live logs hear of it";
  (void)ask(request(kBroker, "1", {{"log.retention.ms", "200"}}));
  EXPECT_EQ(world.image()->topic("plain")->config().retention_ms, 200);
  EXPECT_EQ(world.image()->topic(id(2))->config().retention_ms, 200);
  (void)ask(request(kBroker, "1", {}));
  (void)ask(request(kBroker, "", {}));
  EXPECT_EQ(world.image()->topic("plain")->config(), config::TopicConfig());
  EXPECT_EQ(before->topic("plain")->config(), config::TopicConfig()) << "an image never changes";
}

TEST_F(AlterConfigs, ASuccessorHasTheSameDefaults) {
  (void)ask(request(kBroker, "", {{"log.retention.ms", "100"}}));
  World successor;
  for (const auto& record : records_of(*world.image())) ASSERT_TRUE(successor.apply(record));
  successor.apply_all({topic_record("late", id(3)), partition_record(id(3), 0, {1})});
  EXPECT_EQ(successor.image()->topic("late")->config().retention_ms, 100);
  Replay goes_on(successor.image(), successor.config.topic_defaults, NodeId(1));
  ASSERT_TRUE(goes_on.apply(topic_record("later", id(4)), {Offset(100), LeaderEpoch(1), Timestamp(1)}));
  EXPECT_EQ(goes_on.image()->topic("later")->config().retention_ms, 100);
}

}  // namespace
}  // namespace kstream::cluster
