#include "protocol/header.h"

#include "protocol/api_versions.h"
#include "protocol/message.h"

#include <gtest/gtest.h>

namespace kstream::protocol {
namespace {

using namespace std::string_literals;

TEST(RequestHeader, OfABodyThatIsNotFlexible) {
  const std::string frame = "\0\x11\0\1\0\0\0\7\0\2me\0\5PLAIN"s;  // SaslHandshake 1
  Reader r(frame, true);
  const auto header = read_request_header(r);
  ASSERT_TRUE(header.ok());
  EXPECT_EQ(header->api->key, ApiKey::sasl_handshake);
  EXPECT_EQ(header->api_version, 1);
  EXPECT_EQ(header->correlation_id, 7);
  EXPECT_EQ(header->client_id, "me");
  EXPECT_TRUE(header->supported());
  EXPECT_FALSE(r.flexible());
  EXPECT_EQ(r.get_string(), "PLAIN");
}

TEST(RequestHeader, OfAFlexibleBodyHasAClassicClientIdAndTags) {
  const std::string frame = "\0\3\0\x0c\0\0\0\7\xff\xff\1\5\1x\0"s;  // Metadata 12, null client id, a tag
  Reader r(frame, false);
  const auto header = read_request_header(r);
  ASSERT_TRUE(header.ok());
  EXPECT_EQ(header->client_id, std::nullopt);
  EXPECT_TRUE(r.flexible());
  EXPECT_EQ(r.left(), 1u);
}

ErrorCode code_of(const std::string& frame) {
  Reader r(frame, false);
  return read_request_header(r).code();
}

TEST(RequestHeader, IsRefusedIfNoAnswerWouldHaveAForm) {
  EXPECT_EQ(code_of("\0\xc8\0\0\0\0\0\1\xff\xff"s), ErrorCode::unsupported_version) << "no API 200";
  EXPECT_EQ(code_of("\0\4\0\0\0\0\0\1\xff\xff"s), ErrorCode::unsupported_version) << "LeaderAndIsr is gone";
  EXPECT_EQ(code_of("\0\0\0\2\0\0\0\1\xff\xff"s), ErrorCode::unsupported_version)
      << "Produce 2 is announced, not served";
  EXPECT_EQ(code_of("\0\x16\0\6\0\0\0\1\xff\xff\0"s), ErrorCode::unsupported_version) << "InitProducerId 6 is unstable";
  EXPECT_EQ(code_of("\0\x16\0\5\0\0\0\1\xff\xff\0"s), ErrorCode::none);
  EXPECT_EQ(code_of("\0\3\xff\xff\0\0\0\1\xff\xff"s), ErrorCode::unsupported_version) << "Metadata -1";
}

TEST(RequestHeader, IsRefusedIfMalformed) {
  EXPECT_EQ(code_of(""), ErrorCode::invalid_request);
  EXPECT_EQ(code_of("\0\3\0\x0c\0\0\0"s), ErrorCode::invalid_request);
  EXPECT_EQ(code_of("\0\3\0\x0c\0\0\0\1\0\5me"s), ErrorCode::invalid_request);
  EXPECT_EQ(code_of("\0\3\0\x0c\0\0\0\1\0\2me"s), ErrorCode::invalid_request) << "tagged fields are missing";
}

TEST(RequestHeader, OfAnUnknownVersionOfApiVersionsIsReturned) {
  const std::string frame = "\0\x12\0\x63\0\0\0\7\0\2me\0"s;
  Reader r(frame, false);
  const auto header = read_request_header(r);
  ASSERT_TRUE(header.ok());
  EXPECT_FALSE(header->supported());
  EXPECT_EQ(header->correlation_id, 7);
  EXPECT_EQ(header->client_id, "me");
}

TEST(RequestHeader, IsReadAsItIsWritten) {
  for (const ApiInfo& api : apis()) {
    for (int version = std::max(api.min, api.announce_min); version <= std::min(api.max, api.announce_max); ++version) {
      std::string frame;
      Writer w(frame, version >= api.flexible_from);
      write_request_header(w, {static_cast<std::int16_t>(api.key), static_cast<std::int16_t>(version), 99, "it", {}});
      Reader r(frame, false);
      const auto header = read_request_header(r);
      ASSERT_TRUE(header.ok()) << api.name << ' ' << version;
      EXPECT_EQ(header->api, &api);
      EXPECT_EQ(header->client_id, "it");
      EXPECT_EQ(r.left(), 0u);
      EXPECT_EQ(r.flexible(), w.flexible());
    }
  }
}

std::string response_header(ApiKey api, bool flexible) {
  std::string out;
  Writer w(out, flexible);
  write_response_header(w, api, 7);
  Reader r(out, flexible);
  EXPECT_EQ(read_response_header(r, api), 7);
  EXPECT_TRUE(r.ok());
  EXPECT_EQ(r.left(), 0u);
  return out;
}

TEST(ResponseHeader, HasTagsIfFlexibleButNeverOfApiVersions) {
  EXPECT_EQ(response_header(ApiKey::metadata, false), "\0\0\0\7"s);
  EXPECT_EQ(response_header(ApiKey::metadata, true), "\0\0\0\7\0"s);
  EXPECT_EQ(response_header(ApiKey::api_versions, true), "\0\0\0\7"s);
}

TEST(ApiTable, IsInOrderAndAnnouncesWhatKafkaAnnounces) {
  EXPECT_EQ(apis().size(), 91u);
  for (const ApiInfo& api : apis()) {
    EXPECT_EQ(find_api(static_cast<std::int16_t>(api.key)), &api);
    EXPECT_TRUE(api.broker || api.controller) << api.name;
    if (api.key == ApiKey::produce || api.key == ApiKey::init_producer_id) continue;
    EXPECT_EQ(api.announce_min, api.min) << api.name;
    EXPECT_EQ(api.announce_max, api.max) << api.name;
  }
  EXPECT_EQ(find_api(0)->announce_min, 0);
  EXPECT_EQ(find_api(0)->min, 3);
  EXPECT_EQ(find_api(22)->announce_max, 5);
  for (const int key : {-1, 4, 5, 6, 7, 95, 32767}) EXPECT_EQ(find_api(static_cast<std::int16_t>(key)), nullptr);
}

}  // namespace
}  // namespace kstream::protocol
