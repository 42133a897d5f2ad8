#include "server/configuration.h"

#include <kstream/config_text.h>

#include "base/config/broker_check.h"
#include "base/config/described.h"
#include "base/config/suggest.h"
#include "base/config/units.h"
#include "base/config/value.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace kstream::server {
namespace {

constexpr std::size_t kLargestFile = 1 << 20;

Result<std::string> read_file(const std::string& name) {
  errno = 0;
  std::ifstream file(name, std::ios::binary);
  std::string text(kLargestFile + 1, 0);
  if (!file || (file.read(text.data(), static_cast<std::streamsize>(text.size())), file.bad())) {
    return {ErrorCode::invalid_config, std::string("cannot be read: ") + std::strerror(errno)};
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kLargestFile) return {ErrorCode::invalid_config, "is larger than 1 MiB and no configuration"};
  return text;
}

/// `LOG_DIRS` as `log.dirs`; two underscores are a hyphen, three an underscore, as in Kafka's images.
std::string name_from_environment(std::string_view variable) {
  std::string name;
  while (!variable.empty()) {
    auto run = std::min({variable.find_first_not_of('_'), variable.size(), std::size_t{3}});
    if (run > 0) {
      name += ".-_"[run - 1];
      variable.remove_prefix(run);
    } else {
      char c = variable[0];
      name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      variable.remove_prefix(1);
    }
  }
  return name;
}

/// What is before and behind the first `mark`.
std::pair<std::string_view, std::string_view> split_at(std::string_view text, std::string_view mark) {
  auto at = std::min(text.find(mark), text.size());
  return {text.substr(0, at), text.substr(std::min(at + mark.size(), text.size()))};
}

std::string line(const Finding& finding) {
  return finding.where.empty() ? finding.text : finding.where + ": " + finding.text;
}

/// A path without what does not count: `/b` of `/a/..//b/`.
std::string plain_path(const std::string& path) {
  auto plain = std::filesystem::path(path).lexically_normal().string();
  if (plain.size() > 1 && plain.ends_with('/')) plain.pop_back();
  return plain;
}

/// What the sources say, the strongest last.
class Collector {
 public:
  void file(const std::string& name) {
    set_now_.clear();
    auto text = read_file(name);
    if (!text) return error(name, "", text.error().detail);
    auto settings = parse_config_text(*text, name);
    if (!settings) {  // `12: what`
      auto [line, what] = split_at(settings.error().detail, ": ");
      return error(name + ':' + std::string(line), "", what);
    }
    for (const Setting& setting : *settings) {
      set(setting.name, setting.value, name + ':' + std::to_string(setting.line));
    }
  }

  /// Kafka's images come with variables that are no configs (KAFKA_HOME): of theirs, only known names count, and what
  /// nearly is one gets a warning. All of ours must be known.
  void environment(const std::map<std::string, std::string>& variables, std::string_view prefix,
                   bool all_must_be_known) {
    set_now_.clear();
    for (auto variable = variables.lower_bound(std::string(prefix)); variable != variables.end(); ++variable) {
      if (!variable->first.starts_with(prefix)) break;
      auto name = name_from_environment(std::string_view(variable->first).substr(prefix.size()));
      if (all_must_be_known || config::find_broker_row(name)) {
        set(name, variable->second, variable->first);
      } else if (!config::suggest(name, config::broker_rows()).empty()) {
        find(Finding::Level::warning, variable->first, name, config::unknown_name(name, config::broker_rows()));
      }
    }
  }

  void overrides(const std::vector<std::string>& all) {
    set_now_.clear();
    for (const std::string& override : all) {
      auto equals = override.find('=');
      auto name = std::string(config::trim(std::string_view(override).substr(0, equals)));
      if (equals == override.npos || name.empty()) {
        error("-X", name, "must be NAME=VALUE, not \"" + override.substr(0, equals) + '"');
      } else if (is_secret(name)) {
        error("-X", name, '"' + name + "\" is a secret, which others would see; set it in the file of -c");
      } else {
        set(name, override.substr(equals + 1), "-X");
      }
    }
  }

