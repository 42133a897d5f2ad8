#include "client/fetcher.h"

#include "records/builder.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace kstream::client {
namespace {

using protocol::FetchResponse;

ConsumerSettings small_settings() {
  ConsumerSettings settings{};
  settings.min_bytes = 1;
  settings.max_bytes = 10000;
  settings.max_partition_bytes = 1000;
  settings.max_wait = milliseconds(500);
  settings.max_poll_records = 100;
  settings.retry = {milliseconds(100), milliseconds(400)};
  return settings;
}

TopicPartition partition(int number) { return {"t", PartitionId(number)}; }

/// A fetcher of topic `t`, whose partition p is led by node 1 + p mod nodes.
struct Fetching {
  explicit Fetching(int partitions = 2, int nodes = 1, ConsumerSettings s = small_settings()) : settings(s) {
    metadata.want("t");
    tell(Uuid::from_halves(1, 1), partitions, nodes);
    std::vector<Assignment> all;
    all.reserve(static_cast<std::size_t>(partitions));
    for (int i = 0; i < partitions; ++i) all.push_back({partition(i), Offset(0)});
    EXPECT_TRUE(fetcher.assign(all).ok());
  }

  void tell(Uuid id, int partitions, int nodes = 1) {
    protocol::MetadataResponse response;
    for (int i = 1; i <= nodes; ++i) response.brokers.push_back({i, "host", 9092, std::nullopt});
    auto& topic = response.topics.emplace_back();
    topic.name = "t";
    topic.topic_id = id;
    for (int i = 0; i < partitions; ++i) {
      auto& from = topic.partitions.emplace_back();
      from.partition_index = i;
      from.leader_id = 1 + i % nodes;
      from.leader_epoch = 3;
    }
    metadata.apply(response);
  }

  FetchPlan plan() {
    return fetcher.plan(now, metadata, [](NodeId) { return Status(); });
  }

  /// Answers with a batch of two records from its offset on for each of `with_data`; what is compressed is decompressed
  /// ahead.
  bool answer(const FetchOrder& order, std::vector<int> with_data, ErrorCode error = ErrorCode::none,
              Codec codec = Codec::none) {
    FetchResponse response;
    auto& topic = response.responses.emplace_back();
    topic.topic = "t";
    std::vector<std::string> batches(order.parts.size());
    for (std::size_t i = 0; i < order.parts.size(); ++i) {
      auto& part = topic.partitions.emplace_back();
      part.partition_index = order.parts[i].partition.partition.value;
      part.error_code = static_cast<std::int16_t>(error);
      part.high_watermark = 1000;
      part.records = protocol::Records();
      const bool data = std::ranges::find(with_data, part.partition_index) != with_data.end();
      if (data) batches[i] = batch(order.parts[i].from, codec);
      part.records->bytes = batches[i];
    }
    std::string all;
    for (const std::string& bytes : batches) all += bytes;
    const base::Slice body = base::Slice::copy_of(all);
    std::size_t at = 0;
    for (std::size_t i = 0; i < batches.size(); ++i) {
      topic.partitions[i].records->bytes = body.bytes.substr(at, batches[i].size());
      at += batches[i].size();
    }
    DecompressedBatches ahead;
    records::BatchReader reader(body.bytes);
    for (records::BatchView view; reader.next(view);) {
      if (view.header.codec() == Codec::none) continue;
      ahead.emplace(view.bytes.data(), decompress_ahead(view, fetcher.room_ahead()));
    }
    return fetcher.done(order, response, body, now, metadata, std::move(ahead));
  }

  static std::string batch(Offset base, Codec codec = Codec::none) {
    records::BatchBuilder builder;
    for (int i = 0; i < 2; ++i) builder.append(Timestamp(1), std::nullopt, "v");
    records::BatchOptions options;
    options.base_offset = base;
    options.codec = codec;
    return *builder.finish(options);
  }

  /// Reads the next chunk whole, and says whose it was; -1 if none is there.
  int read() {
    const auto ready = fetcher.next_ready();
    if (!ready || !ready->chunk) return -1;
    const int number = ready->partition->partition.value;
    RecordsRead read;
    while (!ready->chunk->done()) EXPECT_TRUE(ready->chunk->read(100, read).ok());
    EXPECT_TRUE(fetcher.advance(*ready->partition, {}));
    return number;
  }

