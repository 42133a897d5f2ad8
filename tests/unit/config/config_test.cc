#include "base/config/config.h"

#include "base/config/value.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <sstream>

namespace kstream::config {
namespace {

TEST(ConfigTable, FindsRowsByName) {
  const Row* row = find_row(topic_rows(), "retention.ms");
  ASSERT_TRUE(row);
  EXPECT_EQ(row->type, Type::int64);
  EXPECT_EQ(row->default_value, "604800000");
  EXPECT_EQ(row->update, Update::topic);
  EXPECT_FALSE(find_row(topic_rows(), "retention.m"));
  EXPECT_FALSE(find_row(topic_rows(), "zzz"));
  EXPECT_FALSE(find_row(topic_rows(), "num.partitions")) << "a broker config only";
  EXPECT_TRUE(find_row(broker_rows(), "num.partitions"));
}

TEST(ConfigTable, IsConsistent) {
  for (auto rows : {topic_rows(), broker_rows()}) {
    for (const Row& row : rows) {
      if (row.default_value && !row.valid.not_empty) {
        auto status = check_value(row, *row.default_value);
        EXPECT_TRUE(status) << status.error().detail;
      }
      EXPECT_EQ(row.doc.empty(), row.effect != Effect::obeyed) << row.name;
      for (const Synonym& synonym : row.synonyms) {
        EXPECT_TRUE(synonym.name.empty() || find_row(broker_rows(), synonym.name)) << row.name;
      }
    }
  }
}

TEST(ConfigTable, TopicConfigsAreObeyedExactlyWhereTheBrokersDefaultForThemIs) {
  for (const Row& row : topic_rows()) {
    for (const Synonym& synonym : row.synonyms) {
      if (synonym.name.empty()) continue;
      auto effect = find_row(broker_rows(), synonym.name)->effect;
      EXPECT_EQ(effect == Effect::obeyed, row.effect == Effect::obeyed) << row.name << " and " << synonym.name;
    }
    EXPECT_NE(row.effect, Effect::ignored) << row.name << ": what a topic may not have is refused";
  }
}

// ---- against the list of Kafka's own configs

std::vector<std::vector<std::string>> read_table(const std::string& name) {
  std::ifstream file(KSTREAM_REFERENCE "/" + name);
  std::vector<std::vector<std::string>> rows;
  std::string line, field;
  std::getline(file, line);
  while (std::getline(file, line)) {
    rows.emplace_back();
    std::istringstream fields(line);
    while (std::getline(fields, field, '\t')) rows.back().push_back(field);
  }
  return rows;
}

std::string type_name(Type type) {
  constexpr const char* kNames[] = {"",     "BOOLEAN", "STRING", "INT",   "SHORT",
                                    "LONG", "DOUBLE",  "LIST",   "CLASS", "PASSWORD"};
  return kNames[static_cast<int>(type)];
}

std::string number(double value) {
  std::ostringstream text;
  text.precision(15);
  text << value;
  return text.str();
}

std::string valid_values(const Row& row) {
  const Valid& valid = row.valid;
  if (valid.not_empty) return row.type == Type::list ? "non-empty list" : "non-empty string";
  if (!valid.choices.empty()) {
    std::string all(valid.choices);
    if (all == "-1|1|2|3|4|5|6|7|8|9") return "[1,...,9] or -1";
    for (std::size_t at; (at = all.find('|')) != all.npos;) all.replace(at, 1, ", ");
    return (valid.any_case ? "(case insensitive) [" : "[") + all + "]";
  }
  if (valid.min == -INFINITY) return "-";
  return "[" + number(valid.min) + ",..." + (valid.max == INFINITY ? "]" : "," + number(valid.max) + "]");
}

std::string default_value(const Row& row) {
  if (!row.default_value) return "null";
  return row.default_value->empty() ? "\"\"" : std::string(*row.default_value);
}

std::string synonyms(const Row& row) {
  std::string all;
  for (const Synonym& synonym : row.synonyms) {
    if (synonym.name.empty()) break;
    all += (all.empty() ? "" : ",") + std::string(synonym.name);
    if (synonym.factor != 1) all += "(x" + std::to_string(synonym.factor) + ")";
  }
  return all.empty() ? "-" : all;
}

TEST(ConfigTable, HasKafkasTopicConfigs) {
  auto reference = read_table("topic-configs.tsv");
  if (reference.empty()) GTEST_SKIP() << "SKIPPED: no " KSTREAM_REFERENCE;
  ASSERT_EQ(reference.size(), topic_rows().size());
  for (const auto& expected : reference) {
    const Row* row = find_row(topic_rows(), expected[0]);
    ASSERT_TRUE(row) << expected[0];
    std::string valid = expected[6];
    if (row->name == "internal.segment.bytes") valid = "[1,...]";  // ours
    if (valid.starts_with("[partitionId]")) valid = "-";
    std::vector<std::string> ours = {std::string(row->name),
                                     type_name(row->type),
                                     default_value(*row),
                                     synonyms(*row),
                                     row->internal ? "internal" : "public",
                                     valid_values(*row)};
    EXPECT_EQ(ours, (std::vector<std::string>{expected[0], expected[1], expected[2], expected[4], expected[5], valid}));
  }
}

TEST(ConfigTable, HasKafkasBrokerConfigs) {
  auto reference = read_table("broker-configs.tsv");
  if (reference.empty()) GTEST_SKIP() << "SKIPPED: no " KSTREAM_REFERENCE;
  // Where a server must start without any configuration, safely, and sockets be fast, our default is another.
  const std::map<std::string, std::string> other_defaults = {{"node.id", "1"},
                                                             {"broker.id", "null"},
                                                             {"listeners", "PLAINTEXT://127.0.0.1:9092"},
                                                             {"log.dir", "null"},
                                                             {"socket.listen.backlog.size", "1024"},
                                                             {"socket.receive.buffer.bytes", "-1"},
                                                             {"socket.send.buffer.bytes", "-1"},
                                                             {"process.roles", "broker,controller"},
                                                             {"controller.listener.names", "\"\""}};
  constexpr const char* kUpdates[] = {"read-only", "per-broker", "cluster-wide"};
  for (const auto& expected : reference) {
    const Row* row = find_row(broker_rows(), expected[0]);
    ASSERT_TRUE(row) << expected[0];
    std::string value = other_defaults.contains(expected[0]) ? other_defaults.at(expected[0]) : expected[2];
    std::string valid = expected[6] == "non-null string" ? "-" : expected[6];
    std::vector<std::string> ours = {std::string(row->name),
                                     type_name(row->type),
                                     default_value(*row),
                                     kUpdates[static_cast<int>(row->update)],
                                     row->internal ? "internal" : "public",
                                     valid_values(*row)};
    EXPECT_EQ(ours, (std::vector<std::string>{expected[0], expected[1], value, expected[4], expected[5], valid}));
    EXPECT_FALSE(row->ours) << row->name;
  }
  // Kafka takes these where an authorizer or a replication quota is configured.
  const std::set<std::string_view> more = {"allow.everyone.if.no.acl.found", "follower.replication.throttled.rate",
                                           "leader.replication.throttled.rate", "super.users",
                                           "replica.alter.log.dirs.io.max.bytes.per.second"};
  auto ours = std::ranges::count_if(broker_rows(), &Row::ours);
  EXPECT_EQ(broker_rows().size(), reference.size() + more.size() + static_cast<std::size_t>(ours));
  for (auto name : more) EXPECT_TRUE(find_row(broker_rows(), name)) << name;
}

}  // namespace
}  // namespace kstream::config
