#include <kstream/consumer.h>

#include "records/builder.h"
#include "records/control.h"
#include "unit/client/client_fixture.h"

#include <gtest/gtest.h>

#include <poll.h>

#include <map>
#include <thread>

namespace kstream::test {
namespace {

/// Records of the values given, 1 s apart from `first` on.
std::string batch(std::vector<std::string> values, records::BatchOptions options = {}, std::int64_t first = 1000) {
  records::BatchBuilder builder;
  for (const std::string& value : values) builder.append(Timestamp(first), std::nullopt, value), first += 1000;
  return *builder.finish(options);
}

Consumer make_consumer(const FakeCluster& cluster, Properties properties = {}) {
  Result<Consumer> consumer = Consumer::create(config_for(cluster.bootstrap(), properties));
  EXPECT_TRUE(consumer.ok());
  return *std::move(consumer);
}

Status assign(Consumer& consumer, Position position, int partitions = 1) {
  std::vector<Assignment> assignments;
  for (int i = 0; i < partitions; ++i) assignments.push_back({orders(i), position});
  return consumer.assign(assignments);
}

/// Polls until `count` values came, or an error.
std::vector<std::string> take(Consumer& consumer, std::size_t count) {
  std::vector<std::string> values;
  while (values.size() < count) {
    const Fetched& fetched = consumer.poll(kSoon);
    if (fetched.empty() || fetched.error.code != ErrorCode::none) {
      values.push_back(fetched.error.to_string());
      break;
    }
    for (const RecordView& record : fetched.records) values.emplace_back(record.value.value_or("(null)"));
  }
  return values;
}

using Values = std::vector<std::string>;

TEST(Consumer, ReadsFromTheBeginning) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  cluster.append(orders(0), batch({"a", "b"}));
  cluster.append(orders(0), batch({"c"}));
  Consumer consumer = make_consumer(cluster);
  ASSERT_TRUE(assign(consumer, kBeginning).ok());
  EXPECT_EQ(take(consumer, 3), (Values{"a", "b", "c"}));
  EXPECT_EQ(consumer.position(orders(0)), Offset(3));
  EXPECT_EQ(cluster.last_version(ApiKey::fetch), 18);
  cluster.append(orders(0), batch({"d"}));
  EXPECT_EQ(take(consumer, 1), Values{"d"}) << "and goes on";
}

TEST(Consumer, TellsWhereRecordsAre) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  records::BatchOptions options;
  options.leader_epoch = LeaderEpoch(4);
  options.codec = Codec::zstd;
  cluster.append(orders(0), batch({"a", "b"}, options));
  Consumer consumer = make_consumer(cluster);
  ASSERT_TRUE(assign(consumer, Offset(1)).ok());
  const Fetched& fetched = consumer.poll(kSoon);
  EXPECT_EQ(fetched.topic, "orders");
  EXPECT_EQ(fetched.partition, PartitionId(0));
  EXPECT_EQ(fetched.position, Offset(2));
  EXPECT_EQ(fetched.high_watermark, Offset(2));
  ASSERT_EQ(fetched.records.size(), 1u) << "the first record of the batch is below the position";
  EXPECT_EQ(fetched.records[0].offset, Offset(1));
  EXPECT_EQ(fetched.records[0].timestamp, Timestamp(2000));
  ASSERT_EQ(fetched.batches.size(), 1u);
  EXPECT_EQ(fetched.batches[0].leader_epoch, LeaderEpoch(4));
  EXPECT_EQ(fetched.batches[0].codec, Codec::zstd);
}

