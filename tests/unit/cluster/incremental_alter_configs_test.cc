#include "world.h"

namespace kstream::cluster {
namespace {

using Request = protocol::IncrementalAlterConfigsRequest;
constexpr std::int8_t kTopic = 2, kBroker = 4, kLogger = 8;
constexpr std::int8_t kSet = 0, kDelete = 1, kAppend = 2, kSubtract = 3;

Request request(std::int8_t type, const std::string& name, std::vector<Request::AlterableConfig> configs) {
  Request r;
  auto& resource = r.resources.emplace_back();
  resource.resource_type = type;
  resource.resource_name = name;
  resource.configs = std::move(configs);
  return r;
}

class IncrementalAlterConfigs : public testing::Test {
 protected:
  IncrementalAlterConfigs() {
    world.apply_all({topic_record("orders", id(1)), partition_record(id(1), 0, {1}),
                     config_record(ResourceType::topic, "orders", "retention.ms", "5")});
  }
  ErrorCode ask(const Request& r) {
    const auto response = world.ask(r);
    return static_cast<ErrorCode>(response.responses.at(0).error_code);
  }
  World world;
};

TEST_F(IncrementalAlterConfigs, SetsAndDeletesOnlyWhatItNames) {
  EXPECT_EQ(ask(request(kTopic, "orders", {{"segment.ms", kSet, "9"}})), ErrorCode::none);
  EXPECT_EQ(world.image()->topic("orders")->overrides, (config::Values{{"retention.ms", "5"}, {"segment.ms", "9"}}));
  EXPECT_EQ(
      ask(request(kTopic, "orders", {{"retention.ms", kDelete, std::nullopt}, {"nobody", kDelete, std::nullopt}})),
      ErrorCode::none);
  EXPECT_EQ(world.image()->topic("orders")->overrides, (config::Values{{"segment.ms", "9"}}));
}

TEST_F(IncrementalAlterConfigs, AppendsToListsAndTakesFromThem) {
  const auto list = [&](std::int8_t operation, const std::string& value) {
    return ask(request(kBroker, "1", {{"sasl.enabled.mechanisms", operation, value}}));
  };
  EXPECT_EQ(list(kAppend, "PLAIN,GSSAPI"), ErrorCode::none);
  EXPECT_EQ(world.image()->broker_overrides("1").at("sasl.enabled.mechanisms"), "GSSAPI,PLAIN") << "the default first";
  EXPECT_EQ(list(kAppend, "PLAIN"), ErrorCode::none);
  EXPECT_EQ(world.image()->broker_overrides("1").at("sasl.enabled.mechanisms"), "GSSAPI,PLAIN") << "once only";
  EXPECT_EQ(list(kSubtract, "GSSAPI, OAUTHBEARER"), ErrorCode::none);
  EXPECT_EQ(world.image()->broker_overrides("1").at("sasl.enabled.mechanisms"), "PLAIN");
  EXPECT_EQ(ask(request(kTopic, "orders", {{"retention.ms", kAppend, "1"}})), ErrorCode::invalid_config);
  EXPECT_EQ(ask(request(kTopic, "orders", {{"nobody", kAppend, "1"}})), ErrorCode::invalid_config);
  EXPECT_EQ(ask(request(kTopic, "orders", {{"cleanup.policy", kAppend, "compact"}})), ErrorCode::invalid_config);
}

TEST_F(IncrementalAlterConfigs, AListCannotGrowBeyondWhatARecordHolds) {
  const auto append = [&](char item) {
    return ask(request(kBroker, "1", {{"sasl.enabled.mechanisms", kAppend, std::string(20'000, item)}}));
  };
  EXPECT_EQ(append('A'), ErrorCode::none);
  EXPECT_EQ(append('B'), ErrorCode::invalid_config);
  EXPECT_EQ(append('A'), ErrorCode::none) << "it is there already";
}

TEST_F(IncrementalAlterConfigs, RefusesOperationsThatAreNone) {
  EXPECT_EQ(ask(request(kTopic, "orders", {{"retention.ms", 4, "1"}})), ErrorCode::invalid_request);
  EXPECT_EQ(ask(request(kTopic, "orders", {{"retention.ms", -1, "1"}})), ErrorCode::invalid_request);
  EXPECT_EQ(ask(request(kTopic, "orders", {{"retention.ms", kSet, std::nullopt}})), ErrorCode::invalid_request);
  EXPECT_EQ(ask(request(kTopic, "orders", {{"retention.ms", kSet, "1"}, {"retention.ms", kDelete, std::nullopt}})),
            ErrorCode::invalid_request);
  EXPECT_EQ(world.image()->topic("orders")->overrides.at("retention.ms"), "5");
}

TEST_F(IncrementalAlterConfigs, OfABrokerIsWrittenAlthoughNothingChanges) {
  for (int i = 0; i < 2; ++i) {
    const auto decision =
        decide(request(kBroker, "", {{"message.max.bytes", kSet, "1000"}}), *world.image(), world.context());
    EXPECT_EQ(decision.records.size(), 1u);
    world.apply_all(decision.records);
  }
}

TEST_F(IncrementalAlterConfigs, OneResourceFailsAlone) {
  auto r = request(kTopic, "nobody", {{"retention.ms", kSet, "1"}});
  r.resources.push_back(request(kTopic, "orders", {{"retention.ms", kSet, "1"}}).resources[0]);
  const auto response = world.ask(r);
  EXPECT_EQ(static_cast<ErrorCode>(response.responses.at(0).error_code), ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(static_cast<ErrorCode>(response.responses.at(1).error_code), ErrorCode::none);
  EXPECT_EQ(world.image()->topic("orders")->overrides.at("retention.ms"), "1");
}

TEST_F(IncrementalAlterConfigs, LevelOfTheLog) {
  const auto level = [&](std::vector<Request::AlterableConfig> configs, const std::string& broker = "1") {
    auto decision = decide(request(kLogger, broker, std::move(configs)), *world.image(), world.context());
    EXPECT_TRUE(decision.records.empty()) << "it is stored nowhere";
    return std::pair{static_cast<ErrorCode>(decision.response.responses.at(0).error_code), decision.log_level};
  };
  const std::optional<base::LogLevel> none;
  EXPECT_EQ(level({{"root", kSet, "DEBUG"}}), std::pair(ErrorCode::none, std::optional(base::LogLevel::debug)));
  EXPECT_EQ(level({{"root", kSet, "WARN"}}), std::pair(ErrorCode::none, std::optional(base::LogLevel::warning)));
  EXPECT_EQ(level({{"root", kSet, "FATAL"}}), std::pair(ErrorCode::none, std::optional(base::LogLevel::error)));
  EXPECT_EQ(level({{"root", kSet, "loud"}}), std::pair(ErrorCode::invalid_config, none));
  EXPECT_EQ(level({{"root", kDelete, std::nullopt}}), std::pair(ErrorCode::invalid_request, none));
  EXPECT_EQ(level({{"root", kAppend, "INFO"}}), std::pair(ErrorCode::invalid_request, none));
  EXPECT_EQ(level({{"kafka.server", kSet, "INFO"}}), std::pair(ErrorCode::invalid_config, none));
  EXPECT_EQ(level({{"root", kSet, "INFO"}}, "2"), std::pair(ErrorCode::invalid_request, none));
  EXPECT_EQ(level({{"root", kSet, "INFO"}}, ""), std::pair(ErrorCode::invalid_request, none));
  auto dry = request(kLogger, "1", {{"root", kSet, "DEBUG"}});
  dry.validate_only = true;
  EXPECT_FALSE(decide(dry, *world.image(), world.context()).log_level);
}

}  // namespace
}  // namespace kstream::cluster
