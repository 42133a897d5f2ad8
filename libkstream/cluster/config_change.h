#pragma once

#include <kstream/result.h>

#include "base/config/config.h"
#include "cluster/batch_limits.h"
#include "cluster/controller.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What AlterConfigs and IncrementalAlterConfigs have in common: a request for several resources, each of which fails
/// or succeeds on its own.
namespace kstream::cluster {

/// Kafka's number of a resource that is no metadata: the levels of a broker's loggers (KIP-412).
inline constexpr std::int8_t kBrokerLogger = 8;

/// New values of one resource's overrides, in the order of the records; none: the override goes.
using ConfigChanges = std::vector<std::pair<std::string, std::optional<std::string>>>;

/// What a resource overrides now; nothing if there is no such resource, or none that has overrides.
const config::Values& overrides_of(const Image& image, std::int8_t type, const std::string& name);

/// Whether a request may change the resource at all: a topic that exists, all brokers ("") or this one.
/// INVALID_REQUEST, INVALID_TOPIC_EXCEPTION, UNKNOWN_TOPIC_OR_PARTITION.
Status check_resource(const Image& image, const Context& context, std::int8_t type, const std::string& name);
/// Whether `name` is of this broker. INVALID_REQUEST.
Status check_own_id(const Context& context, const std::string& name);

/// Checks each value and appends the records of the changes. INVALID_CONFIG, INVALID_REQUEST: nothing was appended.
Status write_changes(std::int8_t type, const std::string& resource, const config::Values& current,
                     const ConfigChanges& changes, std::vector<MetadataRecord>& records);

/// Whether a name comes twice.
template <class Configs>
bool names_twice(const Configs& configs) {
  std::set<std::string_view> seen;
  for (const auto& config : configs) {
    if (!seen.insert(config.name).second) return true;
  }
  return false;
}

template <class Resource>
void config_result(const Resource& resource, const Error& error, auto& responses) {
  auto& out = responses.emplace_back();
  out.error_code = static_cast<std::int16_t>(error.code);
  out.error_message = error.detail.empty() ? std::nullopt : std::optional(error.detail);
  out.resource_type = resource.resource_type;
  out.resource_name = resource.resource_name;
}

template <class Response, class Request>
Response refused_configs(const Request& request, const Error& error) {
  Response response;
  for (const auto& resource : request.resources) config_result(resource, error, response.responses);
  return response;
}

/// Goes over the resources: `alter(resource, records)` appends what is to be written for one of them.
template <class Decision, class Request, class Alter>
void alter_each(const Request& request, Decision& decision, Alter alter) {
  std::map<std::pair<std::int8_t, std::string_view>, int> times;
  for (const auto& resource : request.resources) ++times[{resource.resource_type, resource.resource_name}];
  for (const auto& resource : request.resources) {
    Status done{ErrorCode::invalid_request, "the request names the resource more than once"};
    if (times[{resource.resource_type, resource.resource_name}] == 1) {
      done = names_twice(resource.configs)
                 ? Status(ErrorCode::invalid_request, "the request names a config of the resource more than once")
                 : alter(resource, decision.records);
    }
    config_result(resource, done ? Error{ErrorCode::none, {}} : done.error(), decision.response.responses);
  }
  if (auto fits = check_batch(decision.records); !fits) {
    decision.response = refused_configs<decltype(decision.response)>(request, fits.error());
    decision.records.clear();
  }
  if (request.validate_only) decision.records.clear();
}

}  // namespace kstream::cluster
