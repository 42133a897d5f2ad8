#pragma once

#include <kstream/result.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kstream {

/// What has configs, as DescribeConfigs counts it.
enum class ConfigResourceType : std::int8_t { topic = 2, broker = 4, broker_logger = 8 };

/// A topic by its name, or a broker or its loggers by the broker's id. A broker without a name stands for the defaults
/// of all brokers.
struct ConfigResource {
  ConfigResourceType type = ConfigResourceType::topic;
  std::string name{};
  auto operator<=>(const ConfigResource&) const = default;
};

/// Where a config's value comes from.
enum class ConfigSource : std::int8_t {
  unknown = 0,
  topic = 1,                   ///< set for the topic
  dynamic_broker = 2,          ///< set for this broker while it runs
  dynamic_default_broker = 3,  ///< set for all brokers while they run
  static_broker = 4,           ///< the broker's file, or its command line
  default_value = 5,
  dynamic_broker_logger = 6,
  client_metrics = 7,
  group = 8,
};

/// Of what kind the values of a config are. `unknown` if the broker is too old to say.
enum class ConfigType : std::int8_t {
  unknown = 0,
  boolean,
  string,
  int32,
  int16,
  int64,
  float64,
  list,
  class_name,
  password,
};

/// A value that would hold if the ones before it were not set.
struct ConfigSynonym {
  std::string name;
  std::optional<std::string> value;
  ConfigSource source = ConfigSource::unknown;
};

/// One config of a resource.
struct ConfigEntry {
  std::string name;
  std::optional<std::string> value;  ///< none of a sensitive config, and of some that are not set
  ConfigSource source = ConfigSource::unknown;
  bool read_only = false;
  bool sensitive = false;
  std::vector<ConfigSynonym> synonyms;  ///< the one that holds first; empty unless asked for
  ConfigType type = ConfigType::unknown;
  std::string documentation;  ///< empty unless asked for
};

/// One answer of describe_configs.
struct DescribedConfigs {
  ConfigResource resource;
  Result<std::vector<ConfigEntry>> configs;
};

/// What is done to a config. `append` and `subtract` are for configs that are lists.
enum class ConfigOperation : std::int8_t { set = 0, unset = 1, append = 2, subtract = 3 };

/// A change of one config.
struct ConfigChange {
  std::string name;
  ConfigOperation operation = ConfigOperation::set;
  std::optional<std::string> value{};  ///< none for `unset`
};

/// Changes of one resource, which come about all or not at all.
struct ConfigAlteration {
  ConfigResource resource;
  std::vector<ConfigChange> changes{};
};

/// One answer of alter_configs.
struct AlteredConfigs {
  ConfigResource resource;
  Status status;
};

}  // namespace kstream
