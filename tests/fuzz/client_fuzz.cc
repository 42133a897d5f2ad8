#include "client/chunk.h"
#include "client/fetcher.h"
#include "client/metadata.h"
#include "client/produce_exchange.h"

#include <array>
#include <cstddef>
#include <cstdint>

/// What brokers send, as the client takes it: the first byte says what the rest is.

namespace kstream::client {
namespace {

constexpr std::size_t kMostReads = 1000;

void read_chunk(base::BytesView bytes, bool check_crcs) {
  Chunk::Options options{check_crcs, std::vector<AbortedTransaction>{{ProducerId(0), Offset(0)}}};
  Chunk chunk(base::Slice::copy_of(bytes), Offset(1), {}, std::move(options));
  RecordsRead read;
  for (std::size_t reads = 0; reads < kMostReads && !chunk.done() && chunk.read(7, read).ok(); ++reads) continue;
}

Metadata some_metadata() {
  Metadata metadata;
  metadata.want("t");
  protocol::MetadataResponse response;
  response.brokers.push_back({1, "host", 9092, std::nullopt});
  auto& topic = response.topics.emplace_back();
  topic.name = "t";
  topic.partitions.resize(2);
  topic.partitions[1].partition_index = 1;
  for (auto& partition : topic.partitions) partition.leader_id = 1;
  metadata.apply(response);
  return metadata;
}

void take_metadata(base::BytesView bytes) {
  Metadata metadata = some_metadata();
  const auto response = protocol::decoded<protocol::MetadataResponse>(bytes, 12);
  if (response) metadata.apply(*response);
  for (int p = -1; p < 3; ++p) (void)metadata.leader("t", PartitionId(p));
}

void take_fetch(base::BytesView bytes) {
  Metadata metadata = some_metadata();
  ConsumerSettings settings{};
  settings.max_bytes = 1000000;
  settings.read_committed = true;
  settings.out_of_range = OutOfRange::to_beginning;
  Fetcher fetcher(settings);
  const std::array<Assignment, 2> assignments{{{{"t", PartitionId(0)}, Offset(0)}, {{"t", PartitionId(1)}, Offset(5)}}};
  (void)fetcher.assign(assignments);
  const FetchPlan plan = fetcher.plan({1}, metadata, [](NodeId) { return Status(); });
  const base::Slice body = base::Slice::copy_of(bytes);
  const auto response = protocol::decoded<protocol::FetchResponse>(body.bytes, 12);
  if (!response) return;
  (void)fetcher.done(plan.fetches.at(0), *response, body, {2}, metadata);
  RecordsRead read;
  for (std::size_t reads = 0; reads < kMostReads; ++reads) {
    const auto ready = fetcher.next_ready();
    if (!ready) break;
    if (ready->chunk) (void)fetcher.advance(*ready->partition, ready->chunk->read(100, read));
  }
}

void take_produce(base::BytesView bytes) {
  Metadata metadata = some_metadata();
  ProducerTopic topic;
  topic.name = "t";
  PartitionQueue queue{&topic, PartitionId(0), 1000, {}};
  ProduceOrder order{NodeId(1), {}};
  order.batches.push_back(std::make_unique<Batch>(&queue, base::MonoTime{0}, 0));
  const ProducerSettings settings{};
  const ProduceExchange exchange = make_exchange(order, settings, metadata);
  const auto response = protocol::decoded<protocol::ProduceResponse>(bytes, 10);
  if (response) apply_answer(order, exchange.request, *response, metadata);
}

}  // namespace
}  // namespace kstream::client

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const kstream::base::BytesView rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      kstream::client::read_chunk(rest, true);
      break;
    case 1:
      kstream::client::read_chunk(rest, false);
      break;
    case 2:
      kstream::client::take_metadata(rest);
      break;
    case 3:
      kstream::client::take_fetch(rest);
      break;
    default:
      kstream::client::take_produce(rest);
  }
  return 0;
}
