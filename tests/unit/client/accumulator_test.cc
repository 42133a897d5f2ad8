#include "client/accumulator.h"

#include "client/murmur2.h"
#include "unit/client/producing.h"

#include <gtest/gtest.h>

#include <set>

namespace kstream::client {
namespace {

const std::string kRecord(300, 'r');

std::size_t batches_of(Producing& producing, int partition) {
  return producing.accumulator.topic("t").queues[static_cast<std::size_t>(partition)]->waiting.size();
}

TEST(Accumulator, TellsWhenABatchIsDueAndOnlyIfThatIsNews) {
  Producing producing;
  EXPECT_EQ(producing.send(kRecord), producing.now + milliseconds(5));
  EXPECT_EQ(producing.send(kRecord), base::MonoTime::never());
  EXPECT_EQ(producing.send(kRecord), base::MonoTime{0}) << "the batch before is full";
  EXPECT_EQ(producing.send(kRecord), base::MonoTime::never());
}

TEST(Accumulator, DoesNotBelieveThatATopicLostAllPartitions) {
  Producing producing;
  producing.accumulator.update(metadata_of(0));
  EXPECT_EQ(producing.accumulator.topic("t").count, 1u);
  producing.send(kRecord, std::nullopt);
  EXPECT_EQ(batches_of(producing, 0), 1u);
}

TEST(Accumulator, BatchesEndAtTheirSize) {
  Producing producing;
  for (int i = 0; i < 4; ++i) producing.send(kRecord);
  EXPECT_EQ(batches_of(producing, 0), 2u);
}

TEST(Accumulator, ABatchThatHasToWaitGrows) {
  Producing producing;
  producing.send(kRecord);
  producing.advance(5);
  SendPlan plan = producing.plan();
  ASSERT_EQ(plan.orders.size(), 1u);
  for (int i = 0; i < 20; ++i) producing.send(kRecord);
  EXPECT_EQ(batches_of(producing, 0), 1u);
  for (int i = 0; i < 20; ++i) producing.send(kRecord);
  EXPECT_EQ(batches_of(producing, 0), 2u) << "max.request.size";
}

TEST(Accumulator, KeysDecideThePartition) {
  Producing producing(small_settings(), 5);
  for (const char* key : {"21", "foobar", "abc", ""}) producing.send("v", std::nullopt, key);
  for (const char* key : {"21", "foobar", "abc", ""})
    EXPECT_GE(batches_of(producing, partition_of_key(key, 5).value), 1u);
}

TEST(Accumulator, RecordsWithoutKeyStayUntilTheBatchIsFull) {
  Producing producing(small_settings(), 3);
  std::set<int> used;
  for (int round = 0; round < 12; ++round) {
    producing.send(kRecord, std::nullopt);
    used.insert(producing.accumulator.topic("t").sticky.value);
  }
  EXPECT_EQ(used.size(), 3u) << "it moves on";
  for (int p = 0; p < 3; ++p) EXPECT_LE(batches_of(producing, p), 3u);
}

TEST(Accumulator, PrefersPartitionsWithALeader) {
  Producing producing(small_settings(), 3);
  protocol::MetadataResponse response;
  response.brokers.push_back({1, "host", 9092, std::nullopt});
  auto& topic = response.topics.emplace_back();
  topic.name = "t";
  for (int i = 0; i < 3; ++i) {
    auto& partition = topic.partitions.emplace_back();
    partition.partition_index = i;
    partition.leader_id = i == 1 ? 1 : -1;
  }
  producing.metadata.apply(response);
  producing.accumulator.update(producing.metadata);
  for (int i = 0; i < 20; ++i) producing.send(kRecord, std::nullopt);
  EXPECT_EQ(batches_of(producing, 0) + batches_of(producing, 2), 0u);
}

TEST(Accumulator, CountsItsMemory) {
  ProducerSettings settings = small_settings();
  settings.buffer_memory = 1000;
  Producing producing(settings);
  ProducerRecord record;
  record.topic = "t";
  record.value = kRecord;
  const std::size_t cost = producing.accumulator.cost(record);
  while (producing.accumulator.has_room(cost)) producing.send(kRecord);
  EXPECT_LE(producing.accumulator.used(), 1000u);
  EXPECT_EQ(producing.accumulator.used(), 3 * cost);
  const std::string large(20000, 'x');
  record.value = large;
  EXPECT_TRUE(producing.accumulator.is_too_large(producing.accumulator.cost(record)));
}

TEST(Accumulator, ARecordLargerThanTheBudgetGoesAlone) {
  ProducerSettings settings = small_settings();
  settings.buffer_memory = 10;
  Producing producing(settings);
  EXPECT_TRUE(producing.accumulator.has_room(5000));
  producing.send("x");
  EXPECT_FALSE(producing.accumulator.has_room(1));
}

TEST(Accumulator, FlushCoversWhatWasThereBefore) {
  Producing producing;
  producing.send("a");
  const std::uint64_t generation = producing.accumulator.flush();
  EXPECT_FALSE(producing.accumulator.done(generation));
  producing.send("b");
  EXPECT_EQ(batches_of(producing, 0), 2u) << "a later record joins no batch that is flushed";
  SendPlan plan = producing.plan();
  ASSERT_EQ(plan.orders.size(), 1u) << "without waiting for linger.ms";
  producing.done(std::move(plan.orders[0]));
  EXPECT_TRUE(producing.accumulator.done(generation));
  EXPECT_FALSE(producing.accumulator.done(generation + 1));
}

}  // namespace
}  // namespace kstream::client
