#include "storage/recover.h"

#include "log/checkpoint.h"
#include "running_log.h"

#include <gtest/gtest.h>

namespace kstream::storage {
namespace {

using test::batch_of_size;
using test::MemoryDirectory;
using Names = std::vector<std::string>;

constexpr Trust kTrusts[] = {Trust::clean, Trust::same_boot, Trust::other_boot};

/// Segments of ten batches of one record and 100 bytes.
class RecoverTest : public testing::Test {
 protected:
  void write(int batches, bool close, int epoch = 0) {
    RunningLog running = next_run();
    for (int i = 0; i < batches; ++i) {
      running.append(batch_of_size(100, Timestamp(1000 + running.log.reserved_end().value)), epoch);
    }
    running.run();
    if (close) running.close();
    end = running.log.end();
  }
  RunningLog next_run() {
    if (!*directory.exists("orders-0")) return RunningLog(directory, config);
    return RunningLog(directory, config, *recover(Trust::same_boot));
  }
  Result<log::RecoveredLog> recover(Trust trust, Offset recovery_point = Offset(0), Offset log_start = Offset(0)) {
    return storage::recover(directory, {"orders-0", kTopic, trust, recovery_point, log_start}, config, kNow);
  }
  static std::string path(int base, const char* suffix) { return log::segment_path("orders-0", Offset(base), suffix); }
  std::string content(int base, const char* suffix) { return content_of(directory, path(base, suffix)); }