TEST(Consumer, GivesTheBatchAsAWholeOfWhichAPollGaveAPart) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  cluster.append(orders(0), batch({"a", "b", "c"}));
  cluster.append(orders(0), batch({"d"}));
  Consumer consumer = make_consumer(cluster, {{"max.poll.records", "2"}});
  ASSERT_TRUE(assign(consumer, Offset(0)).ok());
  EXPECT_EQ(consumer.poll(kSoon).records.size(), 2u);
  const Fetched& fetched = consumer.poll_batches(kSoon);
  ASSERT_EQ(fetched.batches.size(), 2u);
  EXPECT_EQ(fetched.batches[0].base_offset, Offset(0));
  EXPECT_EQ(fetched.batches[1].base_offset, Offset(3));
  EXPECT_EQ(fetched.position, Offset(4));
}

TEST(Consumer, SaysThatThereIsNoSuchPartition) {
  FakeCluster cluster;
  cluster.create_topic("orders", 2);
  Consumer consumer = make_consumer(cluster);
  Assignment missing{orders(2), Offset(0)};
  ASSERT_TRUE(consumer.assign(std::span(&missing, 1)).ok());
  while (consumer.poll(milliseconds(20)).error.code == ErrorCode::none) continue;
  EXPECT_EQ(consumer.poll(milliseconds(0)).error.to_string(),
            "UNKNOWN_TOPIC_OR_PARTITION: topic orders has 2 partitions; there is no partition 2");
  missing.partition.partition = PartitionId(-1);
  EXPECT_EQ(consumer.assign(std::span(&missing, 1)).code(), ErrorCode::invalid_request);
}

TEST(Consumer, StartsAtTheEndOrATime) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  cluster.append(orders(0), batch({"a"}, {}, 1000));
  cluster.append(orders(0), batch({"b"}, {}, 5000));
  Consumer consumer = make_consumer(cluster);
  ASSERT_TRUE(assign(consumer, OffsetSpec{Timestamp(2000)}).ok());
  EXPECT_EQ(take(consumer, 1), Values{"b"});
  ASSERT_TRUE(assign(consumer, kEnd).ok());
  EXPECT_TRUE(consumer.poll(milliseconds(50)).empty());
  while (!consumer.position(orders(0))) EXPECT_TRUE(consumer.poll(milliseconds(10)).empty());
  cluster.append(orders(0), batch({"c"}));
  EXPECT_EQ(take(consumer, 1), Values{"c"});
  ASSERT_TRUE(assign(consumer, OffsetSpec{Timestamp(99999999)}).ok()) << "later than every record: the end";
  while (!consumer.position(orders(0))) EXPECT_TRUE(consumer.poll(milliseconds(10)).empty());
  EXPECT_EQ(consumer.position(orders(0)), Offset(3));
}

TEST(Consumer, ReadsManyPartitionsOfSeveralBrokers) {
  FakeCluster cluster(3);
  cluster.create_topic("orders", 6);
  std::map<int, Values> expected, seen;
  for (int round = 0; round < 20; ++round) {
    for (int p = 0; p < 6; ++p) {
      expected[p].push_back(std::to_string(p) + "-" + std::to_string(round));
      cluster.append(orders(p), batch({expected[p].back()}));
    }
  }
  Consumer consumer = make_consumer(cluster, {{"max.poll.records", "7"}, {"max.partition.fetch.bytes", "200"}});
  ASSERT_TRUE(assign(consumer, kBeginning, 6).ok());
  for (int count = 0; count < 120;) {
    const Fetched& fetched = consumer.poll(kSoon);
    ASSERT_FALSE(fetched.empty());
    EXPECT_LE(fetched.records.size(), 7u);
    for (const RecordView& record : fetched.records) seen[fetched.partition.value].emplace_back(*record.value), ++count;
  }
  EXPECT_EQ(seen, expected);
}

