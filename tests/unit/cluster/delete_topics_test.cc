#include "world.h"

namespace kstream::cluster {
namespace {

using Request = protocol::DeleteTopicsRequest;
using Result = protocol::DeleteTopicsResponse::DeletableTopicResult;

Request by_name(std::vector<std::string> names) {
  Request r;
  for (auto& name : names) r.topics.emplace_back().name = std::move(name);
  return r;
}
Request by_id(std::vector<Uuid> ids) {
  Request r;
  for (const auto& one : ids) r.topics.emplace_back().topic_id = one;
  return r;
}
ErrorCode code(const Result& result) { return static_cast<ErrorCode>(result.error_code); }

class DeleteTopics : public testing::Test {
 protected:
  DeleteTopics() {
    world.apply_all({topic_record("orders", id(1)), partition_record(id(1), 0, {1}), topic_record("users", id(2)),
                     partition_record(id(2), 0, {1}),
                     config_record(ResourceType::topic, "orders", "retention.ms", "5")});
  }
  World world;
};

TEST_F(DeleteTopics, ByNameAndById) {
  auto request = by_name({"orders"});
  request.topics.emplace_back().topic_id = id(2);
  const auto response = world.ask(request);
  ASSERT_EQ(response.responses.size(), 2u);
  for (const auto& result : response.responses) EXPECT_EQ(code(result), ErrorCode::none);
  EXPECT_EQ(response.responses[0].topic_id, id(1));
  EXPECT_EQ(response.responses[1].name, "users");
  EXPECT_FALSE(world.image()->topic("orders"));
  EXPECT_FALSE(world.image()->topic(id(2)));
  EXPECT_EQ(world.image()->partition_count(), 0u);
}

TEST_F(DeleteTopics, OfVersionsBeforeSixAreNames) {
  Request request;
  request.topic_names = {"orders", "nobody"};
  const auto response = world.ask(request);
  EXPECT_EQ(code(response.responses.at(0)), ErrorCode::none);
  EXPECT_EQ(code(response.responses.at(1)), ErrorCode::unknown_topic_or_partition);
  EXPECT_FALSE(world.image()->topic("orders"));
}

TEST_F(DeleteTopics, WritesOneRecordForEach) {
  const auto decision = decide(by_name({"orders", "users"}), *world.image(), world.context());
  ASSERT_EQ(decision.records.size(), 2u);
  EXPECT_EQ(std::get<protocol::RemoveTopicRecord>(decision.records[1]).topic_id, id(2));
}

TEST_F(DeleteTopics, OfTheSameNameMayBeMadeAgainAndKeepNothing) {
  (void)world.ask(by_name({"orders"}));
  world.apply_all({topic_record("orders", id(9)), partition_record(id(9), 0, {1})});
  EXPECT_EQ(world.image()->topic("orders")->id, id(9));
  EXPECT_TRUE(world.image()->topic("orders")->overrides.empty());
  EXPECT_FALSE(world.image()->topic(id(1)));
}

TEST_F(DeleteTopics, SaysWhatIsUnknown) {
  const auto names = world.ask(by_name({"nobody", ""}));
  EXPECT_EQ(code(names.responses.at(0)), ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(code(names.responses.at(1)), ErrorCode::invalid_request);
  EXPECT_EQ(code(world.ask(by_id({id(77)})).responses.at(0)), ErrorCode::unknown_topic_id);
  EXPECT_EQ(code(world.ask(by_name({"__cluster_metadata"})).responses.at(0)), ErrorCode::unknown_topic_or_partition);
}

TEST_F(DeleteTopics, RefusesWhatIsSaidTwiceOrNotAtAll) {
  const auto twice = world.ask(by_name({"orders", "users", "orders"}));
  ASSERT_EQ(twice.responses.size(), 2u);
  EXPECT_EQ(code(twice.responses[0]), ErrorCode::invalid_request);
  EXPECT_EQ(code(twice.responses[1]), ErrorCode::none);
  EXPECT_TRUE(world.image()->topic("orders"));

  auto both_ways = by_name({"orders"});
  both_ways.topics.emplace_back().topic_id = id(1);
  for (const auto& result : world.ask(both_ways).responses) EXPECT_EQ(code(result), ErrorCode::invalid_request);

  Request unclear = by_name({"orders"});
  unclear.topics[0].topic_id = id(1);
  EXPECT_EQ(code(world.ask(unclear).responses.at(0)), ErrorCode::invalid_request);
  unclear.topics[0] = {};
  EXPECT_EQ(code(world.ask(unclear).responses.at(0)), ErrorCode::invalid_request);
  EXPECT_TRUE(world.image()->topic("orders"));
}

TEST_F(DeleteTopics, MayBeForbidden) {
  world.config.delete_topic_enable = false;
  auto context = world.context();
  for (auto [version, expected] : {std::pair{std::int16_t{2}, ErrorCode::invalid_request},
                                   {std::int16_t{3}, ErrorCode::topic_deletion_disabled}}) {
    context.version = version;
    const auto decision = decide(by_name({"orders"}), *world.image(), context);
    EXPECT_TRUE(decision.records.empty());
    EXPECT_EQ(code(decision.response.responses.at(0)), expected);
  }
}

}  // namespace
}  // namespace kstream::cluster
