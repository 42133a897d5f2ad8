#include "storage/verify_log.h"

#include "base/crc32c.h"
#include "log/segment.h"
#include "records/builder.h"
#include "running_log.h"

#include <gtest/gtest.h>

#include <functional>

namespace kstream::storage {
namespace {

using test::batch_of_size;
using test::MemoryDirectory;
using Texts = std::vector<std::string>;

/// Segments of ten batches of one record and 100 bytes, of the times 1000, 1001 and so on; an entry of each index for
/// every third batch, at positions 300, 600 and 900 of the offset index.
class VerifyLogTest : public testing::Test {
 protected:
  VerifyLogTest() {
    RunningLog running(directory_, {.segment_bytes = 1000, .index_interval_bytes = 250});
    for (int i = 0; i < 35; ++i) running.append(batch_of_size(100, Timestamp(1000 + i)), i / 15);
    running.run();
    running.close();
  }

  static std::string path(int base, const char* suffix) { return log::segment_path("orders-0", Offset(base), suffix); }

  /// Changes a file, says what is found, and puts the file back. `!` stands for what is no harmless fault.
  Texts faults_of(const std::string& file, const std::function<void(std::string&)>& damage,
                  const LogToVerify& what = {"orders-0", Offset(35), Offset(0), true}) {
    const auto whole = content_of(directory_, file);
    auto content = whole;
    damage(content);
    put(directory_, file, content);
    auto texts = faults(what);
    put(directory_, file, whole);
    return texts;
  }
  Texts faults(const LogToVerify& what = {"orders-0", Offset(35), Offset(0), true}) {
    Texts texts;
    auto verified = verify_log(directory_, what, [&](const Fault& fault) {
      texts.push_back((fault.harmless ? "" : "! ") + fault.path + ": " + fault.text);
    });
    EXPECT_TRUE(verified.ok()) << verified.error().to_string();
    verified_ = *std::move(verified);
    return texts;
  }