TEST(Consumer, EventDescriptorIsReadableWhileSomethingIsThere) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  Consumer consumer = make_consumer(cluster);
  pollfd event{consumer.event_fd(), POLLIN, 0};
  ASSERT_TRUE(assign(consumer, kBeginning).ok());
  EXPECT_EQ(::poll(&event, 1, 20), 0);
  cluster.append(orders(0), batch({"a"}));
  EXPECT_EQ(::poll(&event, 1, static_cast<int>(kSoon.count())), 1);
  EXPECT_EQ(take(consumer, 1), Values{"a"});
  EXPECT_EQ(::poll(&event, 1, 0), 0);
  ASSERT_TRUE(consumer.seek(orders(0), Offset(7)).ok());
  EXPECT_EQ(::poll(&event, 1, static_cast<int>(kSoon.count())), 1);
  EXPECT_EQ(consumer.poll(kSoon).error.code, ErrorCode::offset_out_of_range);
  EXPECT_EQ(::poll(&event, 1, 0), 0) << "a halt is told once";
}

TEST(Consumer, WaitsForAsLongAsATimeoutCanSay) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  Consumer consumer = make_consumer(cluster);
  ASSERT_TRUE(assign(consumer, kBeginning).ok());
  std::thread writer([&] {
    std::this_thread::sleep_for(milliseconds(50));
    cluster.append(orders(0), batch({"a"}));
  });
  EXPECT_FALSE(consumer.poll(milliseconds::max()).empty());
  writer.join();
  const TopicPartition partition = orders(0);
  EXPECT_TRUE(consumer.end_offsets(std::span(&partition, 1), milliseconds::max())[0].info.ok());
}

// Each fetch brings some 15 MiB once decompressed: more than may be decompressed before they are asked for.
TEST(Consumer, ReadsWhatExpandsToMoreThanThereIsRoomFor) {
  constexpr std::size_t kBatches = 50, kSize = std::size_t{1} << 20;
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  records::BatchOptions zstd;
  zstd.codec = Codec::zstd;
  const std::string one = batch({std::string(kSize, 'x')}, zstd);
  for (std::size_t i = 0; i < kBatches; ++i) cluster.append(orders(0), one);
  const std::string fetched_bytes = std::to_string(one.size() * 15);
  Consumer consumer =
      make_consumer(cluster, {{"max.partition.fetch.bytes", fetched_bytes.c_str()}, {"max.poll.records", "1"}});
  const auto read = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const Fetched& fetched = consumer.poll(kSoon);
      ASSERT_EQ(fetched.records.size(), 1u) << i;
      EXPECT_EQ(fetched.records[0].value->size(), kSize);
    }
  };
  ASSERT_TRUE(assign(consumer, kBeginning).ok());
  read(1);
  std::this_thread::sleep_for(milliseconds(50));  // until there is no room any more
  read(kBatches - 1);
  ASSERT_TRUE(consumer.seek(orders(0), kBeginning).ok());
  read(1);
  std::this_thread::sleep_for(milliseconds(50));
  ASSERT_TRUE(consumer.seek(orders(0), Offset(40)).ok()) << "while a fetch waits for room";
  read(10);
  ASSERT_TRUE(consumer.seek(orders(0), kBeginning).ok());
  read(1);
  std::this_thread::sleep_for(milliseconds(50));  // and the consumer ends while it waits
}

TEST(Consumer, SeeksAndPauses) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  cluster.append(orders(0), batch({"a", "b", "c"}));
  Consumer consumer = make_consumer(cluster);
  ASSERT_TRUE(assign(consumer, kBeginning).ok());
  EXPECT_EQ(take(consumer, 3).size(), 3u);
  ASSERT_TRUE(consumer.seek(orders(0), Offset(1)).ok());
  EXPECT_EQ(consumer.position(orders(0)), Offset(1));
  EXPECT_EQ(take(consumer, 2), (Values{"b", "c"}));
  ASSERT_TRUE(consumer.pause(orders(0)).ok());
  ASSERT_TRUE(consumer.seek(orders(0), kBeginning).ok());
  EXPECT_TRUE(consumer.poll(milliseconds(30)).empty());
  ASSERT_TRUE(consumer.resume(orders(0)).ok());
  EXPECT_EQ(take(consumer, 1).at(0), "a");
  EXPECT_EQ(consumer.pause(orders(5)).code(), ErrorCode::unknown_topic_or_partition);
}

