#include "server/configuration.h"

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace kstream::server {
namespace {

/// A file that is gone at the end of the test.
class TemporaryFile {
 public:
  TemporaryFile(const std::string& name, std::string_view text) : path_(::testing::TempDir() + name) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~TemporaryFile() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Configuration load(const ConfigurationInputs& inputs) {
  auto loaded = load_configuration(inputs);
  if (auto* errors = std::get_if<ConfigurationErrors>(&loaded)) {
    for (const auto& error : *errors) ADD_FAILURE() << error;
    return {};
  }
  return std::get<Configuration>(std::move(loaded));
}

std::vector<std::string> errors(const ConfigurationInputs& inputs) {
  auto loaded = load_configuration(inputs);
  auto* found = std::get_if<ConfigurationErrors>(&loaded);
  return found ? *found : std::vector<std::string>{};
}
using Lines = std::vector<std::string>;
const std::map<std::string, std::string> kHome = {{"HOME", "/home/me"}};

TEST(Configuration, HasADefaultFolder) {
  auto config = load({.environment = kHome});
  EXPECT_EQ(config.broker.log_dirs, Lines{"/home/me/.local/state/kstream"});
  EXPECT_EQ(config.origins.at("log.dirs"), "default");
  EXPECT_EQ(load({.environment = {{"HOME", "/home/me"}, {"XDG_STATE_HOME", "/state"}}}).broker.log_dirs,
            Lines{"/state/kstream"});
  EXPECT_EQ(load({.environment = {{"HOME", "/home/me"}, {"XDG_STATE_HOME", "state"}}}).broker.log_dirs,
            Lines{"/home/me/.local/state/kstream"})
      << "relative ones do not count";
  EXPECT_EQ(errors({}), Lines{"\"log.dirs\" must name the directory for the data"});
}

TEST(Configuration, RefusesOneFolderUnderTwoNames) {
  EXPECT_EQ(errors({.overrides = {"log.dirs=/a,/b,/x/..//a/"}}),
            Lines{"-X: \"log.dirs\" names one folder twice, as /a and as /x/..//a/"});
}

TEST(Configuration, OrderIsFlagEnvironmentFileDefault) {
  TemporaryFile file("order.toml", "node.id = 1\nnum.partitions = 1\nnum.shards = 1\nbroker.rack = 'file'\n");
  ConfigurationInputs inputs{.file = file.path(), .overrides = {"node.id=3", "broker.rack=a=b"}, .environment = kHome};
  inputs.environment.insert({{"KSERVER_NODE_ID", "2"}, {"KSERVER_NUM_PARTITIONS", "2"}, {"KAFKA_NUM_PARTITIONS", "9"}});
  auto config = load(inputs);
  EXPECT_EQ(config.broker.node_id, NodeId(3));
  EXPECT_EQ(config.broker.num_partitions, 2);
  EXPECT_EQ(config.broker.num_shards, 1u);
  EXPECT_EQ(config.broker.rack, "a=b");
  EXPECT_EQ(config.origins.at("node.id"), "-X");
  EXPECT_EQ(config.origins.at("num.partitions"), "KSERVER_NUM_PARTITIONS");
  EXPECT_EQ(config.origins.at("num.shards"), file.path() + ":3");
}

TEST(Configuration, AStrongerSynonymWinsOverAWeakerName) {
  TemporaryFile file("synonym.toml", "log.dirs = '/file'\n\"log.retention.ms\" = 5\n");
  auto config = load({.file = file.path(), .overrides = {"log.dir=/flag", "log.retention.hours=1"}});
  EXPECT_EQ(config.broker.log_dirs, Lines{"/flag"});
  EXPECT_EQ(config.broker.topic_defaults.retention_ms, 3'600'000);
  EXPECT_FALSE(config.origins.contains("log.dirs"));
  EXPECT_EQ(load({.overrides = {"log.dirs=/a", "log.dir=/b"}}).broker.log_dirs, Lines{"/a"})
      << "of one source, as in Kafka";
  EXPECT_EQ(load({.overrides = {"log.dir=/b", "log.dirs=/a"}}).broker.log_dirs, Lines{"/a"});
}

TEST(Configuration, ReadsKafkasProperties) {
  const std::string text = "# Kafka\nprocess.roles=broker,controller\nnode.id=1\nlog.dirs=/tmp/x\nnum.io.threads=4\n";
  TemporaryFile named("server.properties", text), unnamed("server.conf", text);
  for (const auto& path : {named.path(), unnamed.path()}) {
    auto config = load({.file = path});
    EXPECT_EQ(config.broker.log_dirs, Lines{"/tmp/x"});
    EXPECT_EQ(config.warnings, Lines{path + ":5: \"num.io.threads\" has no effect yet"});
  }
  TemporaryFile toml("kserver.conf", "# TOML\nnode.id = 4\n\"log.dirs\" = \"/y\"\n");
  EXPECT_EQ(load({.file = toml.path()}).broker.log_dirs, Lines{"/y"});
}

TEST(Configuration, SaysWhereEachErrorIs) {
  TemporaryFile file("errors.toml", "\n\"log.dris\" = \"/x\"\nnum.partitions = 0\n");
  EXPECT_EQ(errors({.file = file.path(), .overrides = {"num.shards=x"}, .environment = kHome}),
            (Lines{file.path() + ":2: \"log.dris\" is no config; \"log.dirs\" is the nearest",
                   file.path() + ":3: \"num.partitions\" must be at least 1, not \"0\"",
                   "-X: \"num.shards\" must be a whole number of 32 bits, not \"x\""}));
  TemporaryFile broken("broken.toml", "a = 1\nlog.dirs = /data\n");
  auto lines = errors({.file = broken.path(), .environment = kHome});
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_TRUE(lines[0].starts_with(broken.path() + ":2: ")) << lines[0];
}

TEST(Configuration, SaysWhyAFileCannotBeRead) {
  EXPECT_EQ(errors({.file = "/no/such/file", .environment = kHome}),
            Lines{"/no/such/file: cannot be read: No such file or directory"});
  EXPECT_EQ(errors({.file = "/tmp", .environment = kHome}), Lines{"/tmp: cannot be read: Is a directory"});
  TemporaryFile large("large.toml", std::string((1 << 20) + 1, '#'));
  EXPECT_EQ(errors({.file = large.path(), .environment = kHome}),
            Lines{large.path() + ": is larger than 1 MiB and no configuration"});
}

TEST(Configuration, TakesUnits) {
  auto config = load({.overrides = {"log.retention.ms=7d", "log.segment.bytes=64MiB"}, .environment = kHome});
  EXPECT_EQ(config.broker.topic_defaults.retention_ms, 604'800'000);
  EXPECT_EQ(config.broker.topic_defaults.segment_bytes, 64 << 20);
  EXPECT_EQ(errors({.overrides = {"log.retention.ms=7x"}, .environment = kHome}),
            Lines{"-X: \"log.retention.ms\" must be a time such as 90s, 1h30m or 7d, not \"7x\""});
}

TEST(Configuration, ReadsTheEnvironment) {
  auto inputs = ConfigurationInputs{.environment = kHome};
  inputs.environment.insert(
      {{"KAFKA_HOME", "/opt/kafka"}, {"KAFKA_HEAP_OPTS", "-Xmx1g"}, {"KAFKA_NODE_ID", "5"}, {"KAFKA_LOG_DRIS", "/x"}});
  inputs.environment["KAFKA_LISTENER_NAME_PLAINTEXT_MAX_CONNECTIONS"] = "7";
  auto config = load(inputs);
  EXPECT_EQ(config.broker.node_id, NodeId(5));
  EXPECT_EQ(config.broker.values.at("listener.name.plaintext.max.connections"), "7");
  EXPECT_EQ(config.warnings, Lines{"KAFKA_LOG_DRIS: \"log.dris\" is no config; \"log.dirs\" is the nearest"});
  inputs.environment["KSERVER_LOG_DRIS"] = "/x";
  EXPECT_EQ(errors(inputs), Lines{"KSERVER_LOG_DRIS: \"log.dris\" is no config; \"log.dirs\" is the nearest"});
}

TEST(Configuration, RefusesOverridesThatAreNone) {
  EXPECT_EQ(errors({.overrides = {"node.id", "=5"}, .environment = kHome}),
            (Lines{"-X: must be NAME=VALUE, not \"node.id\"", "-X: must be NAME=VALUE, not \"\""}));
}

TEST(Configuration, TakesNoSecretFromTheCommandLineAndPrintsNone) {
  for (std::string name :
       {"ssl.key.password", "listener.name.x.plain.sasl.jaas.config", "my.secret", "ssl.keystore.key"}) {
    auto lines = errors({.overrides = {name + "=hunter2"}, .environment = kHome});
    EXPECT_EQ(lines, Lines{"-X: \"" + name + "\" is a secret, which others would see; set it in the file of -c"});
  }
  auto inputs = ConfigurationInputs{.environment = kHome};
  inputs.environment["KSERVER_SSL_KEY_PASSWORD"] = "hunter2";
  for (const auto& line : load(inputs).warnings) EXPECT_EQ(line.find("hunter2"), std::string::npos) << line;
}

// ---- kserver check

/// `LEVEL WHERE NAME: TEXT` for each finding.
Lines shown(const std::vector<Finding>& findings) {
  constexpr const char* kLevels[] = {"note", "warning", "error"};
  Lines lines;
  for (const auto& one : findings)
    lines.push_back(std::string(kLevels[static_cast<int>(one.level)]) + ' ' + one.where + ' ' + one.name + ": " +
                    one.text);
  return lines;
}

TEST(CheckConfiguration, SaysOfEachLineWhatIsWrong) {
  TemporaryFile file("check.toml", "\n\"log.dris\" = \"/x\"\n\"log.retention.ms\" = \"7x\"\n\"num.io.threads\" = 9\n");
  auto checked = check_configuration({.file = file.path(), .overrides = {"node.id"}, .environment = kHome});
  EXPECT_FALSE(checked.configuration);
  EXPECT_EQ(shown(checked.findings),
            (Lines{"error " + file.path() +
                       ":3 log.retention.ms: \"log.retention.ms\" must be a time such as 90s, 1h30m "
                       "or 7d, not \"7x\"",
                   "error -X node.id: must be NAME=VALUE, not \"node.id\"",
                   "error " + file.path() + ":2 log.dris: \"log.dris\" is no config; \"log.dirs\" is the nearest",
                   "warning " + file.path() + ":4 num.io.threads: \"num.io.threads\" has no effect yet"}));
  TemporaryFile broken("broken.toml", "a = 1\nlog.dirs = /data\n");
  auto findings = check_configuration({.file = broken.path(), .environment = kHome}).findings;
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].where, broken.path() + ":2");
}

TEST(CheckConfiguration, NamesAllThatHasNoEffect) {
  auto inputs = ConfigurationInputs{.overrides = {"num.io.threads=8", "num.network.threads=4"}, .environment = kHome};
  auto checked = check_configuration(inputs);
  EXPECT_TRUE(checked.configuration);
  EXPECT_EQ(shown(checked.findings),
            (Lines{"warning -X num.network.threads: \"num.network.threads\" has no effect yet",
                   "warning -X num.io.threads: \"num.io.threads\" has no effect yet; its value is the default"}));
  EXPECT_EQ(load(inputs).warnings.size(), 1u) << "a start does not speak of defaults";
}

// ---- kserver config

ConfigValue listed(const Configuration& configuration, const std::string& name, const DynamicConfigs& dynamic = {}) {
  for (auto& one : list_configs(configuration, dynamic)) {
    if (one.name == name) return one;
  }
  ADD_FAILURE() << name << " is not listed";
  return {};
}

TEST(ListConfigs, SaysWhatHoldsAndWhereItComesFrom) {
  TemporaryFile file("list.toml",
                     "num.partitions = 3\n\"log.retention.hours\" = 2\n\"ssl.key.password\" = \"hunter2\"\n");
  ConfigurationInputs inputs{
      .file = file.path(),
      .overrides = {"node.id=3", "listener.name.x.y=z", "listener.name.plaintext.max.connections=7"},
      .environment = kHome};
  inputs.environment["KSERVER_NUM_SHARDS"] = "2";
  auto configuration = load(inputs);
  EXPECT_EQ(listed(configuration, "node.id").source, "-X");
  EXPECT_EQ(listed(configuration, "num.partitions").source, file.path() + ":1");
  EXPECT_EQ(listed(configuration, "num.partitions").value, "3");
  EXPECT_TRUE(listed(configuration, "num.partitions").has_effect);
  EXPECT_FALSE(listed(configuration, "num.partitions").doc.empty());
  EXPECT_EQ(listed(configuration, "num.shards").source, "KSERVER_NUM_SHARDS");
  EXPECT_EQ(listed(configuration, "log.retention.ms").value, "7200000");
  EXPECT_EQ(listed(configuration, "log.retention.ms").source, file.path() + ":2 (log.retention.hours)");
  EXPECT_EQ(listed(configuration, "log.dirs").source, "default");
  EXPECT_EQ(listed(configuration, "fetch.max.bytes").source, "default");
  EXPECT_EQ(listed(configuration, "broker.rack").value, std::nullopt);
  EXPECT_FALSE(listed(configuration, "num.io.threads").has_effect);
  EXPECT_EQ(listed(configuration, "listener.name.x.y").value, "z");
  EXPECT_TRUE(listed(configuration, "ssl.key.password").is_secret);
  EXPECT_EQ(listed(configuration, "ssl.key.password").value, std::nullopt);
  auto all = list_configs(configuration, {});
  EXPECT_EQ(all.size(), config::broker_rows().size() + 2);
  EXPECT_TRUE(listed(configuration, "listener.name.plaintext.max.connections").has_effect);
  EXPECT_TRUE(std::ranges::is_sorted(all, {}, &ConfigValue::name));
}

TEST(ListConfigs, WhatClientsSetCountsBeforeAllElse) {
  auto configuration =
      load({.overrides = {"node.id=3", "log.retention.ms=1", "num.partitions=2"}, .environment = kHome});
  const DynamicConfigs dynamic{.cluster = {{"log.retention.hours", "2"}, {"log.cleaner.threads", "2"}},
                               .own = {{"log.cleaner.threads", "3"},
                                       {"listener.name.plaintext.max.connections", "7"},
                                       {"listener.name.plaintext.ssl.key.password", "hunter2"}}};
  const auto says = [&](const std::string& name) {
    const auto one = listed(configuration, name, dynamic);
    return one.value.value_or("null") + ", " + one.source;
  };
  EXPECT_EQ(says("log.retention.ms"), "7200000, dynamic (all brokers) (log.retention.hours)");
  EXPECT_EQ(says("log.retention.hours"), "2, dynamic (all brokers)");
  EXPECT_EQ(says("log.cleaner.threads"), "3, dynamic (broker 3)");
  EXPECT_EQ(says("num.partitions"), "2, -X");
  EXPECT_EQ(says("listener.name.plaintext.max.connections"), "7, dynamic (broker 3)");
  EXPECT_EQ(says("listener.name.plaintext.ssl.key.password"), "null, dynamic (broker 3)");
  EXPECT_TRUE(listed(configuration, "listener.name.plaintext.ssl.key.password", dynamic).is_secret);
  const auto all = list_configs(configuration, dynamic);
  EXPECT_EQ(all.size(), config::broker_rows().size() + 2);
  EXPECT_TRUE(std::ranges::is_sorted(all, {}, &ConfigValue::name));
}

}  // namespace
}  // namespace kstream::server