  MemoryDirectory directory;
  log::LogConfig config{.segment_bytes = 1000, .index_interval_bytes = 250};
  Offset end;
};

TEST_F(RecoverTest, FindsWhatWasWritten) {
  for (Trust trust : kTrusts) {
    directory.~MemoryDirectory();
    new (&directory) MemoryDirectory();
    write(35, trust == Trust::clean, 3);
    auto found = recover(trust, trust == Trust::clean ? Offset(35) : Offset(20));
    ASSERT_TRUE(found.ok()) << found.error().to_string();
    EXPECT_EQ(found->start, Offset(0));
    EXPECT_EQ(found->end, Offset(35));
    EXPECT_EQ(found->recovery_point, trust == Trust::clean ? Offset(35) : Offset(20));
    EXPECT_EQ(found->epochs.latest(), LeaderEpoch(3));
    EXPECT_EQ(found->notes, Names{});
    ASSERT_EQ(found->segments.size(), 4u);
    EXPECT_EQ(found->segments[3].base, Offset(30));
    EXPECT_EQ(found->segments[3].bytes, 500u);
    EXPECT_EQ(found->segments[3].first_timestamp, Timestamp(1030));
    EXPECT_EQ(found->segments[3].index.largest_timestamp(), Timestamp(1034));
    EXPECT_EQ(found->segments[1].index.largest_timestamp(), Timestamp(1019));
    EXPECT_EQ(found->segments[1].index.offset_count(), 3u);
  }
}

// Else the segment would look decades old, and retention would remove it.
TEST_F(RecoverTest, ATimeIndexThatEndsInZerosIsNotBelieved) {
  write(35, true);
  const auto whole = content(10, ".timeindex");
  for (const auto& damaged : {whole + std::string(12, '\0'), std::string(12, '\0')}) {
    put(directory, path(10, ".timeindex"), damaged);
    auto found = recover(Trust::clean, Offset(35));
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found->segments[1].index.largest_timestamp(), Timestamp(1019));
    EXPECT_EQ(content(10, ".timeindex"), whole);
  }
}

TEST_F(RecoverTest, AnEmptyFolderIsALogWithoutSegments) {
  ASSERT_TRUE(directory.make_folder("orders-0").ok());
  auto found = recover(Trust::other_boot);
  ASSERT_TRUE(found.ok());
  EXPECT_TRUE(found->segments.empty());
  EXPECT_EQ(found->end, Offset(0));
  EXPECT_EQ(content_of(directory, "orders-0/partition.metadata"), log::print_partition_metadata(kTopic));
  write(3, true);
  EXPECT_EQ(end, Offset(3));
  EXPECT_FALSE(storage::recover(directory, {"none-0", kTopic, Trust::clean, {}, {}}, config, kNow).ok());
}

TEST_F(RecoverTest, RefusesTheFolderOfAnotherTopicAndLeavesItAlone) {
  write(15, true);
  put(directory, "orders-0/x.tmp", "");
  const auto changes = directory.changes();
  auto found =
      storage::recover(directory, {"orders-0", Uuid::from_halves(3, 4), Trust::other_boot, {}, {}}, config, kNow);
  EXPECT_EQ(found.code(), ErrorCode::inconsistent_topic_id);
  EXPECT_EQ(found.error().detail, "/memory/orders-0: it belongs to the topic with id " + kTopic.to_string() + ", not " +
                                      Uuid::from_halves(3, 4).to_string());
  put(directory, "orders-0/partition.metadata", "version: 0\n");
  EXPECT_EQ(recover(Trust::clean).code(), ErrorCode::corrupt_message);
  EXPECT_EQ(directory.changes(), changes + 3) << "those of put";
}

TEST_F(RecoverTest, RemovesWhatIsLeftOver) {
  write(15, true);
  const Names before = names_in(directory, "orders-0");
  for (const char* name :
       {"00000000000000000000.log.deleted", "00000000000000000005.log.cleaned", "leader-epoch-checkpoint.tmp",
        "00000000000000000003.index", "00000000000000000004.timeindex", "00000000000000000004.txnindex"}) {
    put(directory, std::string("orders-0/") + name, "x");
  }
  auto found = recover(Trust::clean);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(names_in(directory, "orders-0"), before);
  EXPECT_EQ(found->notes, (Names{"orders-0/00000000000000000003.index: removed: it belongs to no segment",
                                 "orders-0/00000000000000000004.timeindex: removed: it belongs to no segment",
                                 "orders-0/00000000000000000004.txnindex: removed: it belongs to no segment"}));
}

TEST_F(RecoverTest, LeavesFilesAloneThatItDoesNotKnow) {
  write(15, true);
  for (const char* name : {"README", "00000000000000000000-0000000000.checkpoint", "00000000000000000015.snapshot",
                           "quorum-state", "1.log", "0000000000000000000x.log"}) {
    put(directory, std::string("orders-0/") + name, "x");
  }
  const Names before = names_in(directory, "orders-0");
  EXPECT_TRUE(recover(Trust::other_boot).ok());
  EXPECT_EQ(names_in(directory, "orders-0"), before);
}

TEST_F(RecoverTest, RefusesAnUnfinishedCompaction) {
  write(15, true);
  put(directory, "orders-0/00000000000000000000.log.swap", "");
  EXPECT_EQ(recover(Trust::clean).code(), ErrorCode::kafka_storage_error);
}

TEST_F(RecoverTest, CutsATornTail) {
  for (Trust trust : {Trust::same_boot, Trust::other_boot}) {
    for (std::size_t torn : {1u, 60u, 61u, 99u}) {
      directory.~MemoryDirectory();
      new (&directory) MemoryDirectory();
      write(15, false);
      const std::string whole = content(10, ".log");
      put(directory, path(10, ".log"), whole + whole.substr(0, torn));
      auto found = recover(trust);
      ASSERT_TRUE(found.ok());
      EXPECT_EQ(found->end, Offset(15));
      EXPECT_EQ(content(10, ".log"), whole);
      ASSERT_EQ(found->notes.size(), 1u);
      EXPECT_TRUE(found->notes[0].starts_with("orders-0/00000000000000000010.log: at position 500: "));
      EXPECT_TRUE(found->notes[0].ends_with("; cut there, and " + std::to_string(torn) + " bytes are gone"));
    }
  }
}

TEST_F(RecoverTest, TheFirstBadBatchEndsTheLog) {
  write(35, false);
  std::string log = content(10, ".log");
  log[370] ^= 1;  // a record of offset 13
  put(directory, path(10, ".log"), log);
  auto found = recover(Trust::other_boot, Offset(13));
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->end, Offset(13));
  EXPECT_EQ(found->segments.size(), 2u);
  EXPECT_EQ(content(10, ".log"), log.substr(0, 300));
  EXPECT_EQ(
      found->notes,
      (Names{"orders-0/00000000000000000010.log: at position 300: the CRC is wrong; cut there, and 700 bytes are gone",
             "orders-0/00000000000000000020.log: removed: it lies behind the cut",
             "orders-0/00000000000000000030.log: removed: it lies behind the cut"}));
  EXPECT_EQ(names_in(directory, "orders-0"),
            (Names{"00000000000000000000.index", "00000000000000000000.log", "00000000000000000000.timeindex",
                   "00000000000000000010.index", "00000000000000000010.log", "00000000000000000010.timeindex",
                   "leader-epoch-checkpoint", "partition.metadata"}));
  write(3, true);
  EXPECT_EQ(end, Offset(16));
}

