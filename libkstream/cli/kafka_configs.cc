#include "cli/config_file.h"
#include "cli/invalid.h"
#include "cli/kafka_tool.h"
#include "cli/number.h"
#include "cli/text.h"
#include "cli/topics.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

// kafka-configs.sh, for topics, brokers and broker loggers.

namespace kstream::cli {
namespace {

constexpr KafkaOption kOptions[] = {
    {"bootstrap-server", "server to connect to", "Required: the brokers to ask first."},
    {"bootstrap-controller", "controller to connect to", "Has no meaning here: use --bootstrap-server."},
    {"command-config", "file", "Properties of the client."},
    {"alter", "", "Change configs."},
    {"describe", "", "Print configs."},
    {"all", "", "Describe those that are not set, too."},
    {"entity-type", "type", "topics, brokers or broker-loggers.", true},
    {"entity-name", "name", "A topic, or the id of a broker.", true},
    {"entity-default", "", "The defaults of all brokers."},
    {"add-config", "k=v,k=[v,v]", "Configs to set."},
    {"add-config-file", "file", "A properties file with configs to set."},
    {"delete-config", "k,k", "Configs to take back; repeatable.", true},
    {"force", "", "Has no effect."},
    {"topic", "name", "As --entity-type topics --entity-name."},
    {"client", "id", "Clients have no configs here."},
    {"client-defaults", "", "Clients have no configs here."},
    {"user", "name", "Users have no configs here."},
    {"user-defaults", "", "Users have no configs here."},
    {"broker", "id", "As --entity-type brokers --entity-name."},
    {"broker-defaults", "", "As --entity-type brokers --entity-default."},
    {"broker-logger", "id", "As --entity-type broker-loggers --entity-name."},
    {"ip", "address", "Addresses have no configs here."},
    {"ip-defaults", "", "Addresses have no configs here."},
    {"client-metrics", "name", "Client metrics have no configs here."},
    {"group", "id", "Groups have no configs here."},
};

/// An option that says type and name at once, or the type's default.
struct Short {
  std::string_view option, type;
};
constexpr Short kNamed[] = {{"topic", "topics"},
                            {"client", "clients"},
                            {"user", "users"},
                            {"broker", "brokers"},
                            {"broker-logger", "broker-loggers"},
                            {"ip", "ips"},
                            {"client-metrics", "client-metrics"},
                            {"group", "groups"}};
constexpr Short kDefaults[] = {
    {"client-defaults", "clients"}, {"user-defaults", "users"}, {"broker-defaults", "brokers"}, {"ip-defaults", "ips"}};

constexpr std::string_view kTypes[] = {"topics", "clients",        "users",  "brokers",
                                       "ips",    "client-metrics", "groups", "broker-loggers"};

/// The types of things that this program can ask about, and which of a thing's configs were set for it.
struct Kind {
  std::string_view type;
  ConfigResourceType resource;
  ConfigSource set, set_for_all;
};
constexpr Kind kKinds[] = {
    {"topics", ConfigResourceType::topic, ConfigSource::topic, ConfigSource::topic},
    {"brokers", ConfigResourceType::broker, ConfigSource::dynamic_broker, ConfigSource::dynamic_default_broker},
    {"broker-loggers", ConfigResourceType::broker_logger, ConfigSource::unknown, ConfigSource::unknown}};

std::vector<std::string> types_of(const KafkaOptions& options) {
  auto types = options.all("entity-type");
  for (const auto& [option, type] : kNamed) {
    if (options.has(option)) types.emplace_back(type);
  }
  for (const auto& [option, type] : kDefaults) {
    if (options.has(option)) types.emplace_back(type);
  }
  return types;
}

std::vector<std::string> names_of(const KafkaOptions& options) {
  std::vector<std::string> names;
  for (const auto& [option, text] : options.in_order()) {
    if (option == "entity-name" || option == "entity-default") names.push_back(text);
  }
  for (const auto& [option, type] : kNamed) {
    if (options.has(option)) names.push_back(*options.value(option));
  }
  for (const auto& [option, type] : kDefaults) {
    if (options.has(option)) names.emplace_back();
  }
  return names;
}

bool has_any(const KafkaOptions& options, std::span<const Short> table) {
  return std::ranges::any_of(table, [&](const Short& row) { return options.has(row.option); });
}

bool is_one_of(std::string_view type, std::initializer_list<std::string_view> types) {
  return std::ranges::find(types, type) != types.end();
}

std::optional<KafkaRefusal> check_types(const KafkaOptions& options, const std::vector<std::string>& types) {
  std::set<std::string> seen;
  for (const auto& type : types) {
    if (!seen.insert(type).second) return KafkaRefusal{"Duplicate entity type(s) specified: " + type};
  }
  for (const auto& type : types) {
    if (std::ranges::find(kTypes, type) != std::end(kTypes)) continue;
    std::string all;
    for (auto known : kTypes) all += (all.empty() ? "" : ", ") + std::string(known);
    return KafkaRefusal{"Invalid entity type " + type + ", the entity type must be one of " + all +
                        " with a --bootstrap-server or --bootstrap-controller argument"};
  }
  if (types.empty()) return KafkaRefusal{"At least one entity type must be specified"};
  if (types.size() > 1 && seen != std::set<std::string>{"clients", "users"})
    return KafkaRefusal{"Only 'users' and 'clients' entity types may be specified together"};
  bool in_parts = options.has("entity-name") || options.has("entity-type") || options.has("entity-default");
  if (in_parts && (has_any(options, kNamed) || has_any(options, kDefaults)))
    return KafkaRefusal{"--entity-{type,name,default} should not be used in conjunction with specific entity flags"};
  if (!options.has("bootstrap-server"))
    return KafkaRefusal{options.has("bootstrap-controller")
                            ? "--bootstrap-controller is not there: say --bootstrap-server"
                            : "One of the required --bootstrap-server or --bootstrap-controller arguments must be "
                              "specified"};
  return {};
}

std::optional<KafkaRefusal> check_names(const KafkaOptions& options, const std::string& type) {
  auto names = names_of(options);
  bool named = std::ranges::any_of(names, [](const auto& name) { return !name.empty(); });
  for (const auto& name : names) {
    if (is_one_of(type, {"brokers", "broker-loggers"}) && !name.empty() && !parse_number<std::int32_t>(name))
      return KafkaRefusal{"The entity name for " + type + " must be a valid integer broker id, but it is: " + name};
  }
  bool defaulted = is_one_of(type, {"users", "clients", "brokers", "ips"});
  if (options.has("describe")) {
    if (!defaulted && options.has("entity-default"))
      return KafkaRefusal{"--entity-default must not be specified with --describe of " + type};
    if (type == "broker-loggers" && !named)
      return KafkaRefusal{"An entity name must be specified with --describe of " + type};
    return {};
  }
  if (defaulted && names.empty())
    return KafkaRefusal{
        "An entity-name or default entity must be specified with --alter of users, clients, brokers or ips"};
  if (!defaulted && !named) return KafkaRefusal{"An entity name must be specified with --alter of " + type};
  return {};
}

std::optional<KafkaRefusal> check(const KafkaOptions& options) {
  if (options.has("alter") == options.has("describe"))
    return KafkaRefusal{"Command must include exactly one action: --describe, --alter", true};
  for (std::string_view option : {"add-config", "delete-config"}) {
    if (options.has("describe") && options.has(option))
      return KafkaRefusal{"Option \"[describe]\" can't be used with option \"[" + std::string(option) + "]\"", true};
  }
  auto types = types_of(options);
  if (auto refusal = check_types(options, types)) return refusal;
  if (auto refusal = check_names(options, types.front())) return refusal;
  if (options.has("describe")) return {};
  if (options.has("add-config") && options.has("add-config-file"))
    return KafkaRefusal{"Only one of --add-config or --add-config-file must be specified"};
  if (!options.has("add-config") && !options.has("add-config-file") && !options.has("delete-config"))
    return KafkaRefusal{
        "At least one of --add-config, --add-config-file, or --delete-config must be specified with --alter"};
  return {};
}

/// Parts `text` at each `separator` that stands outside of square brackets.
std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (char c : text) {
    depth += c == '[' ? 1 : c == ']' ? -1 : 0;
    c == separator&& depth == 0 ? parts.emplace_back() : parts.back() += c;
  }
  return parts;
}

Result<std::vector<ConfigChange>> parse_added(const KafkaOptions& options) {
  std::vector<ConfigChange> changes;
  if (auto path = options.value("add-config-file")) {
    auto settings = read_settings(*path);
    if (!settings) return settings.error();
    for (const Setting& setting : *settings) changes.push_back({setting.name, ConfigOperation::set, setting.value});
  }
  auto added = options.value("add-config");
  for (const auto& pair : added ? split(*added, ',') : std::vector<std::string>()) {
    auto parts = split(pair, '=');
    if (parts.size() != 2)
      return invalid(
          "requirement failed: Invalid entity config: all configs to be added must be in the format \"key=val\" or  "
          "\"key=[val1,val2]\" to group values which contain commas.");
    std::erase_if(parts[1], [](char c) { return c == '[' || c == ']'; });
    changes.push_back({trimmed(parts[0]), ConfigOperation::set, trimmed(parts[1])});
  }
  constexpr std::string_view kNameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  for (const auto& change : changes) {
    if (change.name.find_first_not_of(kNameCharacters) != std::string::npos)
      return invalid("Invalid character found for config key: " + change.name);
  }
  return changes;
}

std::vector<ConfigChange> parse_deleted(const KafkaOptions& options) {
  std::vector<ConfigChange> changes;
  for (const auto& list : options.all("delete-config")) {
    for (const auto& name : split(list, ',')) changes.push_back({trimmed(name), ConfigOperation::unset, ""});
  }
  return changes;
}

/// What Kafka says of an error that a broker answered.
Error failed(const KafkaWork& work, const Error& error) {
  std::string words;
  for (const auto& word : work.words) words += (words.empty() ? "" : " ") + word;
  return invalid("Error while executing config command with args '" + words + "'\n" + kafka_exception(error));
}

std::string_view without_s(std::string_view type) { return type.substr(0, type.size() - 1); }

std::string shown(const std::optional<std::string>& value) { return value.value_or("null"); }

/// `  retention.ms=5 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:retention.ms=5}`.
std::string config_line(const ConfigEntry& config) {
  constexpr std::array<std::string_view, 9> kSources = {"UNKNOWN",
                                                        "DYNAMIC_TOPIC_CONFIG",
                                                        "DYNAMIC_BROKER_CONFIG",
                                                        "DYNAMIC_DEFAULT_BROKER_CONFIG",
                                                        "STATIC_BROKER_CONFIG",
                                                        "DEFAULT_CONFIG",
                                                        "DYNAMIC_BROKER_LOGGER_CONFIG",
                                                        "DYNAMIC_CLIENT_METRICS_CONFIG",
                                                        "DYNAMIC_GROUP_CONFIG"};
  std::string synonyms;
  for (const auto& [name, value, source] : config.synonyms) {
    auto index = static_cast<std::size_t>(source);
    synonyms += (synonyms.empty() ? "" : ", ") + std::string(kSources[index < kSources.size() ? index : 0]) + ':' +
                name + '=' + shown(value);
  }
  return "  " + config.name + '=' + shown(config.value) + " sensitive=" + (config.sensitive ? "true" : "false") +
         " synonyms={" + synonyms + "}\n";
}

Status print_configs(const KafkaWork& work, const Kind& kind, const std::string& name, bool all) {
  std::string type(kind.type);
  std::string head = name.empty() ? "Default configs for " + type + " in the cluster are:\n"
                                  : (all ? "All" : "Dynamic") + std::string(" configs for ") +
                                        std::string(without_s(type)) + ' ' + name + " are:\n";
  if (auto printed = kafka_print(head); !printed) return printed;
  std::vector<ConfigResource> resources{{kind.resource, name}};
  auto described = work.admin.describe_configs(resources, {.synonyms = true}, work.timeout);
  const auto& configs = described.front().configs;
  if (!configs) return failed(work, configs.error());
  ConfigSource set = name.empty() ? kind.set_for_all : kind.set;
  std::string text;
  for (const ConfigEntry& config : *configs) {
    if (all || set == ConfigSource::unknown || config.source == set) text += config_line(config);
  }
  return kafka_print(text);
}

/// All there are of a kind, the defaults of brokers last.
Result<std::vector<std::string>> all_of(const KafkaWork& work, const Kind& kind) {
  std::vector<std::string> names;
  if (kind.resource == ConfigResourceType::topic) {
    auto listed = work.admin.list_topics(work.timeout);
    if (!listed) return failed(work, listed.error());
    for (const auto& topic : *listed) names.push_back(topic.name);
    return names;
  }
  auto cluster = work.admin.describe_cluster(work.timeout);
  if (!cluster) return failed(work, cluster.error());
  for (const auto& broker : cluster->brokers) names.push_back(std::to_string(broker.id.value));
  names.emplace_back();
  return names;
}

Result<ExitCode> describe(const KafkaWork& work, const Kind& kind) {
  auto named = names_of(work.options);
  bool all = work.options.has("all");
  auto existing = named.empty() || !all ? all_of(work, kind) : std::vector<std::string>();
  if (!existing) return existing.error();
  if (!named.empty() && !all && std::ranges::find(*existing, named.front()) == existing->end()) {
    auto printed = kafka_print("The " + std::string(without_s(kind.type)) + " '" + named.front() +
                               "' doesn't exist and doesn't have dynamic config.\n");
    if (!printed) return printed.error();
    return ExitCode::done;
  }
  for (const auto& name : named.empty() ? *existing : std::vector<std::string>{named.front()}) {
    if (auto printed = print_configs(work, kind, name, all); !printed) return printed.error();
  }
  return ExitCode::done;
}

/// That a broker has the loggers whose levels are changed.
Status check_loggers(const KafkaWork& work, const ConfigResource& resource, const std::vector<ConfigChange>& changes) {
  std::vector<ConfigResource> resources{resource};
  auto described = work.admin.describe_configs(resources, {}, work.timeout);
  const auto& loggers = described.front().configs;
  if (!loggers) return failed(work, loggers.error());
  std::string unknown;
  for (const auto& change : changes) {
    if (std::ranges::find(*loggers, change.name, &ConfigEntry::name) == loggers->end())
      unknown += (unknown.empty() ? "" : ",") + change.name;
  }
  return unknown.empty() ? Status() : invalid("Invalid broker logger(s): " + unknown);
}

Result<ExitCode> alter(const KafkaWork& work, const Kind& kind) {
  std::string name = names_of(work.options).front();
  auto changes = parse_added(work.options);
  if (!changes) return changes.error();
  auto deleted = parse_deleted(work.options);
  changes->insert(changes->end(), deleted.begin(), deleted.end());
  std::vector<ConfigAlteration> alterations{{{kind.resource, name}, std::move(*changes)}};
  const auto& [resource, wanted] = alterations.front();
  if (kind.resource == ConfigResourceType::broker_logger) {
    if (auto checked = check_loggers(work, resource, wanted); !checked) return checked.error();
  }
  auto altered = work.admin.alter_configs(alterations, false, work.timeout);
  if (const Status& status = altered.front().status; !status) return failed(work, status.error());
  auto printed = kafka_print(
      name.empty() ? "Completed updating default config for " + std::string(kind.type) + " in the cluster.\n"
                   : "Completed updating config for " + std::string(without_s(kind.type)) + ' ' + name + ".\n");
  if (!printed) return printed.error();
  return ExitCode::done;
}

Result<ExitCode> run(const KafkaWork& work) {
  auto types = types_of(work.options);
  auto kind = std::ranges::find(kKinds, types.front(), &Kind::type);
  if (kind == std::end(kKinds))
    return invalid(types.front() + " have no configs here: there are topics, brokers, broker-loggers");
  return work.options.has("alter") ? alter(work, *kind) : describe(work, *kind);
}

/// Without anything that only kafka-configs knows, --describe --topic is kafka-topics'.
bool is_meant(const KafkaOptions& options) {
  bool changes = options.has("add-config") || options.has("add-config-file") || options.has("delete-config");
  auto types = types_of(options);
  bool only_topic = types.size() == 1 && options.has("topic");
  return options.has("alter") || options.has("describe")
             ? changes || options.has("all") || (!types.empty() && !only_topic)
             : false;
}

}  // namespace

const KafkaTool kKafkaConfigs = {
    "kafka-configs",
    "This tool helps to manipulate and describe entity config for a topic, client, user, broker, ip, client-metrics or "
    "group",
    kOptions,
    "",
    false,
    is_meant,
    check,
    run};

}  // namespace kstream::cli
