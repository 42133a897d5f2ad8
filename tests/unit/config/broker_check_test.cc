#include "base/config/broker_check.h"

namespace kstream::config {
namespace {

/// `error NAME: TEXT` or `warning NAME: TEXT` for each problem.
std::vector<std::string> check(Values values) {
  if (!values.contains("log.dir")) values.emplace("log.dirs", "/data");
  std::vector<std::string> lines;
  for (const Problem& problem : check_broker_configs(values)) {
    lines.push_back((problem.is_warning ? "warning " : "error ") + problem.name + ": " + problem.text);
  }
  return lines;
}
using Lines = std::vector<std::string>;

TEST(BrokerCheck, FindsNothingWrongWithNothing) { EXPECT_EQ(check({}), Lines{}); }

TEST(BrokerCheck, ListsEverythingInOrderOfNames) {
  EXPECT_EQ(check({{"num.shards", "many"}, {"log.dris", "/x"}, {"num.io.threads", "4"}}),
            (Lines{"error log.dris: \"log.dris\" is no config; \"log.dirs\" is the nearest",
                   "warning num.io.threads: \"num.io.threads\" has no effect yet",
                   "error num.shards: \"num.shards\" must be a whole number of 32 bits, not \"many\""}));
}

TEST(BrokerCheck, RefusesWhatWouldBeReliedUpon) {
  EXPECT_EQ(
      check({{"authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer"}}),
      Lines{
          "error authorizer.class.name: \"authorizer.class.name\" has no effect yet, and must not seem to: remove it"});
  EXPECT_EQ(check({{"log.cleanup.policy", "compact"}}), Lines{"error log.cleanup.policy: \"log.cleanup.policy\" has no "
                                                              "effect yet, and must not seem to: remove it, or give "
                                                              "it its default, delete"});
  EXPECT_EQ(check({{"log.cleanup.policy", "delete"}, {"compression.type", "producer"}}), Lines{});
}

TEST(BrokerCheck, DoesNotClaimToDecompressWhatItMustNot) {
  EXPECT_EQ(check({{"record.validation", "full"}}),
            Lines{"error record.validation: \"record.validation\" must be one of header, walk, not \"full\""});
}

TEST(BrokerCheck, TakesAFileOfAnOlderKafka) {
  EXPECT_EQ(
      check(
          {{"zookeeper.connect", "localhost:2181"}, {"log.message.format.version", "3.0"}, {"listener.name.x.y", "z"}}),
      (Lines{
          "warning listener.name.x.y: \"listener.name.x.y\" has no effect yet",
          "warning log.message.format.version: \"log.message.format.version\" has no effect: Kafka removed it in 4.0",
          "warning zookeeper.connect: \"zookeeper.connect\" has no effect: Kafka removed it in 4.0"}));
}

TEST(BrokerCheck, ChecksSynonymsByWhatTheyStandFor) {
  EXPECT_EQ(check({{"broker.id", "-1"}}),
            Lines{"error broker.id: \"broker.id\" stands for \"node.id\" must be at least 0, not \"-1\""});
  EXPECT_EQ(check({{"log.roll.ms", "0"}}),
            Lines{"error log.roll.ms: \"log.roll.ms\" stands for \"segment.ms\" must be at least 1, not \"0\""});
  EXPECT_EQ(check({{"log.retention.minutes", "-7"}}).size(), 1u);
  EXPECT_EQ(check({{"log.retention.hours", "0"}}).size(), 1u);
  EXPECT_EQ(check({{"node.id", "2"}, {"broker.id", "3"}}),
            Lines{"error broker.id: \"broker.id\" is the old name of \"node.id\", which is 2"});
  EXPECT_EQ(check({{"node.id", "2"}, {"broker.id", "2"}}), Lines{});
}

TEST(BrokerCheck, WantsFolders) {
  EXPECT_EQ(check({{"log.dirs", ""}}), Lines{"error log.dirs: \"log.dirs\" must name the directory for the data"});
  EXPECT_EQ(check({{"log.dirs", "/a,,/b"}}), Lines{"error log.dirs: \"log.dirs\" has an empty item"});
  EXPECT_EQ(check({{"log.dirs", "/a,/b,/a"}}), Lines{"error log.dirs: \"log.dirs\" names /a twice"});
  EXPECT_EQ(check({{"log.dir", "/a,/a"}}), Lines{"error log.dir: \"log.dir\" names /a twice"});
  EXPECT_EQ(check({{"log.dirs", "/a,/b"}, {"metadata.log.dir", " /b "}}), Lines{});
  EXPECT_EQ(check({{"metadata.log.dir", "/m"}}),
            Lines{"error metadata.log.dir: \"metadata.log.dir\" must be one of \"log.dirs\", not /m"});
}

TEST(BrokerCheck, WantsListenersForClients) {
  EXPECT_EQ(check({{"listeners", "nonsense"}}),
            Lines{"error listeners: \"listeners\": \"nonsense\" is no NAME://HOST:PORT"});
  EXPECT_EQ(check({{"listeners", "SSL://h:1"}}),
            Lines{"error listeners: \"listeners\": SSL is to speak SSL, but so far there is only PLAINTEXT"});
  EXPECT_EQ(check({{"listeners", "INSIDE://h:1"}}),
            Lines{"error listeners: \"listeners\": \"listener.security.protocol.map\" has no protocol for INSIDE"});
  EXPECT_EQ(check({{"listeners", "C://h:1"}, {"controller.listener.names", "C"}}),
            (Lines{"warning listeners: \"listeners\": C is for controllers and not opened",
                   "error listeners: \"listeners\" must name one for clients, such as PLAINTEXT://127.0.0.1:9092"}));
}

TEST(BrokerCheck, AdvertisesWhatClientsCanReach) {
  EXPECT_EQ(check({{"listeners", "PLAINTEXT://0.0.0.0:9092"}}),
            Lines{"error listeners: \"listeners\": clients cannot connect to 0.0.0.0; say in \"advertised.listeners\" "
                  "what they "
                  "are to use"});
  EXPECT_EQ(check({{"listeners", "PLAINTEXT://0.0.0.0:9092"}, {"advertised.listeners", "PLAINTEXT://h:1"}}), Lines{});
  EXPECT_EQ(check({{"advertised.listeners", "PLAINTEXT://[::]:1"}}).size(), 1u);
  EXPECT_EQ(check({{"advertised.listeners", "OTHER://h:1"}}),
            Lines{"error advertised.listeners: \"advertised.listeners\": OTHER is not among \"listeners\""});
  EXPECT_EQ(check({{"listeners", "PLAINTEXT://:9092"}}), Lines{}) << "the machine's name is advertised";
}

TEST(BrokerCheck, ChecksLimitsOfConnections) {
  EXPECT_EQ(check({{"max.connections.per.ip", "0"}}),
            Lines{"error max.connections.per.ip: \"max.connections.per.ip\" of 0 lets nobody in; name in "
                  "\"max.connections.per.ip.overrides\" who may"});
  EXPECT_EQ(check({{"max.connections.per.ip", "0"}, {"max.connections.per.ip.overrides", "h:1"}}), Lines{});
  EXPECT_EQ(check({{"max.connections.per.ip.overrides", "h"}}),
            Lines{"error max.connections.per.ip.overrides: \"max.connections.per.ip.overrides\": \"h\" is no "
                  "HOST:COUNT"});
  EXPECT_EQ(check({{"max.connections", "-1"}}).size(), 1u);
  EXPECT_EQ(check({{"listener.name.plaintext.max.connections", "0"}}),
            Lines{"error listener.name.plaintext.max.connections: \"listener.name.plaintext.max.connections\": "
                  "\"max.connections\" must not be 0, which would let nobody in"});
  EXPECT_EQ(check({{"listener.name.plaintext.max.connections", "5"}}), Lines{});
  EXPECT_EQ(check({{"listener.name.other.max.connections", "5"}}),
            Lines{"warning listener.name.other.max.connections: \"listener.name.other.max.connections\" is of no "
                  "listener of \"listeners\" and has no effect"});
  EXPECT_EQ(check({{"listener.name.plaintext.max.connections", "x"}}).size(), 1u);
}

TEST(BrokerCheck, ChecksTheListenerForMetrics) {
  EXPECT_EQ(check({{"metrics.listener", ""}}), Lines{});
  EXPECT_EQ(check({{"metrics.listener", "[::1]:9404"}}), Lines{});
  EXPECT_EQ(check({{"metrics.listener", "9404"}}),
            Lines{"error metrics.listener: \"metrics.listener\": \"9404\" is no HOST:PORT, such as 127.0.0.1:9404"});
}

TEST(BrokerCheck, TellsSlipsOfThePenFromNamesOfOthers) {
  EXPECT_EQ(check({{"log.drs", "/d"}}), Lines{"error log.drs: \"log.drs\" is no config; \"log.dirs\" is the nearest"});
  EXPECT_EQ(check({{"confluent.metrics.enable", "true"}}),
            Lines{"warning confluent.metrics.enable: \"confluent.metrics.enable\" is no config and has no effect"});
}

TEST(BrokerCheck, WantsAClusterOfOne) {
  EXPECT_EQ(check({{"process.roles", "broker"}}),
            Lines{"error process.roles: \"process.roles\": so far a server is always both, broker,controller"});
  EXPECT_EQ(check({{"process.roles", "controller, broker"}, {"controller.quorum.voters", "1@h:9093"}}), Lines{});
  EXPECT_EQ(check({{"controller.quorum.voters", "2@h:9093"}}),
            Lines{"error controller.quorum.voters: \"controller.quorum.voters\" must name this server, whose "
                  "\"node.id\" is 1"});
  EXPECT_EQ(check({{"controller.quorum.voters", "1@h:1,2@h:2"}}).size(), 1u);
  EXPECT_EQ(check({{"controller.quorum.bootstrap.servers", "h:1,h:2"}}).size(), 1u);
}

}  // namespace
}  // namespace kstream::config