TEST_F(RecoverTest, WhatWasSyncedIsNotCut) {
  write(35, false);
  std::string log = content(10, ".log");
  log[370] ^= 1;
  put(directory, path(10, ".log"), log);
  const Names before = names_in(directory, "orders-0");
  auto found = recover(Trust::other_boot, Offset(14));
  EXPECT_EQ(found.code(), ErrorCode::corrupt_message);
  EXPECT_EQ(found.error().detail,
            "/memory/orders-0/00000000000000000010.log: at position 300: the CRC is wrong; that was synced, so nothing "
            "is cut");
  EXPECT_EQ(content(10, ".log"), log);
  EXPECT_EQ(names_in(directory, "orders-0"), before);
}

TEST_F(RecoverTest, ACleanLogIsNotCut) {
  write(35, true);
  put(directory, path(30, ".log"), content(30, ".log") + "torn");
  EXPECT_EQ(recover(Trust::clean).code(), ErrorCode::corrupt_message);
}

TEST_F(RecoverTest, ACleanOrSyncedSegmentIsBelieved) {
  write(35, true);
  std::string log = content(10, ".log");
  log[370] ^= 1;
  put(directory, path(10, ".log"), log);
  EXPECT_TRUE(recover(Trust::clean, Offset(35)).ok());
  EXPECT_TRUE(recover(Trust::same_boot, Offset(20)).ok());
  EXPECT_TRUE(recover(Trust::other_boot, Offset(20)).ok());
  EXPECT_EQ(recover(Trust::other_boot, Offset(19)).code(), ErrorCode::corrupt_message);
}

TEST_F(RecoverTest, OfTheSameBootOnlyTheTailIsRead) {
  write(35, true);
  const std::string whole = content(30, ".log");
  std::string log = whole;
  log[70] ^= 1;  // before the last index entry, which points to 300
  put(directory, path(30, ".log"), log);
  EXPECT_EQ(recover(Trust::same_boot, Offset(30))->end, Offset(35));
  log = whole;
  log[470] ^= 1;  // behind it
  put(directory, path(30, ".log"), log);
  EXPECT_EQ(recover(Trust::same_boot, Offset(30))->end, Offset(34));
}

TEST_F(RecoverTest, RebuildsIndexesThatAreMissingOrWrong) {
  write(35, true);
  const std::string index = content(10, ".index"), times = content(10, ".timeindex");
  const std::string active_index = content(30, ".index");
  ASSERT_EQ(index.size(), 24u);
  ASSERT_EQ(active_index.size(), 8u);
  std::string high = index, far = index;
  high[19] = 99;  // the last entry's offset
  far[22] = 99;   // the last entry's position
  for (const std::string& bad : {std::string(), std::string("none"), high, far, index + std::string(800, '\0')}) {
    for (Trust trust : kTrusts) {
      if (bad == "none") {
        ASSERT_TRUE(directory.remove(path(10, ".index")).ok());
      } else {
        put(directory, path(10, ".index"), bad);
      }
      if (bad.empty()) put(directory, path(10, ".timeindex"), bad);
      auto found = recover(trust, Offset(35));
      ASSERT_TRUE(found.ok());
      EXPECT_EQ(content(10, ".index"), index);
      EXPECT_EQ(content(10, ".timeindex"), times);
      EXPECT_EQ(found->segments[1].index.offset_count(), 3u);
      EXPECT_EQ(found->segments[1].index.largest_timestamp(), Timestamp(1019));
      EXPECT_EQ(found->notes, Names{"orders-0/00000000000000000010.index: rebuilt, with its .timeindex"});
    }
  }
  put(directory, path(30, ".index"), std::string(8, '\1'));
  EXPECT_EQ(recover(Trust::clean, Offset(35))->notes.size(), 1u);
  EXPECT_EQ(content(30, ".index"), active_index);
}

