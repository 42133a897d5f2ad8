#pragma once

#include <kstream/result.h>

#include <string_view>

namespace kstream::cluster {

/// The topic of the metadata log, which nobody may create.
inline constexpr std::string_view kMetadataTopic = "__cluster_metadata";

/// Kafka's rules: 1 to 249 letters, digits, `.`, `_` and `-` of ASCII, but not `.` or `..`. INVALID_TOPIC_EXCEPTION.
Status check_topic_name(std::string_view name);

/// Whether it is the name of a topic that coordinators keep their state in: clients are told so, and may not delete
/// records of it.
bool is_internal_topic(std::string_view name);

}  // namespace kstream::cluster
