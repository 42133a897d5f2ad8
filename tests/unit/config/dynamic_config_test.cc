#include "base/config/dynamic_config.h"

#include "base/config/broker_config.h"
#include "base/config/effective.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace kstream::config {
namespace {

ErrorCode check(std::string_view name, std::string_view value, bool one_broker = true) {
  return check_dynamic_config(name, value, one_broker).code();
}

TEST(DynamicConfig, WhatMayChangeWhileTheServerRuns) {
  EXPECT_EQ(check("log.retention.ms", "5"), ErrorCode::none);
  EXPECT_EQ(check("log.retention.ms", "5", false), ErrorCode::none);
  EXPECT_EQ(check("leader.replication.throttled.rate", "5"), ErrorCode::none);
  EXPECT_EQ(check("leader.replication.throttled.rate", "5", false), ErrorCode::invalid_request);
  EXPECT_EQ(check("log.retention.hours", "5"), ErrorCode::invalid_request);
  EXPECT_EQ(check("log.retention.ms", "soon"), ErrorCode::invalid_request);
  EXPECT_EQ(check("log.preallocate", "true"), ErrorCode::invalid_config);
  EXPECT_EQ(check("log.preallocate", "false"), ErrorCode::none);
  EXPECT_EQ(check("listeners", "PLAINTEXT://:9092"), ErrorCode::invalid_config);
  EXPECT_EQ(check("listener.name.internal.max.connections", "5", false), ErrorCode::none);
  EXPECT_EQ(check("listener.name.internal.max.connections", "many"), ErrorCode::invalid_request);
  EXPECT_EQ(check("listener.name.internal.sasl.mechanism", "PLAIN"), ErrorCode::invalid_config);
  EXPECT_EQ(check("log.roll.ms", "0"), ErrorCode::invalid_request) << "topics have segment.ms from it";
  EXPECT_EQ(check("log.retention.ms", "-2"), ErrorCode::invalid_request);
  EXPECT_EQ(check("log.retention.ms", "0"), ErrorCode::invalid_request) << "somebody means: for ever";
  EXPECT_EQ(check("log.retention.ms", "-1"), ErrorCode::none);
  for (auto limit : {"max.connections", "max.connections.per.ip", "max.connection.creation.rate",
                     "listener.name.internal.max.connections"})
    EXPECT_EQ(check(limit, "0"), ErrorCode::invalid_request) << limit << ": nobody could connect to take it back";
  EXPECT_EQ(check("cordoned.log.dirs", "*"), ErrorCode::invalid_config);
  EXPECT_EQ(check_dynamic_config("log.retentoin.ms", "5", true).error().detail,
            "\"log.retentoin.ms\" is no config; \"log.retention.ms\" is the nearest");
}

TEST(WithOverrides, AnOwnOneComesBeforeOneOfTheClusterAndThatBeforeTheStart) {
  auto fixed = make_broker_config({{"log.dirs", "/d"}, {"log.retention.hours", "1"}, {"message.max.bytes", "1000"}});
  ASSERT_TRUE(fixed.ok());
  EXPECT_EQ(with_overrides(*fixed, {}, {}), *fixed);
  auto cluster = with_overrides(*fixed, {{"log.retention.ms", "5"}}, {});
  EXPECT_EQ(cluster.topic_defaults.retention_ms, 5);
  EXPECT_EQ(cluster.topic_defaults.max_message_bytes, 1000);
  auto own =
      with_overrides(*fixed, {{"log.retention.ms", "5"}, {"message.max.bytes", "7"}}, {{"log.retention.ms", "6"}});
  EXPECT_EQ(own.topic_defaults.retention_ms, 6);
  EXPECT_EQ(own.topic_defaults.max_message_bytes, 7);
  EXPECT_EQ(own.values, fixed->values) << "what was set at the start stays known";
  EXPECT_EQ(own.own_overrides.size() + own.cluster_overrides.size(), 3u);
}

TEST(WithOverrides, WhatCouldNotBeSetIsAsIfItWereNot) {
  auto fixed = make_broker_config({{"log.dirs", "/d"}});
  ASSERT_TRUE(fixed.ok());
  auto config = with_overrides(
      *fixed, {{"log.retention.hours", "1"}, {"message.max.bytes", "x"}, {"num.partitions", "5"}}, {{"nobody", "1"}});
  EXPECT_EQ(config.topic_defaults, fixed->topic_defaults);
  EXPECT_EQ(config.num_partitions, 1);
}

TEST(EffectiveTopicConfigs, TellWhichOverrideHolds) {
  const auto retention = [](const Values& topic, const Values& cluster, const Values& own) {
    auto all = effective_topic_configs(topic, {{"log.retention.hours", "1"}}, cluster, own);
    auto found = std::ranges::find_if(all, [](auto& config) { return config.row->name == "retention.ms"; });
    return std::pair{found->value.value_or(""), found->source};
  };
  const Values cluster{{"log.retention.ms", "2"}}, own{{"log.retention.ms", "3"}};
  EXPECT_EQ(retention({{"retention.ms", "4"}}, cluster, own), std::pair(std::string("4"), Source::dynamic_topic));
  EXPECT_EQ(retention({}, cluster, own), std::pair(std::string("3"), Source::dynamic_broker));
  EXPECT_EQ(retention({}, cluster, {}), std::pair(std::string("2"), Source::dynamic_default_broker));
  EXPECT_EQ(retention({}, {}, {}), std::pair(std::string("3600000"), Source::static_broker));
}

}  // namespace
}  // namespace kstream::config