TEST_F(RecoverTest, CompletesIndexesThatAreShort) {
  write(35, true);
  const std::string index = content(10, ".index"), times = content(10, ".timeindex");
  for (std::size_t kept = 0; kept < index.size(); ++kept) {
    put(directory, path(10, ".index"), index.substr(0, kept));
    put(directory, path(10, ".timeindex"), times.substr(0, kept * 12 / 8));
    auto found = recover(Trust::same_boot, Offset(5));
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(content(10, ".index"), index) << kept;
    EXPECT_EQ(content(10, ".timeindex"), times) << kept;
    EXPECT_EQ(found->notes, Names{});
  }
}

TEST_F(RecoverTest, APowerLossMakesAllIndexesNewThatWereNotSynced) {
  write(35, true);
  const std::string index = content(20, ".index");
  std::string bad = index;
  bad[3] ^= 1;  // the first entry, which nothing else would notice
  put(directory, path(20, ".index"), bad);
  ASSERT_TRUE(recover(Trust::same_boot, Offset(20)).ok());
  EXPECT_EQ(content(20, ".index"), bad);
  ASSERT_TRUE(recover(Trust::other_boot, Offset(20)).ok());
  EXPECT_EQ(content(20, ".index"), index);
}

TEST_F(RecoverTest, ALogThatWasCutHasTheIndexesOfALogThatNeverWasLonger) {
  write(35, true);
  const auto closed = content(10, ".index");
  std::string log = content(10, ".log");
  put(directory, path(10, ".log"), log.substr(0, 550));
  ASSERT_EQ(recover(Trust::same_boot)->end, Offset(15));
  MemoryDirectory other;
  RunningLog running(other, config);
  for (int i = 0; i < 15; ++i) running.append(batch_of_size(100, Timestamp(1000 + i)));
  running.run();
  ASSERT_EQ(recover(Trust::other_boot)->end, Offset(15));
  log::LogConfig same = config;
  ASSERT_TRUE(storage::recover(other, {"orders-0", kTopic, Trust::other_boot, {}, {}}, same, kNow).ok());
  EXPECT_EQ(content(10, ".index"), content_of(other, path(10, ".index")));
  EXPECT_EQ(content(10, ".timeindex"), content_of(other, path(10, ".timeindex")));
}

TEST_F(RecoverTest, FindsEpochsThatTheCheckpointLacks) {
  write(12, false, 1);
  write(10, false, 4);
  write(13, false, 6);
  const std::string epochs = "0\n3\n1 0\n4 12\n6 22\n";
  ASSERT_EQ(content_of(directory, "orders-0/leader-epoch-checkpoint"), epochs);
  for (const char* text : {"0\n0\n", "0\n1\n1 0\n", "0\n2\n1 0\n4 12\n", "0\n4\n1 0\n4 12\n6 22\n7 35\n"}) {
    for (Trust trust : {Trust::same_boot, Trust::other_boot}) {
      put(directory, "orders-0/leader-epoch-checkpoint", text);
      auto found = recover(trust, Offset(10));
      ASSERT_TRUE(found.ok());
      EXPECT_EQ(found->epochs.print(), epochs);
      EXPECT_EQ(content_of(directory, "orders-0/leader-epoch-checkpoint"), epochs);
      EXPECT_EQ(found->notes, Names{});
    }
  }
  put(directory, "orders-0/leader-epoch-checkpoint", "0\n2\n1 0\n");
  auto found = recover(Trust::clean);
  EXPECT_EQ(found->epochs.print(), epochs);
  EXPECT_EQ(found->notes, Names{"orders-0/leader-epoch-checkpoint: rebuilt: it announces \"2\" entries and has 1"});
  ASSERT_TRUE(directory.remove("orders-0/leader-epoch-checkpoint").ok());
  EXPECT_EQ(recover(Trust::clean)->epochs.print(), epochs);
}

