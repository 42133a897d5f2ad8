#include "cluster/features.h"

#include <algorithm>

namespace kstream::cluster {

std::span<const FeatureRange> supported_features() {
  static const FeatureRange features[] = {
      {std::string(kKraftVersion), 0, kKraftVersionLevel},
      {std::string(kMetadataVersion), kMetadataVersionLevel, kMetadataVersionLevel},
  };
  return features;
}

bool is_supported(std::string_view feature, std::int16_t level) {
  const auto features = supported_features();
  return std::any_of(features.begin(), features.end(),
                     [&](const FeatureRange& f) { return f.name == feature && f.min <= level && level <= f.max; });
}

}  // namespace kstream::cluster