  MemoryDirectory directory_;
  VerifiedLog verified_;
};

TEST_F(VerifyLogTest, ReadsEverythingAndChangesNothing) {
  std::map<std::string, std::string> before;
  for (const auto& name : names_in(directory_, "orders-0")) before[name] = content_of(directory_, "orders-0/" + name);
  EXPECT_EQ(faults(), Texts{});
  EXPECT_EQ(verified_.segments, 4u);
  EXPECT_EQ(verified_.bytes, 3500u);
  EXPECT_EQ(verified_.batches, 35u);
  EXPECT_EQ(verified_.records, 35u);
  EXPECT_EQ(verified_.log.start, Offset(0));
  EXPECT_EQ(verified_.log.end, Offset(35));
  EXPECT_TRUE(verified_.log.segments.empty());
  EXPECT_EQ(faults({"orders-0", Offset(35), Offset(0), true, true}), Texts{});
  EXPECT_EQ(verified_.log.segments.size(), 4u);
  for (const auto& [name, content] : before) EXPECT_EQ(content_of(directory_, "orders-0/" + name), content) << name;
  EXPECT_EQ(names_in(directory_, "orders-0").size(), before.size());
}

TEST_F(VerifyLogTest, DamageBelowTheRecoveryPointIsAnErrorAndWhatWasNotSyncedIsCut) {
  const auto flip = [](std::string& bytes) { bytes[380] ^= 1; };
  const auto error = "! " + path(10, ".log") + ": at position 300: the CRC is wrong";
  const auto cut = path(10, ".log") +
                   ": at position 300: the CRC is wrong; that was not synced, and the next start ends the log there";
  EXPECT_EQ(faults_of(path(10, ".log"), flip), Texts{error});
  EXPECT_EQ(verified_.log.end, Offset(13));
  EXPECT_EQ(faults_of(path(10, ".log"), flip, {"orders-0", Offset(14), Offset(0)}), Texts{error});
  EXPECT_EQ(faults_of(path(10, ".log"), flip, {"orders-0", Offset(13), Offset(0)}), Texts{cut});
  EXPECT_EQ(faults_of(path(30, ".log"), [](auto& bytes) { bytes.resize(450); }),
            Texts{"! " + path(30, ".log") + ": at position 400: a batch header is cut off"});
  EXPECT_EQ(faults_of(path(30, ".log"), [](auto& bytes) { bytes.resize(400); }, {"orders-0", Offset(35), Offset(0)}),
            Texts{"! orders-0: the log ends at offset 34, but was synced up to offset 35"});
  EXPECT_EQ(faults_of(path(20, ".log"), [](auto& bytes) { bytes.resize(900); }),
            Texts{"! " + path(20, ".log") + ": offsets 29 to 29 are missing between this segment and the next"});
  EXPECT_EQ(
      faults_of(path(20, ".log"), [](auto& bytes) { bytes.replace(500, 8, std::string("\0\0\0\0\0\0\0\x15", 8)); }),
      Texts{"! " + path(20, ".log") + ": at position 500: offsets go back"});
}

TEST_F(VerifyLogTest, TheRecordsOfABatchAreRead) {
  records::BatchBuilder builder;
  for (int i = 0; i < 100; ++i) builder.append(Timestamp(1), "k", "value");
  auto batch = *builder.finish({.base_offset = Offset(35), .leader_epoch = LeaderEpoch(2), .codec = Codec::zstd});
  const auto append = [&](auto& bytes) { bytes += batch; };
  EXPECT_EQ(faults_of(path(30, ".log"), append), Texts{});
  EXPECT_EQ(verified_.records, 135u);
  batch[records::kBatchHeaderSize + 10] ^= 1;
  const auto crc = base::crc32c(0, base::BytesView(batch).substr(records::at::kAttributes));
  base::store_be(batch.data() + records::at::kCrc, crc);
  const auto texts = faults_of(path(30, ".log"), append);
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_TRUE(texts[0].starts_with("! " + path(30, ".log") + ": at position 500: the records cannot be read: "))
      << texts[0];
}

TEST_F(VerifyLogTest, EveryEntryOfTheIndexesMustBeTrue) {
  const std::string remedy = "; remove it, and the next start makes it anew";
  const auto index = path(10, ".index"), times = path(10, ".timeindex");
  const auto wrong = [&](const std::string& file, std::size_t at, char byte) {
    return faults_of(file, [&](auto& bytes) { bytes.at(at) = byte; });
  };
  EXPECT_EQ(wrong(index, 8 + 7, 'x'),
            Texts{"! " + index + ": at position 8: an entry that points to no batch" + remedy});
  EXPECT_EQ(wrong(index, 3, 1),
            Texts{"! " + index + ": at position 0: an entry of offset 11 points to a batch behind it" + remedy});
  EXPECT_EQ(wrong(index, 16 + 6, 100),
            Texts{"! " + index + ": at position 16: an entry that points behind the end of the log" + remedy});
  EXPECT_EQ(wrong(times, 7, 1),
            Texts{"! " + times + ": at position 0: an entry says that the latest time up to offset " +
                  "13 is 769, but it is 1013" + remedy});
  EXPECT_EQ(wrong(times, 12 + 11, 8),
            Texts{"! " + times +
                  ": at position 12: an entry says that the latest time up to offset 18 is 1016, but it is "
                  "1018" +
                  remedy});
  EXPECT_EQ(wrong(times, 24 + 11, 99),
            Texts{"! " + times + ": at position 24: an entry of an offset behind the end" + remedy});
  const auto longer = [](auto& bytes) { bytes += "ab"; };
  EXPECT_EQ(faults_of(index, longer), Texts{"! " + index + ": 2 bytes follow the last entry" + remedy});
  EXPECT_EQ(faults_of(index, longer, {"orders-0", Offset(19), Offset(0)}),
            Texts{index + ": 2 bytes follow the last entry" + remedy});
  ASSERT_TRUE(directory_.remove(times).ok());
  EXPECT_EQ(faults(), Texts{times + ": is missing; the next start makes it anew"});
}

TEST_F(VerifyLogTest, ZerosAreNoEntries) {
  const auto check = [&](const char* suffix, std::size_t entry) {
    const auto file = path(30, suffix), told = "! " + file + ": at position ";
    const auto behind = faults_of(file, [](auto& bytes) { bytes.resize(240); });
    ASSERT_EQ(behind.size(), 1u) << suffix;
    EXPECT_TRUE(behind[0].starts_with(told)) << behind[0];
    const auto first = faults_of(file, [&](auto& bytes) { bytes.replace(0, entry, std::string(entry, '\0')); });
    EXPECT_EQ(first, Texts{told + "0: zeros, which are no entry; remove it, and the next start makes it anew"});
  };
  check(".index", log::OffsetEntry::kSize);
  check(".timeindex", log::TimeEntry::kSize);
}

TEST_F(VerifyLogTest, WhatIsMissingAtTheEndsIsFound) {
  EXPECT_EQ(
      faults_of(path(10, ".timeindex"), [](auto& bytes) { bytes.resize(12); }),
      Texts{"! " + path(10, ".timeindex") + ": the last entry says that the latest time is 1013, but it is 1019; " +
            "remove it, and the next start makes it anew"});
  EXPECT_EQ(faults_of(path(30, ".timeindex"), [](auto& bytes) { bytes.clear(); }),
            Texts{path(30, ".timeindex") + ": has no entry; the next start makes it anew"});
  for (const char* suffix : {".log", ".index", ".timeindex"}) ASSERT_TRUE(directory_.remove(path(0, suffix)).ok());
  EXPECT_EQ(faults(), Texts{"! orders-0: offsets 0 to 9 are missing before its first segment"});
  EXPECT_EQ(faults({"orders-0", Offset(35), Offset(10), true}), Texts{});
  EXPECT_EQ(faults({"orders-0", Offset(0), Offset(0), true}), Texts{}) << "a folder alone";
}

TEST_F(VerifyLogTest, LeaderEpochsAreThoseOfTheBatches) {
  const std::string file = "orders-0/leader-epoch-checkpoint";
  EXPECT_EQ(content_of(directory_, file), "0\n3\n0 0\n1 15\n2 30\n");
  EXPECT_EQ(faults_of(file, [](auto& text) { text = "0\n2\n0 0\n1 15\n"; }),
            Texts{file + ": leader epoch 2 is not in it as of offset 30, as the batches say; the next start adds it"});
  EXPECT_EQ(faults_of(file, [](auto& text) { text = "0\n3\n0 0\n1 16\n2 30\n"; }),
            Texts{"! " + file +
                  ": leader epoch 1 is not in it as of offset 15, as the batches say; remove it, and the "
                  "next start makes it anew"});
  EXPECT_EQ(
      faults_of(file, [](auto& text) { text = "0\n2\n1 20\n2 30\n"; }, {"orders-0", Offset(35), Offset(20), true}),
      Texts{});
  EXPECT_EQ(faults_of(file, [](auto& text) { text = "x"; }),
            Texts{file + ": it lacks its first two lines; the next start makes it anew"});
}

}  // namespace
}  // namespace kstream::storage