  ConsumerSettings settings;
  Metadata metadata;
  Fetcher fetcher{settings};
  base::MonoTime now{1'000'000'000};
};

TEST(Fetcher, AsksABrokerForAllItsPartitionsAtOnce) {
  Fetching fetching(4, 2);
  const FetchPlan plan = fetching.plan();
  ASSERT_EQ(plan.fetches.size(), 2u);
  EXPECT_EQ(plan.fetches[0].parts.size(), 2u);
  EXPECT_EQ(plan.fetches[0].parts[0].leader_epoch, LeaderEpoch(3));
  EXPECT_TRUE(fetching.plan().fetches.empty()) << "one at a time";
}

TEST(Fetcher, FetchesOneAheadAndNoMore) {
  Fetching fetching;
  for (int round = 0; round < 2; ++round) {
    FetchPlan plan = fetching.plan();
    ASSERT_EQ(plan.fetches.size(), 1u) << round;
    EXPECT_EQ(plan.fetches[0].parts[0].from, Offset(2 * round));
    fetching.answer(plan.fetches[0], {0, 1});
  }
  EXPECT_TRUE(fetching.plan().fetches.empty());
  EXPECT_EQ(fetching.read(), 0);
  EXPECT_TRUE(fetching.plan().fetches.empty()) << "partition 1 has no room, so 0 is not fetched without it";
  EXPECT_EQ(fetching.read(), 1);
  EXPECT_EQ(fetching.plan().fetches.size(), 1u);
}

TEST(Fetcher, AsksForNothingBehindTheEndThatWasGiven) {
  Fetching fetching;
  const Assignment until3[] = {{partition(0), Offset(0), Offset(3)}, {partition(1), Offset(0), std::nullopt}};
  ASSERT_TRUE(fetching.fetcher.assign(until3).ok());
  for (std::size_t asked : {2U, 2U, 1U}) {
    const FetchPlan plan = fetching.plan();
    ASSERT_EQ(plan.fetches.size(), 1u);
    EXPECT_EQ(plan.fetches[0].parts.size(), asked);
    fetching.answer(plan.fetches[0], {0, 1});
    for (std::size_t i = 2 - asked; i < 2; ++i) EXPECT_EQ(fetching.read(), static_cast<int>(i));
  }
  ASSERT_TRUE(fetching.fetcher.seek(partition(0), Offset(0)).ok());
  EXPECT_EQ(fetching.plan().fetches.at(0).parts.size(), 2u) << "before it once more";
}

TEST(Fetcher, CountsWhatIsDecompressedAhead) {
  Fetching fetching;
  const std::size_t all = fetching.fetcher.room_ahead();
  for (int round = 0; round < 2; ++round) {
    fetching.answer(fetching.plan().fetches.at(0), {0, 1}, ErrorCode::none, Codec::zstd);
  }
  EXPECT_EQ(all - fetching.fetcher.room_ahead(), 4u * 16) << "four batches of two records of eight bytes";
  EXPECT_EQ(fetching.read(), 0);
  EXPECT_EQ(all - fetching.fetcher.room_ahead(), 3u * 16);
  EXPECT_TRUE(fetching.fetcher.seek(partition(1), Offset(0)).ok());
  EXPECT_EQ(all - fetching.fetcher.room_ahead(), 1u * 16);
  EXPECT_EQ(fetching.read(), 0);
  EXPECT_EQ(fetching.fetcher.room_ahead(), all);
}

TEST(Fetcher, TakesTurns) {
  Fetching fetching;
  for (int round = 0; round < 2; ++round) fetching.answer(fetching.plan().fetches.at(0), {0, 1});
  EXPECT_EQ(fetching.read(), 0);
  EXPECT_EQ(fetching.read(), 1);
  EXPECT_EQ(fetching.read(), 0);
  EXPECT_EQ(fetching.read(), 1);
  EXPECT_EQ(fetching.read(), -1);
}

TEST(Fetcher, WhoGotSomethingComesLast) {
  Fetching fetching;
  FetchPlan plan = fetching.plan();
  EXPECT_EQ(plan.fetches.at(0).parts.at(0).partition, partition(0));
  fetching.answer(plan.fetches[0], {0});
  EXPECT_EQ(fetching.plan().fetches.at(0).parts.at(0).partition, partition(1));
}

TEST(Fetcher, KeepsWithinItsMemory) {
  ConsumerSettings settings = small_settings();
  settings.max_bytes = 10;
  Fetching fetching(2, 1, settings);
  fetching.answer(fetching.plan().fetches.at(0), {0, 1});
  EXPECT_TRUE(fetching.plan().fetches.empty());
  fetching.read();
  EXPECT_TRUE(fetching.plan().fetches.empty());
  fetching.read();
  EXPECT_EQ(fetching.plan().fetches.size(), 1u);
}

TEST(Fetcher, IgnoresAnAnswerForAnOldPosition) {
  Fetching fetching(1);
  const FetchPlan plan = fetching.plan();
  ASSERT_TRUE(fetching.fetcher.seek(partition(0), Offset(50)).ok());
  fetching.answer(plan.fetches.at(0), {0});
  EXPECT_FALSE(fetching.fetcher.has_ready());
  EXPECT_EQ(fetching.plan().fetches.at(0).parts.at(0).from, Offset(50));
}

TEST(Fetcher, SeekDropsWhatWasFetched) {
  Fetching fetching(1);
  fetching.answer(fetching.plan().fetches.at(0), {0});
  ASSERT_TRUE(fetching.fetcher.seek(partition(0), Offset(0)).ok());
  EXPECT_FALSE(fetching.fetcher.has_ready());
  EXPECT_EQ(fetching.fetcher.seek({"u", PartitionId(0)}, Offset(0)).code(), ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(fetching.fetcher.seek(partition(0), Offset(-5)).code(), ErrorCode::invalid_request);
}

TEST(Fetcher, PausedPartitionsKeepWhatTheyHave) {
  Fetching fetching;
  fetching.answer(fetching.plan().fetches.at(0), {0});
  ASSERT_TRUE(fetching.fetcher.set_paused(partition(0), true).ok());
  EXPECT_FALSE(fetching.fetcher.has_ready());
  const FetchPlan plan = fetching.plan();
  ASSERT_EQ(plan.fetches.at(0).parts.size(), 1u);
  EXPECT_EQ(plan.fetches[0].parts[0].partition, partition(1));
  ASSERT_TRUE(fetching.fetcher.set_paused(partition(0), false).ok());
  EXPECT_EQ(fetching.read(), 0);
}

TEST(Fetcher, PausedPartitionsTakeNobodysRoom) {
  ConsumerSettings settings = small_settings();
  settings.max_bytes = 100;
  Fetching fetching(2, 1, settings);
  fetching.answer(fetching.plan().fetches.at(0), {0});
  fetching.fetcher.make_room();
  ASSERT_TRUE(fetching.fetcher.set_paused(partition(0), true).ok());
  const FetchPlan first = fetching.plan();
  ASSERT_EQ(first.fetches.size(), 1u);
  fetching.answer(first.fetches[0], {1});
  EXPECT_TRUE(fetching.fetcher.has_ready());
  fetching.fetcher.make_room();  // a hundred bytes wait in all: what is paused goes
  EXPECT_EQ(fetching.read(), 1);
  ASSERT_TRUE(fetching.fetcher.set_paused(partition(0), false).ok());
  EXPECT_FALSE(fetching.fetcher.has_ready());
  const FetchPlan again = fetching.plan();
  ASSERT_EQ(again.fetches.at(0).parts.size(), 2u);
  fetching.answer(again.fetches[0], {0});
  EXPECT_EQ(fetching.read(), 0);
  EXPECT_EQ(fetching.fetcher.position(partition(0)), Offset(2));
  EXPECT_EQ(fetching.plan().fetches.size(), 1u) << "all is read, and nothing counted twice";
}

TEST(Fetcher, AnErrorBehindWhatIsLetGoIsFoundAgain) {
  ConsumerSettings settings = small_settings();
  settings.max_bytes = 100;
  Fetching fetching(1, 1, settings);
  fetching.answer(fetching.plan().fetches.at(0), {0});
  fetching.answer(fetching.plan().fetches.at(0), {}, ErrorCode::topic_authorization_failed);
  ASSERT_TRUE(fetching.fetcher.set_paused(partition(0), true).ok());
  ConsumerSettings& less = fetching.settings;
  less.max_bytes = 10;
  fetching.fetcher.make_room();
  ASSERT_TRUE(fetching.fetcher.set_paused(partition(0), false).ok());
  EXPECT_FALSE(fetching.fetcher.has_ready());
  EXPECT_EQ(fetching.plan().fetches.at(0).parts.at(0).from, Offset(0));
}

TEST(Fetcher, WhatIsBehindTheEndTakesNobodysRoom) {
  ConsumerSettings settings = small_settings();
  settings.max_bytes = 100;
  Fetching fetching(2, 1, settings);
  const Assignment until1[] = {{partition(0), Offset(0), Offset(1)}, {partition(1), Offset(0), std::nullopt}};
  ASSERT_TRUE(fetching.fetcher.assign(until1).ok());
  fetching.answer(fetching.plan().fetches.at(0), {0, 1});
  EXPECT_TRUE(fetching.plan().fetches.empty());
  EXPECT_EQ(fetching.fetcher.next_ready()->partition->partition, PartitionId(0));
  RecordsRead read;
  Chunk& chunk = *fetching.fetcher.next_ready()->chunk;
  ASSERT_TRUE(chunk.read(1, read).ok());
  ASSERT_FALSE(chunk.done());
  EXPECT_EQ(fetching.fetcher.advance(partition(0), {}).get(), &chunk) << "its records may be looked at yet";
  EXPECT_EQ(fetching.read(), 1);
  EXPECT_EQ(fetching.plan().fetches.size(), 1u);
}

TEST(Fetcher, ErrorsThatPassWaitAndMakeMetadataStale) {
  Fetching fetching(1);
  EXPECT_TRUE(fetching.answer(fetching.plan().fetches.at(0), {}, ErrorCode::not_leader_or_follower));
  const FetchPlan plan = fetching.plan();
  EXPECT_TRUE(plan.fetches.empty());
  EXPECT_EQ(plan.next, fetching.now + milliseconds(100));
  EXPECT_EQ(fetching.fetcher.trouble().code, ErrorCode::not_leader_or_follower);
  fetching.now = plan.next;
  EXPECT_EQ(fetching.plan().fetches.size(), 1u);
}

TEST(Fetcher, OtherErrorsHaltThePartition) {
  Fetching fetching(1);
  fetching.answer(fetching.plan().fetches.at(0), {}, ErrorCode::topic_authorization_failed);
  const auto ready = fetching.fetcher.next_ready();
  ASSERT_TRUE(ready);
  EXPECT_EQ(ready->error.code, ErrorCode::topic_authorization_failed);
  EXPECT_FALSE(fetching.fetcher.next_ready()) << "told once";
  EXPECT_TRUE(fetching.plan().fetches.empty());
  ASSERT_TRUE(fetching.fetcher.seek(partition(0), Offset(0)).ok());
  EXPECT_EQ(fetching.plan().fetches.size(), 1u);
}

TEST(Fetcher, OutOfRangeHaltsOrResets) {
  for (const OutOfRange policy : {OutOfRange::halt, OutOfRange::to_beginning, OutOfRange::to_end}) {
    ConsumerSettings settings = small_settings();
    settings.out_of_range = policy;
    Fetching fetching(1, 1, settings);
    fetching.answer(fetching.plan().fetches.at(0), {}, ErrorCode::offset_out_of_range);
    const FetchPlan plan = fetching.plan();
    if (policy == OutOfRange::halt) {
      EXPECT_EQ(fetching.fetcher.next_ready()->error.code, ErrorCode::offset_out_of_range);
      EXPECT_TRUE(plan.resolves.empty());
    } else {
      ASSERT_EQ(plan.resolves.size(), 1u);
      EXPECT_EQ(plan.resolves[0].query.spec, policy == OutOfRange::to_end ? kEnd : kBeginning);
      fetching.fetcher.resolved(plan.resolves[0], OffsetInfo{Offset(77), kNoTimestamp, kNoLeaderEpoch}, fetching.now);
      EXPECT_EQ(fetching.plan().fetches.at(0).parts.at(0).from, Offset(77));
    }
  }
}

TEST(Fetcher, ATopicThatWasMadeAnewIsNotTheOneThatWasRead) {
  for (const OutOfRange policy : {OutOfRange::halt, OutOfRange::to_beginning}) {
    ConsumerSettings settings = small_settings();
    settings.out_of_range = policy;
    Fetching fetching(1, 1, settings);
    fetching.answer(fetching.plan().fetches.at(0), {0});
    EXPECT_EQ(fetching.read(), 0);
    fetching.answer(fetching.plan().fetches.at(0), {}, ErrorCode::unknown_topic_id);
    fetching.now = fetching.now + milliseconds(500);
    fetching.tell(Uuid::from_halves(2, 2), 1);
    EXPECT_TRUE(fetching.plan().fetches.empty());
    if (policy == OutOfRange::halt) {
      EXPECT_EQ(fetching.fetcher.next_ready()->error.code, ErrorCode::inconsistent_topic_id);
      ASSERT_TRUE(fetching.fetcher.seek(partition(0), Offset(0)).ok());
      EXPECT_EQ(fetching.plan().fetches.at(0).parts.at(0).topic_id, Uuid::from_halves(2, 2));
    } else {
      EXPECT_EQ(fetching.plan().resolves.at(0).query.spec, kBeginning);
    }
  }
}

TEST(Fetcher, OutOfRangeWaitsUntilWhatIsThereWasRead) {
  ConsumerSettings settings = small_settings();
  settings.out_of_range = OutOfRange::to_end;
  Fetching fetching(1, 1, settings);
  fetching.answer(fetching.plan().fetches.at(0), {0});
  fetching.answer(fetching.plan().fetches.at(0), {}, ErrorCode::offset_out_of_range);
  EXPECT_EQ(fetching.read(), 0);
}

TEST(Fetcher, ResolvesPositions) {
  Fetching fetching(1);
  const Assignment at_time{partition(0), OffsetSpec{Timestamp(12345)}};
  ASSERT_TRUE(fetching.fetcher.assign(std::span(&at_time, 1)).ok());
  EXPECT_FALSE(fetching.fetcher.position(partition(0)));
  FetchPlan plan = fetching.plan();
  ASSERT_EQ(plan.resolves.size(), 1u);
  EXPECT_TRUE(fetching.plan().resolves.empty()) << "under way";
  fetching.fetcher.resolved(plan.resolves[0], OffsetInfo{}, fetching.now);
  plan = fetching.plan();
  ASSERT_EQ(plan.resolves.size(), 1u);
  EXPECT_EQ(plan.resolves[0].query.spec, kEnd) << "no record is that late";
  fetching.fetcher.resolved(plan.resolves[0], Error{ErrorCode::not_leader_or_follower, {}}, fetching.now);
  EXPECT_TRUE(fetching.plan().resolves.empty());
  fetching.now = fetching.now + milliseconds(100);
  plan = fetching.plan();
  fetching.fetcher.resolved(plan.resolves.at(0), OffsetInfo{Offset(9), kNoTimestamp, kNoLeaderEpoch}, fetching.now);
  EXPECT_EQ(fetching.fetcher.position(partition(0)), Offset(9));
}

TEST(Fetcher, RefusesAssignmentsThatCannotBe) {
  Fetching fetching(1);
  const std::vector<Assignment> twice{{partition(0), Offset(0)}, {partition(0), Offset(1)}};
  EXPECT_EQ(fetching.fetcher.assign(twice).code(), ErrorCode::invalid_request);
  const Assignment negative{partition(0), Offset(-1)};
  EXPECT_EQ(fetching.fetcher.assign(std::span(&negative, 1)).code(), ErrorCode::invalid_request);
  EXPECT_EQ(fetching.fetcher.position(partition(0)), Offset(0)) << "nothing changed";
}

TEST(Fetcher, ABatchThatDoesNotComeWholeIsAnError) {
  Fetching fetching(1);
  const FetchPlan plan = fetching.plan();
  FetchResponse response;
  auto& topic = response.responses.emplace_back();
  topic.topic = "t";
  const std::string whole = Fetching::batch(Offset(0));
  const base::Slice body = base::Slice::copy_of(std::string_view(whole).substr(0, whole.size() - 1));
  topic.partitions.emplace_back().records = protocol::Records{body.bytes, 0};
  fetching.fetcher.done(plan.fetches.at(0), response, body, fetching.now, fetching.metadata);
  EXPECT_EQ(fetching.fetcher.next_ready()->error.code, ErrorCode::message_too_large);
}

}  // namespace
}  // namespace kstream::client
