#include "base/config/topic_config.h"

#include "base/config/effective.h"

namespace kstream::config {
namespace {

TEST(TopicConfig, DefaultsAreThoseOfTheTable) {
  Values all;
  for (const Row& row : topic_rows()) {
    if (row.default_value) all[std::string(row.name)] = *row.default_value;
  }
  TopicConfig other;  // nothing of it may remain
  other.segment_bytes = other.segment_index_bytes = other.index_interval_bytes = other.max_message_bytes = 1;
  other.segment_ms = other.segment_jitter_ms = other.retention_ms = other.retention_bytes = 1;
  other.file_delete_delay_ms = other.message_timestamp_before_max_ms = other.message_timestamp_after_max_ms = 1;
  other.message_timestamp_type = TimestampType::log_append_time;
  other.min_insync_replicas = 9;
  EXPECT_EQ(resolve(all, other), TopicConfig{});
}

TEST(TopicConfig, OverridesWinOverTheBrokersDefaults) {
  TopicConfig defaults;
  defaults.retention_ms = 1000;
  defaults.segment_ms = 50;
  auto config = resolve({{"retention.ms", "-1"}, {"message.timestamp.type", "LogAppendTime"}}, defaults);
  EXPECT_EQ(config.retention_ms, -1);
  EXPECT_EQ(config.segment_ms, 50);
  EXPECT_EQ(config.message_timestamp_type, TimestampType::log_append_time);
}

TEST(TopicConfig, EachObeyedConfigReachesItsField) {
  for (const Row& row : topic_rows()) {
    if (row.effect != Effect::obeyed) continue;
    std::string value = row.name == "message.timestamp.type" ? "LogAppendTime" : "2097152";
    EXPECT_NE(resolve({{std::string(row.name), value}}, {}), TopicConfig{}) << row.name;
  }
}

TEST(TopicConfig, InternalSegmentBytesWinsAndMayBeSmall) {
  EXPECT_EQ(resolve({{"segment.bytes", "2097152"}, {"internal.segment.bytes", "500"}}, {}).segment_bytes, 500);
  EXPECT_TRUE(validate_topic_config("internal.segment.bytes", "500"));
  EXPECT_FALSE(validate_topic_config("internal.segment.bytes", "0"));
}

TEST(TopicConfig, WhatAForeignLogHoldsDoesNoHarm) {
  Values foreign = {{"segment.bytes", "1"},
                    {"retention.ms", "soon"},
                    {"cleanup.policy", "compact"},
                    {"no.such", "x"},
                    {"message.timestamp.type", "Tea"}};
  EXPECT_EQ(resolve(foreign, {}), TopicConfig{});
}

TEST(TopicConfig, IsValidatedWithOneSentence) {
  EXPECT_TRUE(validate_topic_config("retention.ms", "5"));
  EXPECT_EQ(validate_topic_config("retention.ms", "-2").error(),
            (Error{ErrorCode::invalid_config, "\"retention.ms\" must be at least -1, not \"-2\""}));
  EXPECT_EQ(validate_topic_config("retenton.ms", "5").error(),
            (Error{ErrorCode::invalid_config, "\"retenton.ms\" is no config; \"retention.ms\" is the nearest"}));
  EXPECT_EQ(validate_topic_config("num.partitions", "5").code(), ErrorCode::invalid_config);
}

TEST(TopicConfig, WhatHasNoEffectYetIsRefusedButForItsDefault) {
  EXPECT_EQ(validate_topic_config("cleanup.policy", "compact").error(),
            (Error{ErrorCode::invalid_config,
                   "\"cleanup.policy\" has no effect yet: only its default is accepted, \"delete\""}));
  EXPECT_EQ(validate_topic_config("leader.replication.throttled.replicas", "*").error().detail,
            "\"leader.replication.throttled.replicas\" has no effect yet: only its default is accepted, no value");
  for (const Row& row : topic_rows()) {
    EXPECT_TRUE(!row.default_value || validate_topic_config(row.name, *row.default_value)) << row.name;
  }
  for (auto [name, value] : {std::pair{"compression.type", "zstd"},
                             {"preallocate", "true"},
                             {"flush.messages", "1"},
                             {"flush.ms", "1000"},
                             {"cleanup.policy", ""},
                             {"unclean.leader.election.enable", "true"}}) {
    EXPECT_FALSE(validate_topic_config(name, value)) << name;
  }
}

}  // namespace
}  // namespace kstream::config
