#pragma once

#include "base/config/broker_config.h"
#include "base/random.h"
#include "cluster/controller.h"
#include "cluster/image_records.h"
#include "cluster/replay.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kstream::cluster {

/// A cluster without disk: what the controller decides is applied at once.
struct World {
  config::BrokerConfig config;
  base::Random random{7};
  std::string cluster_id = "cluster-of-the-test";
  Offset next{0};
  Replay replay{base::make_counted<const Image>(), config.topic_defaults, config.node_id};

  ImageRef image() { return replay.image(); }
  Context context() { return {random, {{0}, Timestamp(1'700'000'000'000)}, next, cluster_id, config}; }

  Status apply(const MetadataRecord& record) {
    const Status status = replay.apply(record, {next, LeaderEpoch(1), Timestamp(1'700'000'000'000)});
    next = next + 1;
    return status;
  }
  void apply_all(const std::vector<MetadataRecord>& records) {
    for (const auto& record : records) {
      const Status status = apply(record);
      ASSERT_TRUE(status) << status.error().to_string();
    }
  }

  /// Asks the controller and carries out what it decides.
  template <class Request>
  auto ask(const Request& request) {
    const auto decision = decide(request, *image(), context());
    apply_all(decision.records);
    return decision.response;
  }

  /// A registered, unfenced broker with one log directory.
  void add_broker(std::int32_t id, std::optional<std::string> rack = {}) {
    const std::int64_t epoch = register_broker(id, std::move(rack)).broker_epoch;
    protocol::BrokerHeartbeatRequest heartbeat;
    heartbeat.broker_id = id;
    heartbeat.broker_epoch = epoch;
    heartbeat.current_metadata_offset = next.value;
    EXPECT_FALSE(ask(heartbeat).is_fenced);
  }
  protocol::BrokerRegistrationRequest registration(std::int32_t id) {
    protocol::BrokerRegistrationRequest request;
    request.broker_id = id;
    request.cluster_id = cluster_id;
    request.incarnation_id = random.uuid();
    request.log_dirs = {Uuid::from_halves(1000, static_cast<std::uint64_t>(id))};
    for (const auto& f : supported_features()) {
      auto& to = request.features.emplace_back();
      to.name = f.name;
      to.min_supported_version = f.min;
      to.max_supported_version = f.max;
    }
    auto& listener = request.listeners.emplace_back();
    listener.name = "PLAINTEXT";
    listener.host = "host" + std::to_string(id);
    listener.port = 9092;
    return request;
  }
  protocol::BrokerRegistrationResponse register_broker(std::int32_t id, std::optional<std::string> rack = {}) {
    auto request = registration(id);
    request.rack = std::move(rack);
    return ask(request);
  }
};

/// Every record that makes the image, encoded, and the position of the last: equal images give equal text.
inline std::string bytes_of(const Image& image) {
  std::string out = std::to_string(image.offset().value) + " " + std::to_string(image.partition_count()) + "\n";
  each_record(image, [&](const MetadataRecord& record) {
    encode_record(record, written_version(record), out);
    out += "\n";
  });
  return out;
}

inline std::vector<MetadataRecord> records_of(const Image& image) {
  std::vector<MetadataRecord> out;
  each_record(image, [&](const MetadataRecord& record) { out.push_back(record); });
  return out;
}

inline MetadataRecord topic_record(const std::string& name, const Uuid& id) {
  protocol::TopicRecord r;
  r.name = name;
  r.topic_id = id;
  return r;
}

inline MetadataRecord partition_record(const Uuid& topic, std::int32_t partition, std::vector<std::int32_t> replicas) {
  protocol::PartitionRecord r;
  r.topic_id = topic;
  r.partition_id = partition;
  r.leader = replicas.front();
  r.isr = replicas;
  r.replicas = std::move(replicas);
  r.leader_epoch = 0;
  r.partition_epoch = 0;
  return r;
}

inline MetadataRecord config_record(ResourceType type, const std::string& resource, const std::string& name,
                                    std::optional<std::string> value) {
  protocol::ConfigRecord r;
  r.resource_type = static_cast<std::int8_t>(type);
  r.resource_name = resource;
  r.name = name;
  r.value = std::move(value);
  return r;
}

inline Uuid id(std::uint64_t n) { return Uuid::from_halves(n, 1'000'000 + n); }

}  // namespace kstream::cluster
