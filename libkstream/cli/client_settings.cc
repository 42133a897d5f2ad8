#include "cli/client_settings.h"

#include "cli/config_file.h"
#include "cli/duration.h"
#include "cli/invalid.h"
#include "cli/text.h"

#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <set>

namespace kstream::cli {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// Variables that begin with KSTREAM_ and are no properties: ours, and what --exec and `kserver run` tell their
/// children.
constexpr std::array<std::string_view, 9> kOtherVariables = {"KSTREAM_SERVER",    "KSTREAM_PROFILE",   "KSTREAM_TOPIC",
                                                             "KSTREAM_PARTITION", "KSTREAM_OFFSET",    "KSTREAM_KEY",
                                                             "KSTREAM_HEADERS",   "KSTREAM_TIMESTAMP", "KSTREAM_GROUP"};

/// Ten years: as good as for ever.
constexpr std::chrono::milliseconds kLongestTimeout = std::chrono::hours(24 * 3650);
/// What an answer may take beyond the time that a fetch waits at the broker.
constexpr std::chrono::milliseconds kFetchSlack(1000);

constexpr std::string_view kProfile = "profile.";

std::string profile_path() {
  auto base = environment("XDG_CONFIG_HOME");
  return (base.empty() ? std::string(environment("HOME")) + "/.config" : std::string(base)) + "/kstream/client.toml";
}

class Layers {
 public:
  Layers(const Arguments& arguments, const Console& console) : arguments_(arguments), console_(console) {}

  Result<ClientSettings> apply() {
    using Layer = Status (Layers::*)();
    for (Layer layer : {&Layers::profile, &Layers::file, &Layers::environment_variables, &Layers::flags,
                        &Layers::default_broker, &Layers::answer_timeout}) {
      if (auto applied = (this->*layer)(); !applied) return applied.error();
    }
    console_.detail("brokers: " + std::string(settings_.config.get("bootstrap.servers")));
    if (console_.verbosity() > 1) {
      settings_.config.trace = [&console = console_](std::string_view line) { console.detail(line); };
    }
    return std::move(settings_);
  }

 private:
  Status profile() {
    std::string name(arguments_.has(Flag::profile) ? arguments_.value(Flag::profile) : environment("KSTREAM_PROFILE"));
    if (name.empty()) return {};
    auto path = profile_path();
    auto settings = read_settings(path);
    if (!settings) return settings.error();
    auto prefix = std::string(kProfile) + name + '.';
    bool found = false;
    for (const Setting& setting : *settings) {
      if (!setting.name.starts_with(prefix)) continue;
      found = true;
      auto property = setting.name.substr(prefix.size());
      if (auto kept = refuse_open_secret(path, property); !kept) return kept;
      if (auto done = settings_.set(path + ':' + std::to_string(setting.line), property, setting.value); !done)
        return done;
    }
    if (!found) return invalid(path + ": there is no [profile." + name + ']');
    return {};
  }

  /// As ssh does: a secret in a file that others can read is none.
  static Status refuse_open_secret(const std::string& path, std::string_view property) {
    struct stat status {};
    if (!is_secret(property) || ::stat(path.c_str(), &status) != 0 || (status.st_mode & 077U) == 0) return {};
    return invalid(path + " holds " + std::string(property) + " and can be read by others; run: chmod 600 " + path);
  }

  Status file() {
    for (const auto& path : arguments_.all(Flag::command_config)) {
      auto settings = read_settings(path);
      if (!settings) return settings.error();
      for (const Setting& setting : *settings) {
        if (auto done = settings_.set(path + ':' + std::to_string(setting.line), setting.name, setting.value); !done)
          return done;
      }
    }
    return {};
  }

