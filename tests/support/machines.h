#pragma once

#include "broker/control.h"
#include "broker/placement.h"
#include "broker/shard.h"
#include "server/boot.h"

#include <memory>
#include <vector>

namespace kstream::test {

/// A broker for tests that run it in one thread: in one log directory, with one listener.
inline config::BrokerConfig in_memory_config() {
  config::BrokerConfig config;
  config.log_dirs = {"/memory"};
  config.metadata_log_dir = "/memory";
  config.listeners = config.advertised_listeners = {{"PLAINTEXT", "127.0.0.1", 9092}};
  return config;
}

/// The machines of one run of a broker. Whoever owns them delivers what they post.
struct Machines {
  server::Boot boot;
  std::vector<std::unique_ptr<broker::Shard>> shards;
  std::unique_ptr<broker::Control> control;

  Machines(server::Boot&& booted, std::size_t count, const config::BrokerConfig& config, base::Random& random,
           base::Now now)
      : boot(std::move(booted)) {
    std::vector<std::vector<broker::FoundLog>> logs(count);
    for (auto& found : boot.logs) logs[broker::shard_of(found.key, count)].push_back(std::move(found));
    auto image = boot.metadata.image;
    for (broker::MachineId id = 0; id < count; ++id) {
      broker::ShardSetup setup{id, count, 1, config, image, boot.cluster_id, random.next(), std::move(logs[id])};
      if (id == 0) setup.leftovers = std::move(boot.leftovers);
      shards.push_back(std::make_unique<broker::Shard>(std::move(setup), now));
    }
    const auto& listener = config.listeners.front();
    std::vector<cluster::Endpoint> endpoints{{listener.name, listener.host, listener.port, 0}};
    auto quorum = server::make_quorum(config, boot, endpoints, now);
    control = std::make_unique<broker::Control>(
        broker::ControlSetup{count, config, boot.cluster_id, random.uuid(), boot.directory_ids, 0, endpoints,
                             boot.previous_epoch, random.next(), image, std::move(quorum)},
        now);
  }
  std::size_t count() const { return shards.size() + 1; }
  broker::Machine& operator[](std::size_t id) {
    return id < shards.size() ? static_cast<broker::Machine&>(*shards[id]) : *control;
  }
};

}  // namespace kstream::test