TEST(Consumer, OutOfRangeIsAnErrorOrAReset) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  for (const char* value : {"a", "b", "c"}) cluster.append(orders(0), batch({value}));
  cluster.set_log_start(orders(0), Offset(1));
  Consumer strict = make_consumer(cluster);
  ASSERT_TRUE(assign(strict, Offset(0)).ok());
  const Fetched& fetched = strict.poll(kSoon);
  EXPECT_EQ(fetched.topic, "orders");
  EXPECT_EQ(fetched.error.to_string(), "OFFSET_OUT_OF_RANGE: offset 0 is not between 1 and 3");
  ASSERT_TRUE(strict.seek(orders(0), Offset(2)).ok());
  EXPECT_EQ(take(strict, 1), Values{"c"});
  Consumer lenient = make_consumer(cluster, {{"auto.offset.reset", "earliest"}});
  ASSERT_TRUE(assign(lenient, Offset(100)).ok());
  EXPECT_EQ(take(lenient, 2), (Values{"b", "c"}));
}

TEST(Consumer, FollowsTheLeader) {
  FakeCluster cluster(2);
  cluster.create_topic("orders", 1);
  cluster.append(orders(0), batch({"a"}));
  Consumer consumer = make_consumer(cluster, {{"fetch.max.wait.ms", "20"}});
  ASSERT_TRUE(assign(consumer, kBeginning).ok());
  EXPECT_EQ(take(consumer, 1), Values{"a"});
  cluster.move_leader(orders(0), NodeId(2));
  cluster.append(orders(0), batch({"b"}));
  EXPECT_EQ(take(consumer, 1), Values{"b"});
}

TEST(Consumer, SurvivesBrokenConnections) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  cluster.append(orders(0), batch({"a"}));
  cluster.cut(ApiKey::fetch, 3, false);
  cluster.cut(ApiKey::list_offsets, 2, true);
  Consumer consumer = make_consumer(cluster);
  ASSERT_TRUE(assign(consumer, kBeginning).ok());
  EXPECT_EQ(take(consumer, 1), Values{"a"});
}

TEST(Consumer, SaysWhyNothingComes) {
  FakeCluster cluster;
  Consumer consumer = make_consumer(cluster);
  ASSERT_TRUE(assign(consumer, kBeginning).ok());
  EXPECT_EQ(consumer.poll(milliseconds(300)).error.code, ErrorCode::unknown_topic_or_partition);
  cluster.create_topic("orders", 1);
  cluster.append(orders(0), batch({"a"}));
  EXPECT_EQ(take(consumer, 1), Values{"a"});
  cluster.stop_node(NodeId(1));
  Error error;
  for (int i = 0; i < 100 && error.code != ErrorCode::network_exception; ++i)
    error = consumer.poll(milliseconds(100)).error;
  EXPECT_EQ(error.code, ErrorCode::network_exception) << error.to_string();
  cluster.start_node(NodeId(1));
  cluster.append(orders(0), batch({"b"}));
  EXPECT_EQ(take(consumer, 1), Values{"b"});
}

TEST(Consumer, LeavesAbortedTransactionsOut) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  records::BatchOptions transactional;
  transactional.transactional = true;
  transactional.producer_id = ProducerId(9);
  transactional.producer_epoch = 0;
  transactional.base_sequence = 0;
  cluster.append(orders(0), batch({"x"}, transactional));
  records::BatchBuilder marker;
  const auto key = records::control_key(records::ControlType::abort);
  marker.append(Timestamp(1), std::string_view(key.data(), key.size()), "......");
  transactional.control = true;
  cluster.append(orders(0), *marker.finish(transactional));
  cluster.append(orders(0), batch({"a"}));
  cluster.set_aborted(orders(0), {{ProducerId(9), Offset(0)}});
  Consumer committed = make_consumer(cluster, {{"isolation.level", "read_committed"}});
  ASSERT_TRUE(assign(committed, kBeginning).ok());
  EXPECT_EQ(take(committed, 1), Values{"a"});
  Consumer uncommitted = make_consumer(cluster);
  ASSERT_TRUE(assign(uncommitted, kBeginning).ok());
  EXPECT_EQ(take(uncommitted, 2), (Values{"x", "a"}));
}

