#include "client/settings.h"

#include <gtest/gtest.h>

namespace kstream::client {
namespace {

ClientConfig with(std::initializer_list<std::pair<const char*, const char*>> values) {
  ClientConfig config;
  EXPECT_TRUE(config.set("bootstrap.servers", "localhost:9092").ok());
  for (const auto& [name, value] : values) {
    const Status status = config.set(name, value);
    EXPECT_TRUE(status.ok()) << status.error().to_string();
  }
  return config;
}

std::string refusal(const char* name, const char* value) {
  ClientConfig config;
  const Status status = config.set(name, value);
  EXPECT_EQ(status.code(), ErrorCode::invalid_config) << name;
  EXPECT_FALSE(config.is_set(name));
  return status.error().detail;
}

TEST(ClientConfig, NamesTheNearestProperty) {
  EXPECT_NE(refusal("batch.sise", "1").find("batch.size"), std::string::npos);
}

TEST(ClientConfig, ChecksValues) {
  refusal("acks", "2");
  refusal("linger.ms", "soon");
  refusal("linger.ms", "-1");
  refusal("compression.type", "rar");
  refusal("compression.gzip.level", "0");
  refusal("check.crcs", "yes");
  refusal("max.request.size", "1073741824");
}

TEST(ClientConfig, RefusesWhatHasNoEffectYet) {
  EXPECT_NE(refusal("enable.idempotence", "true").find("later release"), std::string::npos);
  refusal("security.protocol", "SASL_SSL");
  refusal("group.id", "g");
  ClientConfig config;
  EXPECT_TRUE(config.set("security.protocol", "PLAINTEXT").ok());
  EXPECT_TRUE(config.set("enable.idempotence", "false").ok());
  EXPECT_TRUE(config.set("key.serializer", "org.apache.kafka.common.serialization.StringSerializer").ok());
}

TEST(ClientConfig, GivesDefaultsAndWhatWasSet) {
  ClientConfig config;
  EXPECT_EQ(config.get("linger.ms"), "5");
  EXPECT_EQ(config.number("batch.size"), 16384);
  EXPECT_TRUE(config.flag("check.crcs"));
  EXPECT_TRUE(config.set("batch.size", "1000").ok());
  EXPECT_EQ(config.number("batch.size"), 1000);
  EXPECT_EQ(config.get("no.such.name"), "");
}

TEST(ClientConfig, EveryDefaultIsValid) {
  for (const ClientConfig::Property& property : ClientConfig::properties()) {
    ClientConfig config;
    EXPECT_TRUE(property.default_value.empty() || config.set(property.name, property.default_value).ok())
        << property.name;
    EXPECT_FALSE(property.doc.empty());
  }
}

TEST(Settings, ReadsEndpoints) {
  EXPECT_EQ(*parse_endpoint("a.example:1234"), (Endpoint{"a.example", 1234}));
  EXPECT_EQ(*parse_endpoint("a.example"), (Endpoint{"a.example", 9092}));
  EXPECT_EQ(*parse_endpoint("[::1]:7"), (Endpoint{"::1", 7}));
  EXPECT_EQ(*parse_endpoint("[::1]"), (Endpoint{"::1", 9092}));
  EXPECT_EQ(parse_endpoint("[::1]:7")->to_string(), "[::1]:7");
  for (const char* bad : {"", ":9092", "a:", "a:x", "a:0", "a:65536", "::1", "[::1", "[::1]7", "a:1:2", "a:-1"}) {
    EXPECT_FALSE(parse_endpoint(bad).ok()) << bad;
  }
}

TEST(Settings, RefusesAClientIdThatNoRequestCanHold) {
  EXPECT_TRUE(
      client_settings(with({{"bootstrap.servers", "a:1"}, {"client.id", std::string(32'767, 'x').c_str()}})).ok());
  EXPECT_EQ(
      client_settings(with({{"bootstrap.servers", "a:1"}, {"client.id", std::string(32'768, 'x').c_str()}})).code(),
      ErrorCode::invalid_config);
}

TEST(Settings, NeedsBootstrapServers) {
  ClientConfig config;
  EXPECT_EQ(client_settings(config).code(), ErrorCode::invalid_config);
  EXPECT_EQ(client_settings(with({{"bootstrap.servers", "a:1, b:2"}}))->bootstrap.size(), 2u);
}

TEST(Settings, RefusesContradictions) {
  EXPECT_FALSE(producer_settings(with({{"delivery.timeout.ms", "100"}, {"request.timeout.ms", "100"}})).ok());
  EXPECT_FALSE(consumer_settings(with({{"fetch.max.wait.ms", "500"}, {"request.timeout.ms", "500"}})).ok());
  const auto settings = producer_settings(with({{"compression.type", "zstd"}, {"acks", "1"}}));
  EXPECT_EQ(settings->codec, Codec::zstd);
  EXPECT_EQ(settings->level, 3);
  EXPECT_EQ(settings->acks, 1);
  EXPECT_FALSE(producer_settings(with({{"compression.type", "snappy"}}))->level.has_value());
}

TEST(Settings, RaisesADeliveryTimeoutThatNobodySet) {
  const auto longer = producer_settings(with({{"request.timeout.ms", "200000"}, {"linger.ms", "1000"}}));
  ASSERT_TRUE(longer.ok());
  EXPECT_EQ(longer->delivery_timeout, milliseconds(201000));
  EXPECT_EQ(producer_settings(with({}))->delivery_timeout, milliseconds(120000));
}

TEST(Settings, BackoffDoublesUpToItsMost) {
  const BackoffRange range{milliseconds(100), milliseconds(1000)};
  EXPECT_EQ(range.after(1), milliseconds(100));
  EXPECT_EQ(range.after(3), milliseconds(400));
  EXPECT_EQ(range.after(1000), milliseconds(1000));
}

}  // namespace
}  // namespace kstream::client
