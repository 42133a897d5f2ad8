#include "base/config/described.h"

#include <algorithm>

namespace kstream::config {
namespace {

const Described* find(const std::vector<Described>& all, std::string_view name) {
  auto found = std::ranges::find(all, name, &Described::name);
  return found == all.end() ? nullptr : &*found;
}

using Given = std::vector<GivenValue>;
const Values kNone;

TEST(Described, ATopicsConfigHasAllThatWasGiven) {
  Values one{{"log.retention.bytes", "3"}}, all{{"log.retention.bytes", "4"}}, fixed{{"log.retention.bytes", "5"}};
  auto topic = describe_topic({{"retention.bytes", "2"}}, {one, all, fixed});
  const auto* found = find(topic, "retention.bytes");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->value, "2");
  EXPECT_EQ(found->source, Source::dynamic_topic);
  EXPECT_EQ(found->given, (Given{{"retention.bytes", "2", Source::dynamic_topic},
                                 {"log.retention.bytes", "3", Source::dynamic_broker},
                                 {"log.retention.bytes", "4", Source::dynamic_default_broker},
                                 {"log.retention.bytes", "5", Source::static_broker},
                                 {"log.retention.bytes", "-1", Source::default_value}}));
  topic = describe_topic({}, {kNone, all, fixed});
  EXPECT_EQ(find(topic, "retention.bytes")->value, "4");
  EXPECT_EQ(find(topic, "retention.bytes")->source, Source::dynamic_default_broker);
}

TEST(Described, AValueInAnotherUnitIsConverted) {
  Values fixed{{"log.retention.hours", "2"}};
  auto topic = describe_topic({}, {kNone, kNone, fixed});
  EXPECT_EQ(find(topic, "retention.ms")->value, "7200000");
  EXPECT_EQ(find(topic, "retention.ms")->source, Source::static_broker);
  EXPECT_EQ(find(topic, "retention.ms")->given, (Given{{"log.retention.hours", "2", Source::static_broker},
                                                       {"log.retention.hours", "168", Source::default_value}}));
  auto broker = describe_broker({kNone, kNone, fixed});
  EXPECT_EQ(find(broker, "log.retention.ms")->value, "7200000");
  EXPECT_EQ(find(broker, "log.retention.hours")->value, "2");
}

TEST(Described, AListenersConfigStandsBeforeThatOfAll) {
  const std::string name = "listener.name.internal.max.connections";
  Values one{{name, "3"}}, fixed{{name, "4"}, {"max.connections", "5"}};
  const auto all = describe_broker({one, kNone, fixed});
  const auto* found = find(all, name);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->value, "3");
  EXPECT_FALSE(found->sensitive());
  EXPECT_EQ(found->given, (Given{{name, "3", Source::dynamic_broker},
                                 {name, "4", Source::static_broker},
                                 {"max.connections", "5", Source::static_broker},
                                 {"max.connections", "2147483647", Source::default_value}}));
  EXPECT_EQ(find(describe_broker_defaults(one), name)->value, "3");
}

TEST(Described, WhatIsNotSetHasItsDefault) {
  auto topic = describe_topic({}, {kNone, kNone, kNone});
  EXPECT_EQ(topic.size(), topic_rows().size() - 1) << "internal.segment.bytes is told only if set";
  for (const auto& config : topic) {
    EXPECT_EQ(config.source, Source::default_value) << config.name;
    EXPECT_EQ(config.value, config.row->default_value) << config.name;
  }
  EXPECT_EQ(find(topic, "cleanup.policy")->given, (Given{{"log.cleanup.policy", "delete", Source::default_value}}));
  EXPECT_EQ(find(topic, "retention.ms")->given, Given{}) << "log.retention.ms itself has no default";
  EXPECT_EQ(find(topic, "remote.storage.enable")->given, Given{}) << "the broker has no such config";
  EXPECT_TRUE(find(describe_topic({{"internal.segment.bytes", "9"}}, {kNone, kNone, kNone}), "internal.segment.bytes"));
  EXPECT_EQ(find(describe_broker({kNone, kNone, kNone}), "log.retention.ms")->value, std::nullopt);
  EXPECT_FALSE(find(describe_broker({kNone, kNone, kNone}), "log.initial.task.delay.ms"));
  Values hidden{{"log.initial.task.delay.ms", "1"}};
  EXPECT_TRUE(find(describe_broker({kNone, kNone, hidden}), "log.initial.task.delay.ms"));
}

TEST(Described, PasswordsAndWhatNobodyKnowsAreNotTold) {
  Values one{{"ssl.key.password", "secret"}}, fixed{{"ssl.key.password", "old"}, {"listener.name.a.b", "hidden"}};
  auto broker = describe_broker({one, kNone, fixed});
  const auto* password = find(broker, "ssl.key.password");
  EXPECT_TRUE(password->sensitive());
  EXPECT_EQ(password->value, std::nullopt);
  EXPECT_EQ(password->source, Source::dynamic_broker);
  EXPECT_EQ(password->given, (Given{{"ssl.key.password", std::nullopt, Source::dynamic_broker},
                                    {"ssl.key.password", std::nullopt, Source::static_broker}}));
  const auto* unknown = find(broker, "listener.name.a.b");
  ASSERT_TRUE(unknown);
  EXPECT_TRUE(unknown->sensitive());
  EXPECT_EQ(unknown->given, (Given{{"listener.name.a.b", std::nullopt, Source::static_broker}}));
  EXPECT_FALSE(find(broker, "num.partitions")->sensitive());
}

TEST(Described, TheDefaultsOfAllBrokersAreWhatIsSetForThem) {
  auto all = describe_broker_defaults({{"message.max.bytes", "7"}, {"ssl.key.password", "secret"}, {"odd", "1"}});
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(find(all, "message.max.bytes")->value, "7");
  EXPECT_EQ(find(all, "message.max.bytes")->given, (Given{{"message.max.bytes", "7", Source::dynamic_default_broker}}));
  EXPECT_EQ(find(all, "ssl.key.password")->value, std::nullopt);
  EXPECT_EQ(find(all, "odd")->source, Source::dynamic_default_broker);
}

}  // namespace
}  // namespace kstream::config
