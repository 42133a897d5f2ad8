#include "server/dump.h"

#include "log/index.h"
#include "records/builder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace kstream::server {
namespace {

namespace fs = std::filesystem;

class Dump : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_ / "orders-3"); }
  void TearDown() override { fs::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& bytes) const {
    const fs::path path = folder_ / "orders-3" / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  static std::string batch(std::int64_t base, int count, Codec codec = Codec::none) {
    records::BatchBuilder builder;
    for (int i = 0; i < count; ++i) builder.append(Timestamp(1000 + i), "k", "v" + std::to_string(base + i));
    return *builder.finish({.base_offset = Offset(base), .codec = codec});
  }
  static std::vector<Dumped> dump(const std::string& path, ErrorCode expected = ErrorCode::none) {
    std::vector<Dumped> all;
    const Status status = dump_file(path, [&](const Dumped& one) {
      all.push_back(one);
      return true;
    });
    EXPECT_EQ(status.code(), expected) << path;
    return all;
  }
  static std::vector<std::string> values(const std::string& path, ErrorCode expected = ErrorCode::none) {
    std::vector<std::string> all;
    const Status status =
        dump_records(path, [&](const std::string& topic, PartitionId partition, const RecordView& record) {
          EXPECT_EQ(topic, "orders");
          EXPECT_EQ(partition, PartitionId(3));
          all.emplace_back(record.value.value_or("null"));
          return true;
        });
    EXPECT_EQ(status.code(), expected) << path;
    return all;
  }

  const fs::path folder_ = fs::path(::testing::TempDir()) / "dump_test";
};

constexpr const char* kLog = "00000000000000000040.log";

TEST_F(Dump, ShowsBatchesWithTheirPlaces) {
  const std::string first = batch(40, 3), second = batch(43, 2, Codec::zstd);
  const auto all = dump(write(kLog, first + second));
  ASSERT_EQ(all.size(), 2u);
  const auto& last = std::get<DumpedBatch>(all[1]);
  EXPECT_EQ(last.position, first.size());
  EXPECT_EQ(last.header.base_offset, Offset(43));
  EXPECT_EQ(last.header.codec(), Codec::zstd);
  EXPECT_TRUE(last.crc_valid);
  EXPECT_EQ(dump(write("00000000000000000040.log.deleted", first)).size(), 1u);
  EXPECT_EQ(dump(write("00000000000000000040-0000000001.checkpoint", first)).size(), 1u);
}

TEST_F(Dump, GoesOnBehindAWrongCrcAndEndsAtATornBatch) {
  std::string first = batch(40, 3);
  const std::string second = batch(43, 2);
  first.back() = 'X';
  const auto all = dump(write(kLog, first + second));
  EXPECT_FALSE(std::get<DumpedBatch>(all.at(0)).crc_valid);
  EXPECT_TRUE(std::get<DumpedBatch>(all.at(1)).crc_valid);
  EXPECT_EQ(dump(write(kLog, second + first.substr(0, 50)), ErrorCode::corrupt_message).size(), 1u);
  EXPECT_EQ(dump(write(kLog, second + std::string(100, '\0')), ErrorCode::corrupt_message).size(), 1u);
  EXPECT_TRUE(dump(write(kLog, "")).empty());
}

TEST_F(Dump, ShowsRecordsOfAnyCodec) {
  const std::string path = write(kLog, batch(0, 2) + batch(2, 1, Codec::gzip) + batch(3, 1, Codec::lz4));
  EXPECT_EQ(values(path), (std::vector<std::string>{"v0", "v1", "v2", "v3"}));
  int seen = 0;
  EXPECT_TRUE(dump_records(path, [&](auto&, auto, auto&) { return ++seen < 2; }));
  EXPECT_EQ(seen, 2) << "until it is told to stop";
}

TEST_F(Dump, RefusesRecordsOfDamagedBatches) {
  std::string bad = batch(2, 2);
  bad.back() = 'X';
  EXPECT_EQ(values(write(kLog, batch(0, 2) + bad), ErrorCode::corrupt_message).size(), 2u);
}

TEST_F(Dump, ShowsIndexesUpToWhatIsReserved) {
  std::string offsets, times;
  log::OffsetEntry{2, 150}.append_to(offsets);
  log::OffsetEntry{9, 300}.append_to(offsets);
  log::TimeEntry{Timestamp(1002), 2}.append_to(times);
  auto all = dump(write("00000000000000000040.index", offsets + std::string(64, '\0')));
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(std::get<DumpedOffset>(all[1]).offset, Offset(49));
  EXPECT_EQ(std::get<DumpedOffset>(all[1]).position, 300);
  all = dump(write("00000000000000000040.timeindex", times));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(std::get<DumpedTime>(all[0]).offset, Offset(42));
  EXPECT_EQ(std::get<DumpedTime>(all[0]).timestamp, Timestamp(1002));
  EXPECT_EQ(dump(write("00000000000000000040.index", offsets + "xyz"), ErrorCode::corrupt_message).size(), 2u);
  log::OffsetEntry{8, 400}.append_to(offsets);
  EXPECT_EQ(dump(write("00000000000000000040.index", offsets), ErrorCode::corrupt_message).size(), 3u);
  log::TimeEntry{Timestamp(1001), 3}.append_to(times);
  EXPECT_EQ(dump(write("00000000000000000040.timeindex", times), ErrorCode::corrupt_message).size(), 2u);
}

TEST_F(Dump, RefusesWhatItDoesNotKnow) {
  dump(write("leader-epoch-checkpoint", "0\n0\n"), ErrorCode::invalid_request);
  dump(write("1.index", ""), ErrorCode::invalid_request);
  dump(folder_ / "orders-3/none.log", ErrorCode::kafka_storage_error);
  dump(folder_ / "none/00000000000000000040.log", ErrorCode::kafka_storage_error);
  dump(folder_, ErrorCode::invalid_request);
  values(write("00000000000000000040.index", ""), ErrorCode::invalid_request);
  fs::create_directories(folder_ / "x");
  values((std::ofstream(folder_ / "x" / kLog), folder_ / "x" / kLog), ErrorCode::invalid_request);
}

}  // namespace
}  // namespace kstream::server
