#pragma once

#include "base/config/effective.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Configs as DescribeConfigs tells them: with every value that was given, not only the one that holds (KIP-226).
namespace kstream::config {

/// What is set for a broker beside the defaults, the strongest first.
struct BrokerLayers {
  const Values& dynamic;          ///< for this broker alone
  const Values& dynamic_default;  ///< for all brokers
  const Values& fixed;            ///< when it started: BrokerConfig::values
};

/// A value under the name by which it was given.
struct GivenValue {
  std::string name;
  std::optional<std::string> value;  ///< null: of a password
  Source source = Source::default_value;
  bool operator==(const GivenValue&) const = default;
};

struct Described {
  std::string name;
  const Row* row = nullptr;          ///< null: set for a broker, and in no table
  std::optional<std::string> value;  ///< none: null, as is a password's
  Source source = Source::default_value;
  std::vector<GivenValue> given;  ///< the one that holds first
  /// Its value is told to nobody, which goes for what is not known, too.
  bool sensitive() const { return !row || row->type == Type::password; }
};

/// Every topic config that is not internal, and internal ones that are set, sorted by name.
std::vector<Described> describe_topic(const Values& overrides, const BrokerLayers& broker);
/// Every broker config that is not internal, internal ones that are set, and what is set and in no table.
std::vector<Described> describe_broker(const BrokerLayers& broker);
/// What is set for all brokers, and nothing else.
std::vector<Described> describe_broker_defaults(const Values& dynamic_default);

}  // namespace kstream::config
