#include "log/log.h"

#include "fake_disk.h"
#include "support/batches.h"

#include <gtest/gtest.h>

namespace kstream::log {
namespace {

using test::batch_of_size;
using test::produced_batch;

const Uuid kTopic = Uuid::from_halves(1, 2);

class LogTest : public testing::Test {
 protected:
  Result<Log::Reserved> append(const test::ProducedBatch& batch, int epoch = 0) {
    return log.append(batch.valid, batch.bytes, LeaderEpoch(epoch), kNow);
  }

  Log log{"orders-0", kTopic, {}};
  FakeDisk disk{log};
};

TEST_F(LogTest, BeginsEmptyAndTouchesNoDisk) {
  EXPECT_EQ(log.start(), Offset(0));
  EXPECT_EQ(log.end(), Offset(0));
  EXPECT_FALSE(log.has_operations());
  EXPECT_TRUE(log.idle());
  EXPECT_EQ(std::get<Log::Range>(log.read(Offset(0), Offset(0), 100)).bytes, 0u);
  EXPECT_EQ(std::get<ErrorCode>(log.read(Offset(1), Offset(0), 100)), ErrorCode::offset_out_of_range);
}

TEST_F(LogTest, ReservesOffsetsAtOnceAndMovesTheEndWhenWritten) {
  auto first = append(produced_batch(3));
  auto second = append(produced_batch(2));
  EXPECT_EQ(first->base, Offset(0));
  EXPECT_EQ(first->last, Offset(2));
  EXPECT_EQ(second->base, Offset(3));
  EXPECT_EQ(second->log_append_time, kNoTimestamp);
  EXPECT_EQ(log.reserved_end(), Offset(5));
  EXPECT_EQ(log.end(), Offset(0));
  disk.run();
  EXPECT_EQ(log.end(), Offset(5));
  EXPECT_TRUE(log.idle());
}

TEST_F(LogTest, MakesTheFolderBeforeTheFirstAppend) {
  (void)append(produced_batch(1));
  auto& open = disk.only<OpenLog>();
  EXPECT_EQ(disk.waiting().size(), 1u);
  EXPECT_EQ(open.folder, "orders-0");
  EXPECT_EQ(open.topic_id, kTopic);
  EXPECT_EQ(open.base, Offset(0));
  disk.end<OpenLog>();
  EXPECT_EQ(disk.only<Append>().position, 0u);
  EXPECT_EQ(disk.only<ReplaceFile>().path, "orders-0/leader-epoch-checkpoint");
}

TEST_F(LogTest, WritesAllBatchesOfATurnAtOnceAndOneWriteAtATime) {
  (void)append(produced_batch(1));
  disk.run();
  for (int i = 0; i < 3; ++i) (void)append(produced_batch(1));
  EXPECT_EQ(disk.only<Append>().batches.size(), 3u);
  for (int i = 0; i < 2; ++i) (void)append(produced_batch(1));
  EXPECT_EQ(disk.all<Append>().size(), 1u);
  disk.end<Append>();
  EXPECT_EQ(log.end(), Offset(4));
  EXPECT_EQ(disk.only<Append>().batches.size(), 2u);
  disk.run();
  EXPECT_EQ(log.end(), Offset(6));
}

TEST_F(LogTest, UsesTheMemoryOfWritesAgain) {
  std::vector<const BatchPiece*> memory;
  for (int round = 0; round < 6; ++round) {
    for (int i = 0; i < 50; ++i) (void)append(produced_batch(1));
    if (round == 0) disk.end<OpenLog>();
    memory.push_back(disk.only<Append>().batches.data());
    disk.run();
  }
  EXPECT_EQ(memory[2], memory[0]) << "one vector is filled while the other is written";
  EXPECT_EQ(memory[3], memory[1]);
  EXPECT_EQ(memory[4], memory[0]);
  EXPECT_EQ(memory[5], memory[1]);
}

TEST_F(LogTest, StampsOffsetAndEpochOnACopyOfTheHeader) {
  auto batch = produced_batch(3);
  const std::string before(batch.bytes.bytes);
  (void)append(produced_batch(5), 7);
  (void)append(batch, 7);
  disk.run();
  const std::string& written = disk.logs[0];
  const auto bytes = base::BytesView(written).substr(written.size() - before.size());
  const auto header = *records::parse_header(bytes);
  EXPECT_EQ(header.base_offset, Offset(5));
  EXPECT_EQ(header.leader_epoch, LeaderEpoch(7));
  EXPECT_EQ(header.timestamp_type(), TimestampType::create_time);
  EXPECT_TRUE(records::check_crc(bytes));
  EXPECT_EQ(bytes.substr(61), before.substr(61));
  EXPECT_EQ(batch.bytes.bytes, before);
}

TEST_F(LogTest, StampsTheTimeOfLogAppendTime) {
  log.set_config({.log_append_time = true});
  auto reserved = append(produced_batch(2, Timestamp(5)));
  EXPECT_EQ(reserved->log_append_time, kNow.wall);
  disk.run();
  const auto header = *records::parse_header(disk.logs[0]);
  EXPECT_EQ(header.max_timestamp, kNow.wall);
  EXPECT_EQ(header.timestamp_type(), TimestampType::log_append_time);
  EXPECT_TRUE(records::check_crc(disk.logs[0]));
}

TEST_F(LogTest, CorrectsAWrongGreatestTimestamp) {
  auto batch = produced_batch(2, Timestamp(5));
  batch.valid.max_timestamp = Timestamp(4);
  (void)append(batch);
  disk.run();
  EXPECT_EQ(records::parse_header(disk.logs[0])->max_timestamp, Timestamp(4));
  EXPECT_TRUE(records::check_crc(disk.logs[0]));
}

TEST_F(LogTest, RefusesABatchThatFitsNoSegment) {
  log.set_config({.segment_bytes = 200});
  EXPECT_EQ(append(batch_of_size(201)).code(), ErrorCode::record_list_too_large);
  EXPECT_EQ(log.reserved_end(), Offset(0));
  EXPECT_TRUE(append(batch_of_size(200)).ok());
}

TEST_F(LogTest, AFailedWriteFailsTheLogAndAllBehindIt) {
  (void)append(produced_batch(1));
  disk.run();
  (void)append(produced_batch(1));
  EXPECT_EQ(disk.waiting().size(), 1u);
  (void)append(produced_batch(1));
  disk.fail<Append>();
  EXPECT_TRUE(log.failed());
  EXPECT_EQ(log.failure().detail, "it failed");
  EXPECT_EQ(log.end(), Offset(1));
  EXPECT_TRUE(disk.waiting().empty());
  EXPECT_TRUE(log.idle());
  EXPECT_EQ(append(produced_batch(1)).code(), ErrorCode::kafka_storage_error);
  EXPECT_EQ(std::get<ErrorCode>(log.read(Offset(0), Offset(1), 100)), ErrorCode::kafka_storage_error);
  log.close();
  log.sync();
  log.tick(kNow, Offset(1));
  EXPECT_TRUE(disk.waiting().empty());
}

TEST_F(LogTest, AFolderThatCannotBeMadeFailsTheLog) {
  (void)append(produced_batch(1));
  disk.fail<OpenLog>();
  EXPECT_TRUE(log.failed());
  EXPECT_EQ(log.end(), Offset(0));
}

TEST_F(LogTest, AFailureLeavesWhatIsStillInFlightAlone) {
  log.set_config({.segment_bytes = 200});
  (void)append(batch_of_size(150));
  disk.run();
  (void)append(batch_of_size(150));
  disk.end<CreateSegment>();
  ASSERT_EQ(disk.all<Append>().size(), 1u);
  ASSERT_EQ(disk.all<WriteIndex>().size(), 1u);
  disk.fail<WriteIndex>();
  disk.end<Append>();
  EXPECT_TRUE(log.failed());
  EXPECT_EQ(log.end(), Offset(1));
  EXPECT_TRUE(log.idle());
}

TEST_F(LogTest, SyncMovesTheRecoveryPointToWhatWasWrittenThen) {
  (void)append(produced_batch(3));
  disk.run();
  log.sync();
  EXPECT_FALSE(disk.only<SyncSegment>().data_only) << "the first sync makes the files durable too";
  (void)append(produced_batch(2));
  disk.end<Append>();
  EXPECT_EQ(log.end(), Offset(5));
  disk.end<SyncSegment>();
  EXPECT_EQ(log.recovery_point(), Offset(3));
  EXPECT_TRUE(disk.waiting().empty());
  log.sync();
  EXPECT_TRUE(disk.only<SyncSegment>().data_only);
  disk.run();
  EXPECT_EQ(log.recovery_point(), Offset(5));
  log.sync();
  EXPECT_TRUE(disk.waiting().empty()) << "all is synced";
}

TEST_F(LogTest, TheRecoveryPointWaitsForTheLeaderEpoch) {
  (void)append(produced_batch(1));
  disk.end<OpenLog>();
  disk.end<Append>();
  log.sync();
  EXPECT_TRUE(disk.all<SyncSegment>().empty());
  disk.end<ReplaceFile>();
  disk.end<SyncSegment>();
  EXPECT_EQ(log.recovery_point(), Offset(1));
}

TEST_F(LogTest, CloseWritesTheIndexesAndSyncs) {
  (void)append(produced_batch(3, Timestamp(500)));
  (void)append(produced_batch(2, Timestamp(400)));
  log.close();
  disk.run();
  EXPECT_TRUE(log.idle());
  EXPECT_EQ(log.end(), Offset(5));
  EXPECT_EQ(log.recovery_point(), Offset(5));
  std::string times;
  TimeEntry{Timestamp(502), 2}.append_to(times);
  EXPECT_EQ(disk.files["orders-0/00000000000000000000.timeindex"], times) << "the greatest timestamp is forced";
  EXPECT_EQ(disk.files["orders-0/00000000000000000000.index"], "");
}

TEST_F(LogTest, CloseOfALogWithoutAFolderHasNothingToDo) {
  log.close();
  EXPECT_TRUE(disk.waiting().empty());
  EXPECT_TRUE(log.idle());
}

TEST_F(LogTest, TellsWhereEpochsEnd) {
  (void)append(produced_batch(3), 2);
  (void)append(produced_batch(4), 5);
  disk.run();
  EXPECT_EQ(log.latest_epoch(), LeaderEpoch(5));
  const LeaderEpoch current(5);
  EXPECT_EQ(log.epoch_end(LeaderEpoch(5), current), (EpochEnd{LeaderEpoch(5), Offset(7)}));
  EXPECT_EQ(log.epoch_end(LeaderEpoch(4), current), (EpochEnd{LeaderEpoch(2), Offset(3)}));
  EXPECT_EQ(log.epoch_end(LeaderEpoch(1), current), (EpochEnd{LeaderEpoch(1), Offset(0)})) << "before the first";
  EXPECT_EQ(log.epoch_end(LeaderEpoch(6), current), EpochEnd{});
  EXPECT_EQ(log.epoch_end(kNoLeaderEpoch, current), EpochEnd{});
  EXPECT_EQ(log.epoch_at(Offset(3)), LeaderEpoch(5));
  EXPECT_EQ(disk.files["orders-0/leader-epoch-checkpoint"], "0\n2\n2 0\n5 3\n");
}

// As in Kafka, where a leader notes its epoch before it appends.
TEST_F(LogTest, AnEpochWithoutRecordsBeginsAtTheEnd) {
  EXPECT_EQ(log.epoch_end(LeaderEpoch(3), LeaderEpoch(3)), (EpochEnd{LeaderEpoch(3), Offset(0)}));
  (void)append(produced_batch(3), 2);
  disk.run();
  const LeaderEpoch current(5);
  EXPECT_EQ(log.epoch_end(LeaderEpoch(5), current), (EpochEnd{LeaderEpoch(5), Offset(3)}));
  EXPECT_EQ(log.epoch_end(LeaderEpoch(4), current), (EpochEnd{LeaderEpoch(2), Offset(3)}));
  EXPECT_EQ(log.epoch_end(LeaderEpoch(2), current), (EpochEnd{LeaderEpoch(2), Offset(3)}));
  EXPECT_EQ(log.epoch_end(LeaderEpoch(6), current), EpochEnd{});
  EXPECT_EQ(log.latest_epoch(), LeaderEpoch(2)) << "to be asked changes nothing";
}

TEST_F(LogTest, WritesOneEpochFileAtATime) {
  (void)append(produced_batch(1), 1);
  disk.end<OpenLog>();
  EXPECT_EQ(disk.all<ReplaceFile>().size(), 1u);
  (void)append(produced_batch(1), 2);
  EXPECT_EQ(disk.all<ReplaceFile>().size(), 1u);
  disk.run();
  EXPECT_EQ(disk.files["orders-0/leader-epoch-checkpoint"], "0\n2\n1 0\n2 1\n");
}

TEST_F(LogTest, GoesOnWhereRecoveryEnded) {
  RecoveredLog found;
  found.start = Offset(10);
  found.end = found.recovery_point = Offset(30);
  found.epochs.assign(LeaderEpoch(3), Offset(10));
  found.now = kNow.wall;
  for (int base : {10, 20}) {
    found.segments.push_back({Offset(base), base::FileRef(new FakeFile("orders-0/x")), 100, Timestamp(500),
                              Indexer(Offset(base), 2, 1, {Timestamp(600), 5})});
  }
  Log recovered("orders-0", kTopic, {}, std::move(found));
  FakeDisk its_disk(recovered);
  EXPECT_EQ(recovered.start(), Offset(10));
  EXPECT_EQ(recovered.end(), Offset(30));
  EXPECT_EQ(recovered.bytes(), 200u);
  EXPECT_EQ(recovered.latest_epoch(), LeaderEpoch(3));
  EXPECT_TRUE(its_disk.waiting().empty()) << "all is synced and indexed";
  auto batch = produced_batch(1);
  EXPECT_EQ(recovered.append(batch.valid, batch.bytes, LeaderEpoch(3), kNow)->base, Offset(30));
  EXPECT_EQ(its_disk.only<Append>().position, 100u);
  EXPECT_EQ(std::get<ErrorCode>(recovered.read(Offset(9), Offset(30), 1)), ErrorCode::offset_out_of_range);
  auto read = std::get<Locate>(recovered.read(Offset(12), Offset(30), 1000));
  EXPECT_EQ(read.base, Offset(10));
  EXPECT_EQ(read.next, Offset(20));
  EXPECT_EQ(read.offset_entries, 2u);
}

TEST_F(LogTest, SyncsWhatRecoveryFoundAboveTheRecoveryPoint) {
  RecoveredLog found;
  found.end = Offset(30);
  found.recovery_point = Offset(5);
  for (int base : {0, 10, 20}) {
    found.segments.push_back({Offset(base), base::FileRef(new FakeFile("orders-0/x")), 100, kNoTimestamp,
                              Indexer(Offset(base), 2, 1, {Timestamp(600), 5})});
  }
  Log recovered("orders-0", kTopic, {}, std::move(found));
  FakeDisk its_disk(recovered);
  ASSERT_EQ(its_disk.all<SyncSegment>().size(), 2u) << "the closed ones";
  its_disk.end<SyncSegment>();
  EXPECT_EQ(recovered.recovery_point(), Offset(10));
  its_disk.end<SyncSegment>();
  EXPECT_EQ(recovered.recovery_point(), Offset(20));
}

}  // namespace
}  // namespace kstream::log
