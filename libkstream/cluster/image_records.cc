#include "cluster/image_records.h"

#include "cluster/features.h"

namespace kstream::cluster {
namespace {

using Sink = std::function<void(const MetadataRecord&)>;

std::vector<std::int32_t> numbers(const std::vector<NodeId>& nodes) {
  std::vector<std::int32_t> out;
  out.reserve(nodes.size());
  for (NodeId node : nodes) out.push_back(node.value);
  return out;
}

protocol::FeatureLevelRecord feature_record(const std::string& name, std::int16_t level) {
  protocol::FeatureLevelRecord r;
  r.name = name;
  r.feature_level = level;
  return r;
}

/// Kafka writes metadata.version first: it says how to read the rest.
void features(const Image& image, const Sink& sink) {
  for (const auto& [name, level] : image.features()) {
    if (name == kMetadataVersion) sink(feature_record(name, level));
  }
  for (const auto& [name, level] : image.features()) {
    if (name != kMetadataVersion) sink(feature_record(name, level));
  }
}

template <class Record>
void endpoints_and_features(const std::vector<Endpoint>& endpoints, const std::vector<FeatureRange>& features,
                            Record& r) {
  for (const Endpoint& e : endpoints) {
    auto& to = r.end_points.emplace_back();
    to.name = e.name;
    to.host = e.host;
    to.port = e.port;
    to.security_protocol = e.security_protocol;
  }
  for (const FeatureRange& f : features) {
    auto& to = r.features.emplace_back();
    to.name = f.name;
    to.min_supported_version = f.min;
    to.max_supported_version = f.max;
  }
}

void nodes(const Image& image, const Sink& sink) {
  image.brokers().each([&](const auto& broker) {
    protocol::RegisterBrokerRecord r;
    r.broker_id = broker->id.value;
    r.incarnation_id = broker->incarnation;
    r.broker_epoch = broker->epoch;
    r.rack = broker->rack;
    r.fenced = broker->fenced;
    r.in_controlled_shutdown = broker->in_controlled_shutdown;
    r.log_dirs = broker->directories;
    r.cordoned_log_dirs = broker->cordoned_directories;
    endpoints_and_features(broker->endpoints, broker->features, r);
    sink(r);
  });
  image.controllers().each([&](const auto& controller) {
    protocol::RegisterControllerRecord r;
    r.controller_id = controller->id.value;
    r.incarnation_id = controller->incarnation;
    endpoints_and_features(controller->endpoints, controller->features, r);
    sink(r);
  });
}

protocol::PartitionRecord partition_record(const Topic& topic, std::size_t id, const Partition& partition) {
  protocol::PartitionRecord r;
  r.partition_id = static_cast<std::int32_t>(id);
  r.topic_id = topic.id;
  r.replicas = numbers(partition.replicas);
  r.isr = numbers(partition.isr);
  r.removing_replicas = numbers(partition.removing);
  r.adding_replicas = numbers(partition.adding);
  r.leader = partition.leader.value;
  r.leader_recovery_state = static_cast<std::int8_t>(partition.recovery_state);
  r.leader_epoch = partition.leader_epoch.value;
  r.partition_epoch = partition.partition_epoch;
  r.directories = partition.directories;
  return r;
}

void topics(const Image& image, const Sink& sink) {
  image.topics().each([&](const auto& topic) {
    protocol::TopicRecord r;
    r.name = topic->name;
    r.topic_id = topic->id;
    sink(r);
    for (std::size_t i = 0; i < topic->partitions.size(); ++i) {
      sink(partition_record(*topic, i, *topic->partitions[i]));
    }
  });
}

void configs_of(ResourceType type, const std::string& resource, const config::Values& values, const Sink& sink) {
  for (const auto& [name, value] : values) {
    protocol::ConfigRecord r;
    r.resource_type = static_cast<std::int8_t>(type);
    r.resource_name = resource;
    r.name = name;
    r.value = value;
    sink(r);
  }
}

void configs(const Image& image, const Sink& sink) {
  if (const auto& overrides = image.state().broker_overrides) {
    for (const auto& [broker, values] : overrides->by_broker) configs_of(ResourceType::broker, broker, values, sink);
  }
  image.topics().each([&](const auto& topic) { configs_of(ResourceType::topic, topic->name, topic->overrides, sink); });
}

}  // namespace

void each_record(const Image& image, const Sink& sink) {
  features(image, sink);
  nodes(image, sink);
  topics(image, sink);
  configs(image, sink);
  if (image.state().next_producer_id > 0) {
    protocol::ProducerIdsRecord r;
    r.broker_id = kNoNode.value;
    r.next_producer_id = image.state().next_producer_id;
    sink(r);
  }
}

}  // namespace kstream::cluster