  void default_log_dir(const std::map<std::string, std::string>& variables) {
    if (values_.contains("log.dirs") || values_.contains("log.dir")) return;
    auto folder = [&](const char* variable) {
      auto found = variables.find(variable);
      return found != variables.end() && found->second.starts_with('/') ? found->second : "";
    };
    auto state = folder("XDG_STATE_HOME"), home = folder("HOME");
    if (state.empty() && home.empty()) return;
    set("log.dirs", (state.empty() ? home + "/.local/state" : state) + "/kstream", "default");
  }

  CheckedConfiguration finish() {
    for (config::Problem& problem : config::check_broker_configs(values_)) {
      find(problem.is_warning ? Finding::Level::warning : Finding::Level::error, where(problem.name), problem.name,
           std::move(problem.text));
    }
    if (has_errors_) return {std::move(findings_), std::nullopt};
    auto broker = config::make_broker_config(values_);
    if (!broker) {
      error("", "", broker.error().detail);
    } else {
      check_folders(broker->log_dirs);
    }
    if (has_errors_) return {std::move(findings_), std::nullopt};
    Configuration configuration{std::move(*broker), std::move(origins_), {}};
    for (const Finding& finding : findings_) configuration.warnings.push_back(line(finding));
    return {std::move(findings_), std::move(configuration)};
  }

 private:
  /// That log.dirs names no folder twice in different spellings: two logs would share its files.
  void check_folders(const std::vector<std::string>& folders) {
    for (auto folder = folders.begin(); folder != folders.end(); ++folder) {
      auto first = std::ranges::find(folders, plain_path(*folder), plain_path);
      if (first == folder) continue;
      error(where("log.dirs"), "log.dirs", "\"log.dirs\" names one folder twice, as " + *first + " and as " + *folder);
    }
  }

  std::string where(std::string_view name) const {
    auto origin = origins_.find(name);
    return origin == origins_.end() ? "" : origin->second;
  }

  void find(Finding::Level level, std::string where, std::string name, std::string text) {
    has_errors_ = has_errors_ || level == Finding::Level::error;
    findings_.push_back({level, std::move(where), std::move(name), std::move(text)});
  }
  void error(std::string where, std::string name, std::string_view text) {
    find(Finding::Level::error, std::move(where), std::move(name), std::string(text));
  }

  void set(const std::string& name, const std::string& value, std::string origin) {
    auto plain = config::without_units(name, value);
    if (!plain) return error(origin, name, plain.error().detail);
    for (const config::Row& row : config::broker_rows()) {
      bool synonym = std::ranges::find(row.synonyms, name, &config::Synonym::name) != row.synonyms.end();
      if (synonym && !set_now_.contains(row.name)) forget(row.name);
    }
    values_[name] = std::move(*plain);
    origins_[name] = std::move(origin);
    set_now_.insert(name);
  }

  /// A weaker source's `log.dirs` must not win over a stronger one's `log.dir`.
  void forget(std::string_view name) {
    if (auto value = values_.find(name); value != values_.end()) values_.erase(value);
    if (auto origin = origins_.find(name); origin != origins_.end()) origins_.erase(origin);
  }

  config::Values values_;
  std::map<std::string, std::string, std::less<>> origins_;
  std::vector<Finding> findings_;
  bool has_errors_ = false;
  std::set<std::string, std::less<>> set_now_;  ///< by the source that is being read
};

}  // namespace