TEST_F(RecoverTest, TheLogBeginsWhereTheCheckpointSays) {
  write(35, true);
  auto found = recover(Trust::clean, Offset(35), Offset(17));
  EXPECT_EQ(found->start, Offset(17));
  EXPECT_EQ(found->segments.size(), 4u) << "a tick retires them";
  EXPECT_EQ(found->epochs.print(), "0\n1\n0 17\n");
}

TEST_F(RecoverTest, ALogThatLostAllAboveItsStartGoesOnThere) {
  write(15, false);
  auto found = recover(Trust::other_boot, Offset(0), Offset(20));
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->start, Offset(20));
  EXPECT_EQ(found->end, Offset(20));
  EXPECT_EQ(found->recovery_point, Offset(20));
  EXPECT_EQ(found->notes.size(), 2u);
  RunningLog running(directory, config, std::move(*found));
  running.append(batch_of_size(100));
  running.run();
  EXPECT_EQ(running.log.end(), Offset(21));
  EXPECT_EQ(names_in(directory, "orders-0"),
            (Names{"00000000000000000020.index", "00000000000000000020.log", "00000000000000000020.timeindex",
                   "leader-epoch-checkpoint", "partition.metadata"}));
}

// DeleteRecords may raise the start above all that was synced. A power loss may damage what is below it as well.
TEST_F(RecoverTest, TheLogStartSaysNothingOfWhatIsSynced) {
  write(15, false);
  auto found = recover(Trust::same_boot, Offset(0), Offset(14));
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->start, Offset(14));
  EXPECT_EQ(found->recovery_point, Offset(0));
  RunningLog running(directory, config, std::move(*found));
  running.append(batch_of_size(100));
  running.run();
  EXPECT_EQ(running.log.recovery_point(), Offset(10)) << "the first segment is closed";
}

TEST_F(RecoverTest, GapsBetweenSegmentsAreAllowed) {
  write(35, true);
  for (const char* suffix : {".log", ".index", ".timeindex"}) ASSERT_TRUE(directory.remove(path(10, suffix)).ok());
  RunningLog running(directory, config, *recover(Trust::clean));
  EXPECT_EQ(running.log.end(), Offset(35));
  auto read = std::get<log::Locate>(running.log.read(Offset(15), Offset(35), 1000));
  EXPECT_EQ(std::get<log::Located>(*perform(directory, read)).bytes, 0u);
  EXPECT_EQ(read.next, Offset(20));
}

TEST_F(RecoverTest, BatchesInImpossiblePlacesAreDamage) {
  write(35, false);
  const std::string early = content(10, ".log").substr(0, 100), late = content(30, ".log").substr(0, 100);
  const std::string whole = content(20, ".log");
  put(directory, path(20, ".log"), whole.substr(0, 500) + early + whole.substr(600));
  auto found = recover(Trust::other_boot, Offset(0));
  EXPECT_EQ(found->end, Offset(25));
  EXPECT_TRUE(found->notes[0].find("offsets go back") != std::string::npos);
  put(directory, path(10, ".log"), content(10, ".log").substr(0, 500) + late);
  found = recover(Trust::other_boot, Offset(0));
  EXPECT_EQ(found->end, Offset(15));
  EXPECT_TRUE(found->notes[0].find("offsets reach into the next segment") != std::string::npos);
}

TEST_F(RecoverTest, AnErrorOfTheDiskIsNoCut) {
  write(35, false);
  const std::string log = content(10, ".log");
  put(directory, path(10, ".log"), log.substr(0, 950));
  for (std::uint64_t calls = 1;; ++calls) {
    directory.fail_after(calls, calls);
    auto found = recover(Trust::other_boot);
    directory.repair();
    if (found) break;
    ASSERT_EQ(found.code(), ErrorCode::kafka_storage_error);
    ASSERT_LT(calls, 1000u);
  }
  EXPECT_EQ(recover(Trust::other_boot)->end, Offset(19));
}

}  // namespace
}  // namespace kstream::storage
