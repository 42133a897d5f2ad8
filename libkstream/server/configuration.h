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

/// Lines for the operator, each saying where, what and what to do: `kserver.toml:12: "log.dirs": ...`. They quote no
/// secret.
using ConfigurationErrors = std::vector<std::string>;

/// The configs that are obeyed and that -X takes, for completion.
KSTREAM_API std::vector<std::string_view> config_names();

/// Collects, checks and resolves. Without log.dirs the data is kept in `$XDG_STATE_HOME/kstream`, else in
/// `~/.local/state/kstream`. Reads the file, and nothing else.
KSTREAM_API std::variant<Configuration, ConfigurationErrors> load_configuration(const ConfigurationInputs& inputs);

}  // namespace kstream::server
