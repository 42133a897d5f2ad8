#include "cli/kafka_properties.h"

#include "cli/config_file.h"
#include "cli/invalid.h"
#include "cli/text.h"

namespace kstream::cli {

std::optional<KafkaRefusal> kafka_refuse_both(const KafkaOptions& options, std::span<const KafkaSynonym> synonyms,
                                              bool old_first) {
  for (const KafkaSynonym& one : synonyms) {
    if (!one.refuses_both || !options.has(one.old_name) || !options.has(one.name)) continue;
    return KafkaRefusal{"Options --" + std::string(old_first ? one.old_name : one.name) + " and --" +
                        std::string(old_first ? one.name : one.old_name) + " cannot be specified together."};
  }
  return {};
}

Status kafka_warn_deprecated(const KafkaOptions& options, std::span<const KafkaSynonym> synonyms,
                             std::string_view prefix) {
  std::string lines;
  for (const KafkaSynonym& one : synonyms) {
    if (!options.has(one.old_name)) continue;
    lines += std::string(prefix) + " --" + std::string(one.old_name) + " is deprecated and will be removed in ";
    lines += one.refuses_both ? "a future version." : "Apache Kafka 5.0.";
    lines += " Use --" + std::string(one.name) + " instead.\n";
  }
  return lines.empty() ? Status() : kafka_print(lines);
}

Result<std::vector<Setting>> kafka_properties(const KafkaOptions& options, std::span<const std::string_view> file,
                                              std::span<const std::string_view> pairs) {
  std::vector<Setting> properties;
  for (std::string_view name : file) {
    auto path = options.value(name);
    if (!path) continue;
    auto settings = read_settings(*path);
    if (!settings) return settings.error();
    properties.insert(properties.end(), settings->begin(), settings->end());
  }
  for (std::string_view name : pairs) {
    for (const std::string& pair : options.all(name)) {
      const auto equals = pair.find('=');
      if (!pair.empty())
        properties.push_back({pair.substr(0, equals), equals == std::string::npos ? "" : pair.substr(equals + 1), 0});
    }
  }
  return properties;
}

std::optional<std::string> kafka_property(const std::vector<Setting>& properties, std::string_view name) {
  for (auto at = properties.rbegin(); at != properties.rend(); ++at) {
    if (at->name == name) return at->value;
  }
  return {};
}

std::optional<bool> kafka_flag(const std::vector<Setting>& properties, std::string_view name) {
  auto value = kafka_property(properties, name);
  if (!value) return {};
  return lower_case(trimmed(*value)) == "true";
}

Result<ClientConfig> kafka_client_config(const KafkaOptions& options, const std::vector<Setting>& properties,
                                         std::span<const KafkaPropertyOption> others) {
  ClientConfig config;
  for (const Setting& setting : properties) {
    if (auto set = config.set(setting.name, setting.value); !set) return invalid(set.error().detail);
  }
  for (const KafkaPropertyOption& other : others) {
    auto value = options.value(other.option);
    if (!value && (config.is_set(other.property) || other.default_value.empty())) continue;
    if (auto set = config.set(other.property, value ? std::string_view(*value) : other.default_value); !set)
      return invalid(value ? "--" + std::string(other.option) + ": " + set.error().detail : set.error().detail);
  }
  return config;
}

}  // namespace kstream::cli
