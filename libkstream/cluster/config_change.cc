#include "cluster/config_change.h"

#include "base/config/dynamic_config.h"
#include "cluster/topic_name.h"

namespace kstream::cluster {
namespace {

constexpr auto kTopicType = static_cast<std::int8_t>(ResourceType::topic);
constexpr auto kBrokerType = static_cast<std::int8_t>(ResourceType::broker);

Status check_value_of(std::int8_t type, const std::string& resource, const std::string& name,
                      const std::string& value) {
  return type == kTopicType ? config::validate_topic_config(name, value)
                            : config::check_dynamic_config(name, value, !resource.empty());
}

}  // namespace

const config::Values& overrides_of(const Image& image, std::int8_t type, const std::string& name) {
  static const config::Values none;
  if (type == kBrokerType) return image.broker_overrides(name);
  const Topic* topic = image.topic(name);
  return topic ? topic->overrides : none;
}

Status check_own_id(const Context& context, const std::string& name) {
  const auto own = std::to_string(context.config.node_id.value);
  if (name == own) return {};
  return {ErrorCode::invalid_request, "this is broker " + own + ", and only broker \"" + name.substr(0, kMaxQuoted) +
                                          "\" itself, if there is one, takes its configs"};
}

Status check_resource(const Image& image, const Context& context, std::int8_t type, const std::string& name) {
  if (type == kBrokerType) return name.empty() ? Status() : check_own_id(context, name);
  if (type != kTopicType) {
    return {ErrorCode::invalid_request, "configs of resource type " + std::to_string(type) + " cannot be altered"};
  }
  if (name.empty()) return {ErrorCode::invalid_request, "there are no configs of all topics: name one"};
  if (Status legal = check_topic_name(name); !legal) return legal;
  if (image.topic(name)) return {};
  return {ErrorCode::unknown_topic_or_partition, "there is no topic " + name};
}

Status write_changes(std::int8_t type, const std::string& resource, const config::Values& current,
                     const ConfigChanges& changes, std::vector<MetadataRecord>& records) {
  for (const auto& [name, value] : changes) {
    if (!value) continue;
    if (Status valid = check_value_of(type, resource, name, *value); !valid) return valid;
  }
  for (const auto& [name, value] : changes) {
    const auto had = current.find(name);
    const bool same = had == current.end() ? !value : value == had->second;
    if (same && type == kTopicType) continue;  // of a broker Kafka writes it again, so that files are read again
    protocol::ConfigRecord r;
    r.resource_type = type;
    r.resource_name = resource;
    r.name = name;
    r.value = value;
    records.emplace_back(std::move(r));
  }
  return {};
}

}  // namespace kstream::cluster
