#include "world.h"

namespace kstream::cluster {
namespace {

using Request = protocol::UpdateFeaturesRequest;
constexpr std::int8_t kUpgrade = 1, kSafe = 2, kUnsafe = 3;

Request request(std::string feature, std::int16_t level, std::int8_t type = kUpgrade) {
  Request r;
  auto& update = r.feature_updates.emplace_back();
  update.feature = std::move(feature);
  update.max_version_level = level;
  update.upgrade_type = type;
  return r;
}

class UpdateFeatures : public testing::Test {
 protected:
  UpdateFeatures() {
    world.add_broker(1);
    world.apply_all(activation_records(*base::make_counted<const Image>()));
  }
  protocol::UpdateFeaturesResponse ask(const Request& r, std::int16_t version = 2) {
    auto context = world.context();
    context.version = version;
    auto decision = decide(r, *world.image(), context);
    world.apply_all(decision.records);
    return decision.response;
  }
  ErrorCode code(const Request& r, std::int16_t version = 2) {
    return static_cast<ErrorCode>(ask(r, version).error_code);
  }
  World world;
};

TEST_F(UpdateFeatures, ToTheLevelThatIsFinalizedIsFine) {
  EXPECT_EQ(code(request("metadata.version", kMetadataVersionLevel)), ErrorCode::none);
  EXPECT_EQ(code(request("kraft.version", kKraftVersionLevel)), ErrorCode::none);
  EXPECT_EQ(world.image()->features().size(), 1u);
}

TEST_F(UpdateFeatures, RefusesWhatTheClusterCannotRunAt) {
  EXPECT_EQ(code(request("metadata.version", kMetadataVersionLevel + 1)), ErrorCode::invalid_update_version);
  EXPECT_EQ(code(request("metadata.version", kMetadataVersionLevel - 1, kSafe)), ErrorCode::invalid_update_version);
  EXPECT_EQ(code(request("metadata.version", 0, kUnsafe)), ErrorCode::invalid_update_version);
  EXPECT_EQ(code(request("group.version", 1)), ErrorCode::invalid_update_version);
  EXPECT_EQ(code(request("kraft.version", 0)), ErrorCode::invalid_update_version);
  EXPECT_EQ(code(request("kraft.version", 0, kUnsafe)), ErrorCode::invalid_update_version);
  EXPECT_EQ(code(request("kraft.version", -1)), ErrorCode::invalid_update_version);
  EXPECT_EQ(code(request("metadata.version", kMetadataVersionLevel, 9)), ErrorCode::invalid_update_version);
}

TEST_F(UpdateFeatures, RefusesWhatABrokerDoesNotKnow) {
  auto registration = world.registration(2);
  registration.features.erase(registration.features.begin());  // kraft.version
  (void)world.ask(registration);
  EXPECT_EQ(code(request("kraft.version", kKraftVersionLevel)), ErrorCode::invalid_update_version);
}

TEST_F(UpdateFeatures, AllOrNothing) {
  auto r = request("metadata.version", kMetadataVersionLevel);
  r.feature_updates.push_back(request("group.version", 1).feature_updates[0]);
  const auto decision = decide(r, *world.image(), world.context());
  EXPECT_TRUE(decision.records.empty());
  EXPECT_EQ(static_cast<ErrorCode>(decision.response.error_code), ErrorCode::invalid_update_version);
  r.feature_updates[1] = r.feature_updates[0];
  EXPECT_EQ(code(r), ErrorCode::invalid_request);
}

TEST_F(UpdateFeatures, TellsEachFeatureBeforeVersionTwo) {
  const auto r = request("metadata.version", kMetadataVersionLevel);
  EXPECT_EQ(ask(r, 1).results.size(), 1u);
  EXPECT_TRUE(ask(r, 2).results.empty());
}

TEST_F(UpdateFeatures, OnlySaysWhetherItCould) {
  auto r = request("metadata.version", kMetadataVersionLevel);
  r.validate_only = true;
  const auto decision = decide(r, *world.image(), world.context());
  EXPECT_TRUE(decision.records.empty());
  EXPECT_EQ(decision.response.error_code, 0);
}

}  // namespace
}  // namespace kstream::cluster
