#pragma once

#include <kstream/export.h>

#include <optional>
#include <string_view>
#include <vector>

namespace kstream {

/// A config that this version of the library knows, whatever a cluster knows.
struct KnownConfig {
  std::string_view name;
  /// What its value, or each item of a list, may be, parted by `|`; empty if that cannot be listed.
  std::string_view choices;
  std::optional<std::string_view> default_value;  ///< nothing: null
};

/// The topic configs of Kafka 4.4, sorted by name, without those that are for tests only.
KSTREAM_API std::vector<KnownConfig> known_topic_configs();

}  // namespace kstream
