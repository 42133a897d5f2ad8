#include "base/config/value.h"
#include "cluster/config_change.h"

#include <algorithm>

namespace kstream::cluster {
namespace {

using protocol::IncrementalAlterConfigsRequest;
using protocol::IncrementalAlterConfigsResponse;
using AlteredResource = IncrementalAlterConfigsRequest::AlterConfigsResource;
using Config = IncrementalAlterConfigsRequest::AlterableConfig;

/// Numbered as on the wire (KIP-339).
enum class Operation : std::int8_t { set = 0, remove = 1, append = 2, subtract = 3 };

/// What a string of the protocol holds: each item that is appended fits, but not any number of them.
constexpr std::size_t kMaxList = 32'767;

std::string quoted(const std::string& name) { return '"' + name.substr(0, kMaxQuoted) + '"'; }

Status check_operation(const Config& config) {
  if (config.config_operation < 0 || config.config_operation > static_cast<std::int8_t>(Operation::subtract)) {
    return {ErrorCode::invalid_request,
            quoted(config.name) + ": there is no operation " + std::to_string(config.config_operation)};
  }
  if (config.value || config.config_operation == static_cast<std::int8_t>(Operation::remove)) return {};
  return {ErrorCode::invalid_request, "config " + quoted(config.name) + " has no value"};
}

const config::Row* row_of(std::int8_t type, const std::string& name) {
  const bool is_topic = type == static_cast<std::int8_t>(ResourceType::topic);
  return config::find_row(is_topic ? config::topic_rows() : config::broker_rows(), name);
}

/// The list that APPEND and SUBTRACT make of what holds now: an override, else the default.
Result<std::string> changed_list(const Config& config, std::int8_t type, const config::Values& current) {
  const auto* row = row_of(type, config.name);
  if (!row || row->type != config::Type::list) {
    return {ErrorCode::invalid_config, quoted(config.name) + " is no list: it can only be set and deleted"};
  }
  const auto set = current.find(config.name);
  const std::string now = set != current.end() ? set->second : std::string(row->default_value.value_or(""));
  auto items = config::parse_list(now);
  for (auto item : config::parse_list(*config.value)) {
    const auto found = std::find(items.begin(), items.end(), item);
    if (config.config_operation == static_cast<std::int8_t>(Operation::subtract)) {
      if (found != items.end()) items.erase(found);
    } else if (found == items.end()) {
      items.push_back(item);
    }
  }
  std::string list;
  for (auto item : items) list += (list.empty() ? "" : ",") + std::string(item);
  if (list.size() <= kMaxList) return list;
  return {ErrorCode::invalid_config,
          quoted(config.name) + " would have more than " + std::to_string(kMaxList) + " bytes"};
}

Result<ConfigChanges> changes(const AlteredResource& resource, const config::Values& current) {
  ConfigChanges changes;
  for (const auto& config : resource.configs) {
    if (Status known = check_operation(config); !known) return known.error();
    const auto operation = static_cast<Operation>(config.config_operation);
    if (operation == Operation::set || operation == Operation::remove) {
      changes.emplace_back(config.name, operation == Operation::set ? config.value : std::nullopt);
      continue;
    }
    const auto list = changed_list(config, resource.resource_type, current);
    if (!list) return list.error();
    changes.emplace_back(config.name, *list);
  }
  return changes;
}

/// Kafka's levels; where we have none of our own, the nearest.
std::optional<base::LogLevel> log_level(const std::string& name) {
  using base::LogLevel;
  static constexpr std::pair<std::string_view, LogLevel> kLevels[] = {
      {"TRACE", LogLevel::debug},  {"DEBUG", LogLevel::debug}, {"INFO", LogLevel::info},
      {"WARN", LogLevel::warning}, {"ERROR", LogLevel::error}, {"FATAL", LogLevel::error}};
  for (const auto& [level, ours] : kLevels) {
    if (name == level) return ours;
  }
  return std::nullopt;
}

/// The loggers of a broker: there is one, `root`, and it always has a level.
Status alter_logger(const AlteredResource& resource, const Context& context, std::optional<base::LogLevel>& level) {
  if (Status own = check_own_id(context, resource.resource_name); !own) return own;
  std::optional<base::LogLevel> wanted;
  for (const auto& config : resource.configs) {
    if (Status known = check_operation(config); !known) return known;
    if (config.name != "root") {
      return {ErrorCode::invalid_config, "there is no logger " + quoted(config.name) + ", only root"};
    }
    switch (static_cast<Operation>(config.config_operation)) {
      case Operation::set:
        wanted = log_level(*config.value);
        if (wanted) break;
        return {ErrorCode::invalid_config,
                "a level is one of TRACE, DEBUG, INFO, WARN, ERROR, FATAL, not " + quoted(*config.value)};
      case Operation::remove:
        return {ErrorCode::invalid_request, "the root logger always has a level"};
      default:
        return {ErrorCode::invalid_request, "the level of a logger is no list: it can only be set"};
    }
  }
  if (wanted) level = wanted;
  return {};
}

}  // namespace

IncrementalAlterConfigsResponse refused(const IncrementalAlterConfigsRequest& request, const Error& error) {
  return refused_configs<IncrementalAlterConfigsResponse>(request, error);
}

IncrementalAlterConfigsDecision decide(const IncrementalAlterConfigsRequest& request, const Image& proposed,
                                       const Context& context) {
  IncrementalAlterConfigsDecision decision;
  alter_each(request, decision, [&](const AlteredResource& resource, std::vector<MetadataRecord>& records) -> Status {
    const auto type = resource.resource_type;
    if (type == kBrokerLogger) return alter_logger(resource, context, decision.log_level);
    if (Status known = check_resource(proposed, context, type, resource.resource_name); !known) return known;
    const auto& current = overrides_of(proposed, type, resource.resource_name);
    auto wanted = changes(resource, current);
    if (!wanted) return wanted.error();
    return write_changes(type, resource.resource_name, current, *wanted, records);
  });
  if (request.validate_only) decision.log_level.reset();
  return decision;
}

}  // namespace kstream::cluster
