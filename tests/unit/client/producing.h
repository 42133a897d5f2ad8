#pragma once

#include "client/accumulator.h"
#include "client/sender.h"

#include <string>
#include <vector>

namespace kstream::client {

using std::chrono::milliseconds;

inline ProducerSettings small_settings() {
  ProducerSettings settings{};
  settings.acks = -1;
  settings.batch_size = 1000;
  settings.buffer_memory = 100000;
  settings.max_request_size = 10000;
  settings.codec = Codec::none;
  settings.linger = milliseconds(5);
  settings.delivery_timeout = milliseconds(1000);
  settings.request_timeout = milliseconds(100);
  settings.max_in_flight = 5;
  settings.retries = 1000;
  settings.retry = {milliseconds(100), milliseconds(400)};
  return settings;
}

/// A cluster whose topic `t` is led by node 1 + partition mod nodes.
inline Metadata metadata_of(int partitions, int nodes = 1) {
  Metadata metadata;
  metadata.want("t");
  protocol::MetadataResponse response;
  for (int i = 1; i <= nodes; ++i) response.brokers.push_back({i, "host", 9092, std::nullopt});
  auto& topic = response.topics.emplace_back();
  topic.name = "t";
  for (int i = 0; i < partitions; ++i) {
    auto& partition = topic.partitions.emplace_back();
    partition.partition_index = i;
    partition.leader_id = 1 + i % nodes;
  }
  metadata.apply(response);
  return metadata;
}

/// An accumulator and a sender, and a clock that tests set.
struct Producing {
  explicit Producing(ProducerSettings s = small_settings(), int partitions = 1, int nodes = 1)
      : settings(s), metadata(metadata_of(partitions, nodes)) {
    accumulator.topic("t");
    accumulator.update(metadata);
  }

  base::MonoTime send(std::string_view value, std::optional<int> partition = 0,
                      std::optional<std::string_view> key = std::nullopt) {
    ProducerRecord record;
    record.topic = "t";
    if (partition) record.partition = PartitionId(*partition);
    record.key = key;
    record.value = value;
    record.tag = next_tag++;
    const std::size_t cost = accumulator.cost(record);
    PartitionQueue& queue = accumulator.choose(accumulator.topic("t"), record, cost);
    if (!accumulator.fits(queue, cost)) accumulator.open(queue, now);
    return accumulator.append(queue, record, cost, Timestamp(1));
  }

  SendPlan plan() {
    SendPlan result =
        sender.plan(now, metadata, [this](NodeId node) { return node == unreachable ? Status(trouble) : Status(); });
    for (ProduceOrder& order : result.orders) {
      for (BatchPtr& batch : order.batches) {
        if (batch->bytes.empty()) batch->bytes = *batch->builder.finish({});
      }
    }
    return result;
  }

  void done(ProduceOrder order, ErrorCode code = ErrorCode::none) {
    for (BatchPtr& batch : order.batches) {
      batch->outcome = {};
      batch->outcome.error.code = code;
    }
    sender.done(std::move(order), now);
  }

  void advance(int ms) { now = now + milliseconds(ms); }

  ProducerSettings settings;
  Metadata metadata;
  Accumulator accumulator{settings, 1};
  Sender sender{settings, accumulator, true};
  base::MonoTime now{1'000'000'000};
  std::uint64_t next_tag = 0;
  NodeId unreachable{-1};
  Error trouble{ErrorCode::network_exception, "no way"};
};

}  // namespace kstream::client
