#include "client/config_exchange.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace kstream::client {
namespace {

using protocol::DescribeConfigsRequest;
using protocol::DescribeConfigsResponse;
using protocol::IncrementalAlterConfigsRequest;
using protocol::IncrementalAlterConfigsResponse;

ConfigEntry entry(const DescribeConfigsResponse::DescribeConfigsResourceResult& from) {
  ConfigEntry config;
  config.name = from.name;
  config.value = from.value;
  config.source = static_cast<ConfigSource>(from.config_source);
  config.read_only = from.read_only;
  config.sensitive = from.is_sensitive;
  for (const auto& synonym : from.synonyms) {
    config.synonyms.push_back({synonym.name, synonym.value, static_cast<ConfigSource>(synonym.source)});
  }
  config.type = static_cast<ConfigType>(from.config_type);
  config.documentation = from.documentation.value_or("");
  return config;
}

/// The answers, by what they are about.
template <class Answer>
std::map<ConfigResource, const Answer*> by_resource(const std::vector<Answer>& answers) {
  std::map<ConfigResource, const Answer*> found;
  for (const Answer& answer : answers) {
    found[{static_cast<ConfigResourceType>(answer.resource_type), answer.resource_name}] = &answer;
  }
  return found;
}

template <class Answer>
Status status_of(const std::map<ConfigResource, const Answer*>& answers, const ConfigResource& resource) {
  const auto at = answers.find(resource);
  if (at == answers.end()) return {ErrorCode::unknown_server_error, "the broker left this resource out"};
  if (at->second->error_code == 0) return {};
  return Error{static_cast<ErrorCode>(at->second->error_code), at->second->error_message.value_or("")};
}

}  // namespace

Result<std::optional<NodeId>> broker_of(const ConfigResource& resource) {
  const std::string& name = resource.name;
  const bool broker = resource.type == ConfigResourceType::broker && !name.empty();
  if (!broker && resource.type != ConfigResourceType::broker_logger) return std::optional<NodeId>();
  NodeId node;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), node.value);
  if (error != std::errc() || end != name.data() + name.size())
    return Error{ErrorCode::invalid_request, "'" + name + "' is not the id of a broker"};
  return std::optional<NodeId>(node);
}

DescribeConfigsRequest describe_request(const std::vector<ConfigResource>& resources, Admin::DescribeConfigs how) {
  DescribeConfigsRequest request;
  request.include_synonyms = how.synonyms;
  request.include_documentation = how.documentation;
  for (const ConfigResource& resource : resources) {
    auto& wanted = request.resources.emplace_back();
    wanted.resource_type = static_cast<std::int8_t>(resource.type);
    wanted.resource_name = resource.name;
    wanted.configuration_keys.reset();
  }
  return request;
}

std::vector<DescribedConfigs> described_configs(const std::vector<ConfigResource>& resources,
                                                const DescribeConfigsResponse& response) {
  const auto answers = by_resource(response.results);
  std::vector<DescribedConfigs> result;
  for (const ConfigResource& resource : resources) {
    const Status status = status_of(answers, resource);
    result.push_back({resource, std::vector<ConfigEntry>()});
    if (!status) {
      result.back().configs = status.error();
      continue;
    }
    std::vector<ConfigEntry>& configs = *result.back().configs;
    for (const auto& from : answers.at(resource)->configs) configs.push_back(entry(from));
    std::ranges::sort(configs, {}, &ConfigEntry::name);
  }
  return result;
}

IncrementalAlterConfigsRequest alter_request(const std::vector<ConfigAlteration>& alterations, bool validate_only) {
  IncrementalAlterConfigsRequest request;
  request.validate_only = validate_only;
  for (const auto& [resource, changes] : alterations) {
    auto& wanted = request.resources.emplace_back();
    wanted.resource_type = static_cast<std::int8_t>(resource.type);
    wanted.resource_name = resource.name;
    for (const ConfigChange& change : changes) {
      auto& config = wanted.configs.emplace_back();
      config.name = change.name;
      config.config_operation = static_cast<std::int8_t>(change.operation);
      config.value = change.value;
    }
  }
  return request;
}

std::vector<AlteredConfigs> altered_configs(const std::vector<ConfigAlteration>& alterations,
                                            const IncrementalAlterConfigsResponse& response) {
  const auto answers = by_resource(response.responses);
  std::vector<AlteredConfigs> result;
  for (const auto& alteration : alterations) {
    result.push_back({alteration.resource, status_of(answers, alteration.resource)});
  }
  return result;
}

}  // namespace kstream::client
