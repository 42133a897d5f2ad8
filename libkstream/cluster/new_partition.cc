#include "cluster/new_partition.h"

#include <set>
#include <string>

namespace kstream::cluster {

Status check_replicas(const Image& image, const std::vector<std::int32_t>& replicas) {
  const auto refuse = [](std::string why) { return Error{ErrorCode::invalid_replica_assignment, std::move(why)}; };
  if (replicas.empty()) return refuse("a partition without replicas");
  std::set<std::int32_t> seen;
  bool usable = false;
  for (std::int32_t id : replicas) {
    const Broker* broker = image.broker(NodeId(id));
    if (!broker) return refuse("broker " + std::to_string(id) + " is not registered");
    if (!seen.insert(id).second) return refuse("broker " + std::to_string(id) + " is given twice for one partition");
    usable |= broker->usable();
  }
  if (!usable) return refuse("all brokers given for a partition are fenced or shutting down");
  return {};
}

protocol::PartitionRecord new_partition(const Image& image, const Uuid& topic, std::int32_t partition,
                                        const std::vector<NodeId>& replicas) {
  protocol::PartitionRecord r;
  r.topic_id = topic;
  r.partition_id = partition;
  for (NodeId id : replicas) {
    const Broker& broker = *image.broker(id);
    r.replicas.push_back(id.value);
    r.directories.push_back(broker.directories.size() == 1 ? broker.directories.front() : kUnassignedDirectory);
    if (broker.usable()) r.isr.push_back(id.value);
  }
  r.leader = r.isr.front();
  r.leader_epoch = 0;
  r.partition_epoch = 0;
  return r;
}

}  // namespace kstream::cluster
