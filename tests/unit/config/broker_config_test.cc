#include "base/config/broker_config.h"

#include "base/config/broker_check.h"
#include "base/config/value.h"

#include <set>

namespace kstream::config {
namespace {

BrokerConfig make(Values values) {
  if (!values.contains("log.dir")) values.emplace("log.dirs", "/data");
  auto config = make_broker_config(values);
  EXPECT_TRUE(config) << config.error().detail;
  return config ? *config : BrokerConfig{};
}

TEST(BrokerConfig, StartsFromNothingButAFolder) {
  auto config = make({});
  EXPECT_EQ(config.node_id, NodeId(1));
  EXPECT_EQ(config.rack, std::nullopt);
  EXPECT_EQ(config.log_dirs, std::vector<std::string>{"/data"});
  EXPECT_EQ(config.metadata_log_dir, "/data");
  EXPECT_EQ(config.listeners, (std::vector<Listener>{{"PLAINTEXT", "127.0.0.1", 9092}}));
  EXPECT_EQ(config.advertised_listeners, config.listeners);
  EXPECT_EQ(config.topic_defaults, TopicConfig{});
  EXPECT_EQ(config.record_validation, RecordValidation::walk);
  EXPECT_EQ(config.log_level, base::LogLevel::info);
}

TEST(BrokerConfig, DefaultsOfTheStructAreThoseOfTheTable) {
  auto made = make({});
  BrokerConfig fresh;
  EXPECT_EQ(made.node_id, fresh.node_id);
  EXPECT_EQ(made.num_shards, fresh.num_shards);
  EXPECT_EQ(made.auto_create_topics_enable, fresh.auto_create_topics_enable);
  EXPECT_EQ(made.delete_topic_enable, fresh.delete_topic_enable);
  EXPECT_EQ(made.num_partitions, fresh.num_partitions);
  EXPECT_EQ(made.default_replication_factor, fresh.default_replication_factor);
  EXPECT_EQ(made.record_validation, fresh.record_validation);
  EXPECT_EQ(made.socket_request_max_bytes, fresh.socket_request_max_bytes);
  EXPECT_EQ(made.fetch_max_bytes, fresh.fetch_max_bytes);
  EXPECT_EQ(made.request_timeout, fresh.request_timeout);
  EXPECT_EQ(made.log_retention_check_interval, fresh.log_retention_check_interval);
  EXPECT_EQ(made.log_flush_offset_checkpoint_interval, fresh.log_flush_offset_checkpoint_interval);
  EXPECT_EQ(made.metadata_log_segment_bytes, fresh.metadata_log_segment_bytes);
  EXPECT_EQ(made.metadata_log_segment_ms, fresh.metadata_log_segment_ms);
  EXPECT_EQ(made.metadata_log_max_record_bytes_between_snapshots,
            fresh.metadata_log_max_record_bytes_between_snapshots);
  EXPECT_EQ(made.metadata_log_max_snapshot_interval, fresh.metadata_log_max_snapshot_interval);
  EXPECT_EQ(made.log_level, fresh.log_level);
}

TEST(BrokerConfig, ReadsWhatIsSet) {
  Values values = {{"node.id", "7"},
                   {"broker.rack", " r1 "},
                   {"log.dirs", "/a, /b"},
                   {"metadata.log.dir", "/b"},
                   {"num.shards", "2"},
                   {"auto.create.topics.enable", "False"},
                   {"num.partitions", "3"},
                   {"record.validation", "header"},
                   {"log.level", "error"},
                   {"request.timeout.ms", "5"},
                   {"log.segment.bytes", "1048576"},
                   {"log.retention.hours", "1"},
                   {"message.max.bytes", "1000"},
                   {"min.insync.replicas", "2"},
                   {"log.segment.delete.delay.ms", "9"}};
  auto config = make(values);
  EXPECT_EQ(config.node_id, NodeId(7));
  EXPECT_EQ(config.rack, "r1");
  EXPECT_EQ(config.log_dirs, (std::vector<std::string>{"/a", "/b"}));
  EXPECT_EQ(config.metadata_log_dir, "/b");
  EXPECT_EQ(config.num_shards, 2u);
  EXPECT_FALSE(config.auto_create_topics_enable);
  EXPECT_EQ(config.num_partitions, 3);
  EXPECT_EQ(config.record_validation, RecordValidation::header);
  EXPECT_EQ(config.log_level, base::LogLevel::error);
  EXPECT_EQ(config.request_timeout, std::chrono::milliseconds(5));
  EXPECT_EQ(config.topic_defaults.segment_bytes, 1 << 20);
  EXPECT_EQ(config.topic_defaults.retention_ms, 3'600'000);
  EXPECT_EQ(config.topic_defaults.max_message_bytes, 1000);
  EXPECT_EQ(config.topic_defaults.min_insync_replicas, 2);
  EXPECT_EQ(config.topic_defaults.file_delete_delay_ms, 9);
  EXPECT_EQ(config.values, values);
}

TEST(BrokerConfig, TakesOldAndCoarserNames) {
  EXPECT_EQ(make({{"broker.id", "4"}}).node_id, NodeId(4));
  EXPECT_EQ(make({{"log.dir", "/d"}}).log_dirs, std::vector<std::string>{"/d"});
  EXPECT_EQ(make({{"log.retention.hours", "-1"}}).topic_defaults.retention_ms, -1);
}

TEST(BrokerConfig, CutsEndlessDurations) {
  auto ten_years = std::chrono::milliseconds(315'360'000'000);
  EXPECT_EQ(make({{"metadata.log.segment.ms", "-1"}}).metadata_log_segment_ms, ten_years);
  EXPECT_EQ(make({{"metadata.log.segment.ms", "9223372036854775807"}}).metadata_log_segment_ms, ten_years);
}

TEST(BrokerConfig, OpensListenersForClientsOnly) {
  auto config = make({{"listeners", "PLAINTEXT://:9092,CONTROLLER://:9093,INSIDE://10.0.0.1:9094"},
                      {"advertised.listeners", "INSIDE://in.example:1,PLAINTEXT://out.example:2"},
                      {"controller.listener.names", "CONTROLLER"},
                      {"listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,INSIDE:PLAINTEXT"}});
  EXPECT_EQ(config.listeners, (std::vector<Listener>{{"PLAINTEXT", "", 9092}, {"INSIDE", "10.0.0.1", 9094}}));
  EXPECT_EQ(config.advertised_listeners,
            (std::vector<Listener>{{"PLAINTEXT", "out.example", 2}, {"INSIDE", "in.example", 1}}));
}

TEST(BrokerConfig, IsRefusedWithTheFirstError) {
  EXPECT_EQ(make_broker_config({}).error(),
            (Error{ErrorCode::invalid_config, "\"log.dirs\" must name the directory for the data"}));
  EXPECT_TRUE(make_broker_config({{"log.dirs", "/d"}, {"num.io.threads", "4"}})) << "a warning";
}

/// Another value of an obeyed config than its default, with what must be set beside it.
Values another_value(const Row& row) {
  const std::map<std::string_view, Values> special = {
      {"advertised.listeners", {{"advertised.listeners", "PLAINTEXT://h:1"}}},
      {"broker.id", {{"broker.id", "4"}}},
      {"broker.rack", {{"broker.rack", "r"}}},
      {"controller.listener.names",
       {{"controller.listener.names", "C"},
        {"listeners", "PLAINTEXT://h:1,C://h:2"},
        {"listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,C:PLAINTEXT"}}},
      {"listeners", {{"listeners", "PLAINTEXT://h:1"}}},
      {"log.dir", {{"log.dir", "/x"}}},
      {"log.dirs", {{"log.dirs", "/x"}}},
      {"log.file", {{"log.file", "/l"}}},
      {"log.format", {{"log.format", "json"}}},
      {"log.level", {{"log.level", "debug"}}},
      {"max.connections.per.ip.overrides", {{"max.connections.per.ip.overrides", "h:1"}}},
      {"metrics.listener", {{"metrics.listener", ":9404"}}},
      {"log.message.timestamp.type", {{"log.message.timestamp.type", "LogAppendTime"}}},
      {"metadata.log.dir", {{"metadata.log.dir", "/b"}, {"log.dirs", "/a,/b"}}},
      {"record.validation", {{"record.validation", "header"}}}};
  if (auto found = special.find(row.name); found != special.end()) return found->second;
  std::string name(row.name), given(row.default_value.value_or("0"));
  if (row.type == Type::boolean) return {{name, given == "true" ? "false" : "true"}};
  auto number = parse_integer(given);
  if (!number) return {};
  return {{name, std::to_string(*number > 1 ? *number - 1 : *number + 1)}};
}

TEST(BrokerConfig, EveryObeyedConfigChangesTheSnapshot) {
  // What one server that is a cluster of its own can only be told to be.
  const std::set<std::string_view> checked_only = {"controller.quorum.bootstrap.servers", "controller.quorum.voters",
                                                   "listener.security.protocol.map", "process.roles"};
  for (const Row& row : broker_rows()) {
    if (row.effect != Effect::obeyed || checked_only.contains(row.name)) continue;
    auto values = another_value(row);
    ASSERT_FALSE(values.empty()) << row.name << " needs a line above";
    auto without = values;
    without.erase(without.find(row.name));
    auto config = make(values), plain = make(without);
    config.values = plain.values = {};
    EXPECT_NE(config, plain) << row.name << " is said to be obeyed, and nobody learns of it";
  }
}

TEST(BrokerConfig, EveryObeyedConfigTakesItsDefaultBack) {
  for (const Row& row : broker_rows()) {
    if (!row.default_value || row.valid.not_empty) continue;
    Values values = {{"log.dirs", "/d"}};
    values[std::string(row.name)] = *row.default_value;
    auto config = make_broker_config(values);
    EXPECT_TRUE(config) << row.name << ": " << config.error().detail;
  }
}

TEST(BrokerConfig, AListenerHasLimitsOfItsOwn) {
  const Values values{{"log.dirs", "/d"},
                      {"listeners", "PLAINTEXT://:9092,INTERNAL://:9093"},
                      {"listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT"},
                      {"max.connections", "9"},
                      {"listener.name.internal.max.connections", "5"}};
  auto config = make_broker_config(values);
  ASSERT_TRUE(config.ok()) << config.error().detail;
  EXPECT_EQ(config->max_connections, 9);
  EXPECT_EQ(config->listener_limits, (std::vector<ListenerLimits>{{}, {.connections = 5}}));
  auto changed = with_overrides(*config, {{"listener.name.plaintext.max.connection.creation.rate", "7"}},
                                {{"listener.name.internal.max.connections", "6"}});
  EXPECT_EQ(changed.listener_limits, (std::vector<ListenerLimits>{{.per_second = 7}, {.connections = 6}}));
}

}  // namespace
}  // namespace kstream::config
