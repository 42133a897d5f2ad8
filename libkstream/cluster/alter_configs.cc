#include "cluster/config_change.h"

namespace kstream::cluster {
namespace {

using protocol::AlterConfigsRequest;
using protocol::AlterConfigsResponse;
using Resource = AlterConfigsRequest::AlterConfigsResource;

/// What is given holds; what is not given goes.
Result<ConfigChanges> changes(const Resource& resource, const config::Values& current) {
  ConfigChanges changes;
  std::set<std::string_view> given;
  for (const auto& config : resource.configs) {
    if (!config.value) {
      return {ErrorCode::invalid_request, "config " + config.name.substr(0, kMaxQuoted) + " has no value"};
    }
    given.insert(config.name);
    changes.emplace_back(config.name, config.value);
  }
  for (const auto& [name, value] : current) {
    if (!given.contains(name)) changes.emplace_back(name, std::nullopt);
  }
  return changes;
}

}  // namespace

AlterConfigsResponse refused(const AlterConfigsRequest& request, const Error& error) {
  return refused_configs<AlterConfigsResponse>(request, error);
}

Decision<AlterConfigsResponse> decide(const AlterConfigsRequest& request, const Image& proposed,
                                      const Context& context) {
  Decision<AlterConfigsResponse> decision;
  alter_each(request, decision, [&](const Resource& resource, std::vector<MetadataRecord>& records) -> Status {
    const auto type = resource.resource_type;
    if (Status known = check_resource(proposed, context, type, resource.resource_name); !known) return known;
    const auto& current = overrides_of(proposed, type, resource.resource_name);
    auto wanted = changes(resource, current);
    if (!wanted) return wanted.error();
    return write_changes(type, resource.resource_name, current, *wanted, records);
  });
  return decision;
}

}  // namespace kstream::cluster