TEST(Consumer, MovesOverWhatItDoesNotShow) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  records::BatchBuilder marker;
  const auto key = records::control_key(records::ControlType::commit);
  marker.append(Timestamp(1), std::string_view(key.data(), key.size()), "......");
  records::BatchOptions control;
  control.control = true;
  cluster.append(orders(0), *marker.finish(control));
  Consumer consumer = make_consumer(cluster);
  ASSERT_TRUE(assign(consumer, kBeginning).ok());
  const Fetched& fetched = consumer.poll(kSoon);
  EXPECT_EQ(fetched.topic, "orders");
  EXPECT_TRUE(fetched.records.empty());
  EXPECT_EQ(fetched.position, Offset(1));
}

TEST(Consumer, HaltsAtADamagedBatch) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  cluster.append(orders(0), batch({"a"}));
  std::string damaged = batch({"b"});
  damaged.back() ^= 1;
  cluster.append(orders(0), damaged);
  cluster.append(orders(0), batch({"c"}));
  Consumer consumer = make_consumer(cluster);
  ASSERT_TRUE(assign(consumer, kBeginning).ok());
  EXPECT_EQ(take(consumer, 2), (Values{"a", "CORRUPT_MESSAGE: batch at offset 1: wrong CRC"}));
  EXPECT_TRUE(consumer.poll(milliseconds(20)).empty());
  ASSERT_TRUE(consumer.seek(orders(0), Offset(2)).ok());
  EXPECT_EQ(take(consumer, 1), Values{"c"});
}

TEST(Consumer, ListsOffsets) {
  FakeCluster cluster(2);
  cluster.create_topic("orders", 2);
  cluster.append(orders(0), batch({"a", "b"}));
  cluster.append(orders(1), batch({"c"}, {}, 9000));
  Consumer consumer = make_consumer(cluster);
  const std::vector<TopicPartition> both{orders(0), orders(1)};
  const auto ends = consumer.end_offsets(both, kSoon);
  ASSERT_TRUE(ends[0].info.ok());
  EXPECT_EQ(ends[0].info->offset, Offset(2));
  EXPECT_EQ(ends[1].info->offset, Offset(1));
  EXPECT_EQ(consumer.beginning_offsets(both, kSoon)[1].info->offset, Offset(0));
  const auto late = consumer.offsets_for_times(both, Timestamp(5000), kSoon);
  EXPECT_EQ(late[0].info->offset, kNoOffset);
  EXPECT_EQ(late[1].info->offset, Offset(0));
  EXPECT_EQ(late[1].info->timestamp, Timestamp(9000));
  const TopicPartition unknown{"nothing", PartitionId(0)};
  const auto none = consumer.end_offsets(std::span(&unknown, 1), milliseconds(200));
  EXPECT_EQ(none[0].info.code(), ErrorCode::unknown_topic_or_partition);
}

TEST(Consumer, SpeaksToOldBrokers) {
  FakeCluster cluster;
  cluster.create_topic("orders", 1);
  cluster.append(orders(0), batch({"a"}));
  cluster.limit_version(ApiKey::fetch, 4);
  cluster.limit_version(ApiKey::list_offsets, 1);
  Consumer consumer = make_consumer(cluster);
  ASSERT_TRUE(assign(consumer, kBeginning).ok());
  EXPECT_EQ(take(consumer, 1), Values{"a"});
  EXPECT_EQ(cluster.last_version(ApiKey::fetch), 4);
}

}  // namespace
}  // namespace kstream::test