std::map<std::string, std::string> process_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry; ++entry) {
    std::string_view text = *entry;
    auto equals = text.find('=');
    if (equals != text.npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

std::vector<std::string_view> config_names() {
  std::vector<std::string_view> names;
  for (const config::Row& row : config::broker_rows()) {
    if (row.effect == config::Effect::obeyed && !is_secret(row.name)) names.push_back(row.name);
  }
  return names;
}

// A command line can be read by everybody on the machine.
bool is_secret(std::string_view name) {
  const config::Row* row = config::find_row(config::broker_rows(), name);
  return (row && row->type == config::Type::password) || name.ends_with(".password") || name.ends_with(".secret") ||
         name.ends_with("sasl.jaas.config");
}

namespace {

CheckedConfiguration collect(const ConfigurationInputs& inputs) {
  Collector collector;
  if (inputs.file) collector.file(*inputs.file);
  collector.environment(inputs.environment, "KAFKA_", false);
  collector.environment(inputs.environment, "KSERVER_", true);
  collector.overrides(inputs.overrides);
  collector.default_log_dir(inputs.environment);
  return collector.finish();
}

}  // namespace

std::variant<Configuration, ConfigurationErrors> load_configuration(const ConfigurationInputs& inputs) {
  auto checked = collect(inputs);
  if (checked.configuration) return std::move(*checked.configuration);
  ConfigurationErrors errors;
  for (const Finding& finding : checked.findings) {
    if (finding.level == Finding::Level::error) errors.push_back(line(finding));
  }
  return errors;
}

CheckedConfiguration check_configuration(const ConfigurationInputs& inputs) {
  auto checked = collect(inputs);
  if (!checked.configuration) return checked;
  for (const auto& [name, value] : checked.configuration->broker.values) {
    const config::Row* row = config::find_row(config::broker_rows(), name);
    if (!row || row->effect == config::Effect::obeyed || !config::is_default(*row, value)) continue;
    checked.findings.push_back({Finding::Level::warning, checked.configuration->origins.at(name), name,
                                '"' + name + "\" has no effect yet; its value is the default"});
  }
  return checked;
}

std::string unknown_config(std::string_view name) { return config::unknown_name(name, config::broker_rows()); }

namespace {

std::string_view doc_of(const config::Row* row) { return row ? row->doc : std::string_view(); }

}  // namespace

std::vector<ConfigValue> list_configs(const Configuration& configuration, const DynamicConfigs& dynamic) {
  const auto& values = configuration.broker.values;
  const auto& origins = configuration.origins;
  std::vector<ConfigValue> all;
  for (const config::Row& row : config::broker_rows()) {
    ConfigValue one{std::string(row.name),
                    config::broker_value(row, values),
                    "default",
                    row.effect == config::Effect::obeyed,
                    is_secret(row.name),
                    row.doc};
    if (auto origin = origins.find(row.name); origin != origins.end()) {
      one.source = origin->second;
    } else if (auto synonym = std::ranges::find_if(row.synonyms, [&](auto& s) { return values.contains(s.name); });
               synonym != row.synonyms.end()) {
      one.source = origins.find(synonym->name)->second + " (" + std::string(synonym->name) + ")";
    }
    all.push_back(std::move(one));
  }
  for (const auto& [name, value] : values) {  // of a listener, a plug-in: in no table
    if (config::find_row(config::broker_rows(), name)) continue;
    const config::Row* row = config::find_broker_row(name);
    const bool obeyed = row && row->effect == config::Effect::obeyed;
    all.push_back({name, value, origins.at(name), obeyed, is_secret(name), doc_of(row)});
  }
  for (auto& described : config::describe_broker({dynamic.own, dynamic.cluster, values})) {
    const bool own = described.source == config::Source::dynamic_broker;
    if (!own && described.source != config::Source::dynamic_default_broker) continue;
    auto one = std::ranges::find(all, described.name, &ConfigValue::name);
    if (one == all.end()) {
      const bool obeyed = described.row && described.row->effect == config::Effect::obeyed;
      all.push_back({described.name, {}, {}, obeyed, is_secret(described.name), doc_of(described.row)});
      one = all.end() - 1;
    }
    const auto& given = described.given.front().name;
    one->value = std::move(described.value);
    one->source =
        own ? "dynamic (broker " + std::to_string(configuration.broker.node_id.value) + ')' : "dynamic (all brokers)";
    if (given != described.name) one->source += " (" + given + ')';
  }
  for (auto& one : all) {
    if (one.is_secret) one.value.reset();
  }
  std::ranges::sort(all, {}, &ConfigValue::name);
  return all;
}

}  // namespace kstream::server
