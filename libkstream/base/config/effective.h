#pragma once

#include "base/config/config.h"

#include <optional>
#include <string>
#include <vector>

namespace kstream::config {

/// Where a value comes from; numbered as in DescribeConfigs.
enum class Source : std::int8_t {
  dynamic_topic = 1,
  dynamic_broker = 2,
  dynamic_default_broker = 3,
  static_broker = 4,
  default_value = 5,
  dynamic_broker_logger = 6,
};

/// A config with the value that holds.
struct Effective {
  const Row* row = nullptr;
  std::optional<std::string> value;  ///< none: null
  Source source = Source::default_value;
};

/// Every topic config that is not internal, and internal ones that are set, sorted by name: the topic's override, else
/// what the broker's dynamic configs give (BrokerConfig::own_overrides, then cluster_overrides), else those it was
/// started with (BrokerConfig::values), else the default.
std::vector<Effective> effective_topic_configs(const Values& overrides, const Values& broker,
                                               const Values& cluster_wide = {}, const Values& own = {});

}  // namespace kstream::config
