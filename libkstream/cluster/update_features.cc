#include "cluster/controller.h"
#include "cluster/features.h"

#include <algorithm>
#include <map>
#include <string>

namespace kstream::cluster {
namespace {

using protocol::UpdateFeaturesRequest;
using protocol::UpdateFeaturesResponse;
using Update = UpdateFeaturesRequest::FeatureUpdateKey;

/// Numbered as on the wire (KIP-584, KIP-778).
enum class UpgradeType : std::int8_t { unknown = 0, upgrade = 1, safe_downgrade = 2, unsafe_downgrade = 3 };

/// Version 0 knows but two of them.
UpgradeType upgrade_type(const Update& update, std::int16_t version) {
  if (version == 0) return update.allow_downgrade ? UpgradeType::safe_downgrade : UpgradeType::upgrade;
  if (update.upgrade_type < 1 || update.upgrade_type > 3) return UpgradeType::unknown;
  return static_cast<UpgradeType>(update.upgrade_type);
}

/// kraft.version is finalized by the log's own control records, and from the start.
std::int16_t current_level(const Image& image, const std::string& feature) {
  if (feature == kKraftVersion) return kKraftVersionLevel;
  const auto& levels = image.features();
  const auto found = std::find_if(levels.begin(), levels.end(), [&](auto& level) { return level.first == feature; });
  return found == levels.end() ? std::int16_t{0} : found->second;
}

bool supports(const std::vector<FeatureRange>& features, const std::string& feature, std::int16_t level) {
  return std::any_of(features.begin(), features.end(),
                     [&](const auto& f) { return f.name == feature && f.min <= level && level <= f.max; });
}

/// Why the cluster cannot run at the level; empty if it can.
std::string reason_not_supported(const Image& image, const Context& context, const Update& update) {
  const auto refuse = [&](const char* who, NodeId id) {
    return std::string(who) + ' ' + std::to_string(id.value) + " does not support it";
  };
  if (!is_supported(update.feature, update.max_version_level)) return refuse("controller", context.config.node_id);
  std::string reason;
  image.brokers().each([&](const auto& broker) {
    if (!supports(broker->features, update.feature, update.max_version_level)) reason = refuse("broker", broker->id);
  });
  return reason;
}

Status check(const Update& update, const Image& image, const Context& context) {
  const auto refuse = [&](const std::string& why) {
    return Error{ErrorCode::invalid_update_version, "feature " + update.feature.substr(0, 100) +
                                                        " cannot be at level " +
                                                        std::to_string(update.max_version_level) + ": " + why};
  };
  const auto type = upgrade_type(update, context.version);
  if (type == UpgradeType::unknown) return refuse("the upgrade type is none that is known");
  if (update.max_version_level < 0) return refuse("a level is not below 0");
  if (auto why = reason_not_supported(image, context, update); !why.empty()) return refuse(why);
  const auto current = current_level(image, update.feature);
  if (update.max_version_level < current) {
    if (type == UpgradeType::upgrade)
      return refuse("it is at " + std::to_string(current) + ", and this is no downgrade");
    return refuse("what the higher level has written would be lost");
  }
  if (update.max_version_level > current && type != UpgradeType::upgrade) return refuse("this would be an upgrade");
  return {};
}

UpdateFeaturesResponse answer(const UpdateFeaturesRequest& request, std::int16_t version, const Error& error) {
  UpdateFeaturesResponse response;
  response.error_code = static_cast<std::int16_t>(error.code);
  response.error_message = error.detail.empty() ? std::nullopt : std::optional(error.detail);
  if (version > 1 || error.code != ErrorCode::none) return response;
  for (const auto& update : request.feature_updates) {
    auto& result = response.results.emplace_back();
    result.feature = update.feature;
    result.error_message.reset();
  }
  return response;
}

}  // namespace

UpdateFeaturesResponse refused(const UpdateFeaturesRequest& request, const Error& error) {
  return answer(request, UpdateFeaturesRequest::kMaxVersion, error);
}

// All or nothing, as Kafka does it since 4.0.
Decision<UpdateFeaturesResponse> decide(const UpdateFeaturesRequest& request, const Image& proposed,
                                        const Context& context) {
  Decision<UpdateFeaturesResponse> decision;
  std::map<std::string_view, int> times;
  for (const auto& update : request.feature_updates) {
    if (++times[update.feature] > 1) {
      return {{}, refused(request, {ErrorCode::invalid_request, "the request names a feature more than once"})};
    }
    if (Status allowed = check(update, proposed, context); !allowed) return {{}, refused(request, allowed.error())};
    if (update.feature == kKraftVersion) continue;
    protocol::FeatureLevelRecord r;
    r.name = update.feature;
    r.feature_level = update.max_version_level;
    decision.records.emplace_back(std::move(r));
  }
  if (request.validate_only) decision.records.clear();
  decision.response = answer(request, context.version, {ErrorCode::none, {}});
  return decision;
}

}  // namespace kstream::cluster
