#include "broker/dispatch.h"

#include "protocol/api_table.h"

#include <algorithm>
#include <set>

namespace kstream::broker {
namespace {

using protocol::ApiKey;

constexpr std::int16_t key(ApiKey api) { return static_cast<std::int16_t>(api); }

// ApiVersions announces the rows of handlers() with the ranges of the schemas: what is in one table only would be a
// promise that nobody keeps, or a handler that nobody reaches.
TEST(Dispatch, WhatIsAnnouncedIsWhatIsHandled) {
  std::set<std::int16_t> handled;
  for (const auto& handler : handlers()) {
    const auto* api = protocol::find_api(handler.api);
    ASSERT_TRUE(api) << "there is no schema of API " << handler.api;
    EXPECT_TRUE(api->broker) << api->name << " is for controllers";
    EXPECT_TRUE(handled.insert(handler.api).second) << api->name << " has two rows";
    EXPECT_TRUE(handler.handle) << api->name;
    EXPECT_LE(api->announce_min, api->announce_max) << api->name;
  }
  for (const auto& api : protocol::apis()) {
    EXPECT_EQ(find_handler(key(api.key)) != nullptr, handled.contains(key(api.key))) << api.name;
  }
  EXPECT_FALSE(find_handler(-1));
  EXPECT_FALSE(find_handler(1000));
}

TEST(Dispatch, EveryAnnouncedVersionIsServedAndNoOther) {
  for (const auto& handler : handlers()) {
    const auto& api = *protocol::find_api(handler.api);
    if (handler.api == key(ApiKey::api_versions)) continue;  // answers what it does not know, in version 0
    for (int version = -1; version <= api.announce_max + 1; ++version) {
      // Versions that are announced and have no schema: Kafka's own exception, for clients that only look at the range.
      bool promised = version >= std::max(api.announce_min, api.min) && version <= api.announce_max;
      EXPECT_EQ(serves(handler, static_cast<std::int16_t>(version)), promised) << api.name << ' ' << version;
    }
    EXPECT_EQ(api.announce_min < api.min, handler.api == key(ApiKey::produce)) << api.name;
    EXPECT_LE(api.announce_max, api.max) << api.name << " announces what cannot be decoded";
  }
}

}  // namespace
}  // namespace kstream::broker
