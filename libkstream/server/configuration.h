#pragma once

#include <kstream/export.h>

#include "base/config/broker_config.h"
#include "base/config/config.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace kstream::server {

/// Where configuration may come from. Order: flag, environment, file, default.
struct ConfigurationInputs {
  /// -c: TOML, or Java properties if its name ends in `.properties` or it reads like that.
  std::optional<std::string> file = {};
  std::vector<std::string> overrides = {};              ///< -X, each `name=value`
  std::map<std::string, std::string> environment = {};  ///< KSERVER_LOG_DIRS, KAFKA_LOG_DIRS, HOME, XDG_STATE_HOME
};

/// The environment of this process.
KSTREAM_API std::map<std::string, std::string> process_environment();

/// What a server starts from.
struct Configuration {
  config::BrokerConfig broker;
  /// For each name in `broker.values`: `kserver.toml:12`, `KSERVER_LOG_DIRS`, `-X` or `default`.
  std::map<std::string, std::string, std::less<>> origins;
  std::vector<std::string> warnings;  ///< one line each, for the log
};

/// What is to be said about a configuration, or about the machine that it is for.
struct Finding {
  enum class Level { note, warning, error } level = Level::error;
  std::string where;  ///< `kserver.toml:12`, `KSERVER_LOG_DIRS`, `-X`; empty if nobody wrote it
  std::string name;   ///< of the config; may be empty
  std::string text;   ///< what is wrong and what to do, in one sentence that quotes no secret
};

/// Everything that is to be said, and the configuration if nothing of it is an error.
struct CheckedConfiguration {
  std::vector<Finding> findings;
  std::optional<Configuration> configuration;
};

/// What clients set while a broker ran, for all brokers and, stronger, for this one. Both before all of Configuration.
struct DynamicConfigs {
  config::Values cluster, own;
};

/// A config with the value that holds.
struct ConfigValue {
  std::string name;
  std::optional<std::string> value;  ///< none: null, or a secret
  /// `kserver.toml:12`, `-X`, `dynamic (broker 1)`, `dynamic (all brokers)`, each with the name in parentheses if a
  /// synonym gave it; or `default`.
  std::string source;
  bool has_effect = false;
  bool is_secret = false;
  std::string_view doc;  ///< one sentence, or empty
};

/// Lines for the operator, each saying where, what and what to do: `kserver.toml:12: "log.dirs": ...`. They quote no
/// secret.
using ConfigurationErrors = std::vector<std::string>;

/// The configs that are obeyed and that -X takes, for completion.
KSTREAM_API std::vector<std::string_view> config_names();

/// Whether a value must not be shown, or taken from the command line.
bool is_secret(std::string_view name);

/// As load_configuration, with all that is to be said; names also what was set to its default and has no effect.
KSTREAM_API CheckedConfiguration check_configuration(const ConfigurationInputs& inputs);

/// Every config, sorted by name.
KSTREAM_API std::vector<ConfigValue> list_configs(const Configuration& configuration, const DynamicConfigs& dynamic);
/// The sentence for a name that is none of them, which names the nearest.
KSTREAM_API std::string unknown_config(std::string_view name);

/// Collects, checks and resolves. Without log.dirs the data is kept in `$XDG_STATE_HOME/kstream`, else in
/// `~/.local/state/kstream`. Reads the file, and nothing else.
KSTREAM_API std::variant<Configuration, ConfigurationErrors> load_configuration(const ConfigurationInputs& inputs);

}  // namespace kstream::server
