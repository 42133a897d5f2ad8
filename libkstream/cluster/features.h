#pragma once

#include "cluster/image.h"

#include <span>
#include <string_view>

/// What this release can run at (KIP-584).
namespace kstream::cluster {

inline constexpr std::string_view kMetadataVersion = "metadata.version";
inline constexpr std::string_view kKraftVersion = "kraft.version";
/// Kafka's 4.4-IV2: the one level of metadata.version that we write and read.
inline constexpr std::int16_t kMetadataVersionLevel = 33;
/// Voters are listed in the log (KIP-853). Not finalized by a metadata record but by the log's own control records.
inline constexpr std::int16_t kKraftVersionLevel = 1;

/// The features of this release with the levels that it can run at, as registrations and ApiVersions name them.
std::span<const FeatureRange> supported_features();
/// Whether this release can run with `feature` finalized at `level`.
bool is_supported(std::string_view feature, std::int16_t level);

}  // namespace kstream::cluster