  Status environment_variables() {
    for (char** entry = environ; *entry; ++entry) {
      std::string_view text(*entry);
      auto equals = text.find('=');
      if (!text.starts_with("KSTREAM_") || equals == std::string_view::npos) continue;
      auto variable = text.substr(0, equals);
      if (std::find(kOtherVariables.begin(), kOtherVariables.end(), variable) != kOtherVariables.end()) continue;
      auto name = lower_case(std::string(variable.substr(8)));
      std::ranges::replace(name, '_', '.');
      if (!ClientConfig::knows(name)) {
        console_.detail(std::string(variable) + " names no property");
        continue;
      }
      if (auto done = settings_.set(variable, name, text.substr(equals + 1)); !done) return done;
    }
    auto server = environment("KSTREAM_SERVER");
    if (server.empty()) return {};
    const std::string named(settings_.config.get("bootstrap.servers"));
    const bool by_hand = arguments_.has(Flag::profile) || arguments_.has(Flag::command_config);
    if (by_hand && settings_.config.is_set("bootstrap.servers") && named != server &&
        !arguments_.has(Flag::bootstrap_server))
      console_.note("KSTREAM_SERVER, " + std::string(server) + ", comes before " + named + " of " +
                    (arguments_.has(Flag::profile) ? "-P" : "-C") + "; -b comes before both");
    return settings_.set("KSTREAM_SERVER", "bootstrap.servers", server);
  }

  Status flags() {
    for (const auto& pair : arguments_.all(Flag::property)) {
      auto equals = pair.find('=');
      if (equals == std::string::npos || equals == 0) return invalid("-X wants NAME=VALUE, not '" + pair + "'");
      auto name = pair.substr(0, equals);
      if (is_secret(name))
        return invalid("-X " + name + " would be seen in ps; put it into a file for -C, or a profile");
      if (auto done = settings_.set("-X", name, std::string_view(pair).substr(equals + 1)); !done) return done;
      if (name == "bootstrap.servers" && !arguments_.has(Flag::bootstrap_server))
        settings_.same_cluster = " -b " + pair.substr(equals + 1);
    }
    for (Flag flag : {Flag::profile, Flag::command_config, Flag::bootstrap_server}) {
      const FlagRow& row = flag_rows()[static_cast<std::size_t>(flag)];
      for (const auto& value : arguments_.all(flag))
        settings_.same_cluster += std::string{' ', '-', row.letter, ' '} + value;
    }
    if (arguments_.has(Flag::bootstrap_server)) {
      if (auto done = settings_.set("-b", "bootstrap.servers", arguments_.value(Flag::bootstrap_server)); !done)
        return done;
    }
    if (arguments_.has(Flag::timeout)) {
      auto timeout = parse_duration(arguments_.value(Flag::timeout));
      if (!timeout) return invalid("--timeout: " + timeout.error().detail);
      settings_.timeout = std::min(*timeout, kLongestTimeout);
    }
    return {};
  }

  Status default_broker() {
    if (settings_.config.is_set("bootstrap.servers")) return {};
    settings_.default_broker = true;
    return settings_.config.set("bootstrap.servers", "127.0.0.1:9092");
  }

  Status answer_timeout() {
    ClientConfig& config = settings_.config;
    if (config.is_set("request.timeout.ms")) return {};
    auto least = std::chrono::milliseconds(config.number("fetch.max.wait.ms")) + kFetchSlack;
    auto limit = std::min<std::int64_t>(std::max(settings_.timeout, least).count(), INT32_MAX);
    if (!arguments_.has(Flag::timeout)) return config.set("request.timeout.ms", std::to_string(limit));
    return settings_.set("--timeout", "request.timeout.ms", std::to_string(limit));
  }

  const Arguments& arguments_;
  const Console& console_;
  ClientSettings settings_;
};

}  // namespace

Status ClientSettings::set(std::string_view source, std::string_view name, std::string_view value) {
  if (auto status = config.set(name, value); !status)
    return invalid(std::string(source) + ": " + status.error().detail);
  sources.insert_or_assign(std::string(name), std::string(source));
  return {};
}

std::vector<std::string> profile_names() {
  std::set<std::string> names;
  auto settings = read_settings(profile_path());
  if (!settings) return {};
  for (const Setting& setting : *settings) {
    auto name = std::string_view(setting.name).substr(std::min(kProfile.size(), setting.name.size()));
    if (setting.name.starts_with(kProfile)) names.emplace(name.substr(0, name.find('.')));
  }
  return {names.begin(), names.end()};
}

bool is_secret(std::string_view property) {
  return property.ends_with(".password") || property.ends_with(".secret") || property == "sasl.jaas.config" ||
         property == "ssl.keystore.key";
}

Result<ClientSettings> make_client_settings(const Arguments& arguments, const Console& console) {
  return Layers(arguments, console).apply();
}

}  // namespace kstream::cli
