#include "cluster/controller.h"

#include <algorithm>

namespace kstream::cluster {
namespace {

/// Kafka's limit for one batch.
constexpr std::size_t kMaxRecordsPerBatch = 10'000;

bool takes(const Partition& partition, NodeId broker, bool clean_restart) {
  if (partition.leader == broker) return !clean_restart;
  return partition.leader == kNoNode &&
         std::find(partition.isr.begin(), partition.isr.end(), broker) != partition.isr.end();
}

}  // namespace

std::vector<MetadataRecord> activation_records(const Image& proposed) {
  std::vector<MetadataRecord> records;
  if (proposed.in_transaction()) {
    protocol::AbortTransactionRecord abort;
    abort.reason = "controller failover";
    records.emplace_back(std::move(abort));
  }
  if (proposed.offset() == kNoOffset) {
    protocol::BeginTransactionRecord begin;
    begin.name = "Bootstrap records";
    protocol::FeatureLevelRecord level;
    level.name = kMetadataVersion;
    level.feature_level = kMetadataVersionLevel;
    records.emplace_back(std::move(begin));
    records.emplace_back(std::move(level));
    records.emplace_back(protocol::EndTransactionRecord{});
  }
  return records;
}

std::vector<std::vector<MetadataRecord>> take_leadership(const Image& proposed, NodeId broker, bool clean_restart) {
  std::vector<std::vector<MetadataRecord>> batches;
  proposed.topics().each([&](const auto& topic) {
    for (std::size_t i = 0; i < topic->partitions.size(); ++i) {
      if (!takes(*topic->partitions[i], broker, clean_restart)) continue;
      protocol::PartitionChangeRecord r;
      r.topic_id = topic->id;
      r.partition_id = static_cast<std::int32_t>(i);
      r.leader = broker.value;
      if (batches.empty() || batches.back().size() == kMaxRecordsPerBatch) batches.emplace_back();
      batches.back().emplace_back(std::move(r));
    }
  });
  return batches;
}

}  // namespace kstream::cluster
