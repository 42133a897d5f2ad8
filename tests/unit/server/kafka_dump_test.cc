#include "server/kafka_dump.h"

#include "base/crc32c.h"
#include "log/index.h"
#include "protocol/metadata_records.h"
#include "protocol/record_frame.h"
#include "records/builder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace kstream::server {
namespace {

namespace fs = std::filesystem;

/// That it prints what Kafka's tool prints is what tests/interop/kafka_grammar_test.py shows, where there is a Java.
class KafkaDump : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder_);
    request_.key = request_.value = [](std::string_view bytes) { return Result<std::string>(std::string(bytes)); };
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& bytes) {
    request_.files.push_back(folder_ / name);
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }
  static std::string batch(std::int64_t base, int count, Codec codec = Codec::none) {
    records::BatchBuilder builder;
    for (int i = 0; i < count; ++i) builder.append(Timestamp(1000 + base + i), "k", "v" + std::to_string(base + i));
    return *builder.finish({.base_offset = Offset(base), .codec = codec});
  }
  /// What is printed, without the first line of each file.
  std::string dump(ErrorCode expected = ErrorCode::none) {
    std::string out;
    told_.clear();
    const Status status = kafka_dump(request_, {[&](std::string_view text) {
                                                  out += text;
                                                  return !left_;
                                                },
                                                [&](std::string_view line) { told_ += line; }});
    EXPECT_EQ(status.code(), expected) << status.error().detail;
    for (std::size_t at = 0; (at = out.find("Dumping ", at)) != std::string::npos;)
      out.erase(at, out.find('\n', at) + 1 - at);
    return out;
  }
  std::string path(const std::string& name) const { return folder_ / name; }

  const fs::path folder_ = fs::path(::testing::TempDir()) / "kafka_dump_test";
  KafkaDumpRequest request_;
  std::string told_;  ///< on stderr
  bool left_ = false;
};

const std::string kLog = "00000000000000000000.log", kIndex = "00000000000000000000.index",
                  kTimes = "00000000000000000000.timeindex";

TEST_F(KafkaDump, Batches) {
  const std::string first = batch(0, 3), second = batch(3, 1, Codec::lz4);
  write(kLog, first + second);
  const std::string out = dump();
  EXPECT_TRUE(out.starts_with("Log starting offset: 0\nbaseOffset: 0 lastOffset: 2 count: 3 baseSequence: -1 ")) << out;
  EXPECT_NE(out.find(" position: " + std::to_string(first.size()) + " CreateTime: 1003 "), std::string::npos) << out;
  EXPECT_NE(out.find(" compresscodec: lz4 crc: "), std::string::npos);
  request_.max_bytes = first.size();
  EXPECT_EQ(dump().find("compresscodec: lz4"), std::string::npos);
}

TEST_F(KafkaDump, Records) {
  write(kLog, batch(0, 2));
  request_.deep = request_.print_data = true;
  EXPECT_NE(dump().find("| offset: 1 CreateTime: 1001 keySize: 1 valueSize: 2 sequence: -1 headerKeys: [] key: k "
                        "payload: v1\n"),
            std::string::npos);
  request_.no_metadata = true;
  EXPECT_NE(dump().find("\n| key: k payload: v0\n| key: k payload: v1\n"), std::string::npos);
  request_.value = [](std::string_view) { return Result<std::string>(Error{ErrorCode::invalid_request, "no"}); };
  dump(ErrorCode::invalid_request);
}

TEST_F(KafkaDump, MetadataRecords) {
  protocol::TopicRecord topic;
  topic.name = "a\"b";
  protocol::UserScramCredentialRecord user;
  user.salt = "salty";
  protocol::PartitionChangeRecord change;
  change.isr = {{1, 2}};
  records::BatchBuilder builder;
  builder.append(Timestamp(1), std::nullopt, *protocol::framed(topic, 0));
  builder.append(Timestamp(1), std::nullopt, *protocol::framed(user, 0));
  builder.append(Timestamp(1), std::nullopt, *protocol::framed(change, 0));
  builder.append(Timestamp(1), std::nullopt, "\x01\x7f");
  write(kLog, *builder.finish({}));
  request_.deep = request_.print_data = request_.metadata = true;
  const std::string out = dump();
  EXPECT_NE(
      out.find(
          R"(payload: {"type":"TOPIC_RECORD","version":0,"data":{"name":"a\"b","topicId":"AAAAAAAAAAAAAAAAAAAAAA"}})"),
      std::string::npos)
      << out;
  EXPECT_NE(out.find(R"("salt":"c2FsdHk=")"), std::string::npos);
  EXPECT_NE(out.find(R"("data":{"partitionId":-1,"topicId":"AAAAAAAAAAAAAAAAAAAAAA","isr":[1,2]}})"), std::string::npos)
      << "tagged fields that have their default are left out";
  EXPECT_NE(out.find("payload: Error at 3, skipping. "), std::string::npos);
}

TEST_F(KafkaDump, WhatDisagreesIsTold) {
  const std::string first = batch(0, 3), second = batch(4, 2);
  std::string offsets, times;
  log::OffsetEntry{2, 0}.append_to(offsets);
  log::OffsetEntry{6, static_cast<std::int32_t>(first.size())}.append_to(offsets);
  log::TimeEntry{Timestamp(1002), 2}.append_to(times);
  log::TimeEntry{Timestamp(1001), 5}.append_to(times);
  log::TimeEntry{Timestamp(1009), 9}.append_to(times);
  write(kLog, first + second);
  write(kIndex, offsets + std::string(16, '\0'));
  write(kTimes, times);
  request_.deep = request_.verify_only = true;
  EXPECT_EQ(dump().find("timestamp: "), std::string::npos);
  EXPECT_EQ(told_, "Mismatches in :" + path(kIndex) + "\n  Index offset: 6, log offset: 5\n" +
                       "Found timestamp mismatch in :" + path(kTimes) +
                       "\n  Index timestamp: 1001, log timestamp: 1005\n" + "Found out of order timestamp in :" +
                       path(kTimes) + "\n  Index timestamp: 1001, Previously indexed timestamp: 1002\n" +
                       "The following indexed offsets are not found in :" + path(kTimes) +
                       "\nIndexed offset: 9, found log offset: -1\n" + "Non-consecutive offsets in " + path(kLog) +
                       "\n  2 is followed by 4\n");
}

TEST_F(KafkaDump, SanityOfIndexes) {
  std::string offsets, times;
  log::OffsetEntry{2, 0}.append_to(offsets);
  log::TimeEntry{Timestamp(1002), 2}.append_to(times);
  write(kLog, batch(0, 3));
  write(kIndex, offsets);
  write(kTimes, times);
  request_.files.erase(request_.files.begin());
  request_.sanity_only = true;
  EXPECT_EQ(dump(), path(kIndex) + " passed sanity check.\n" + path(kTimes) + " passed sanity check.\n");
  write(kIndex, offsets + "x");
  dump(ErrorCode::corrupt_message);
  request_.files.clear();
  log::TimeEntry{Timestamp(1001), 3}.append_to(times);
  write(kTimes, times);
  dump(ErrorCode::corrupt_message);
}

TEST_F(KafkaDump, DamageIsToldAndNoError) {
  const std::string first = batch(0, 3), second = batch(3, 2);
  write(kLog, first + second.substr(0, second.size() - 1));
  EXPECT_TRUE(
      dump().ends_with("Found " + std::to_string(second.size() - 1) + " invalid bytes at the end of " + kLog + '\n'));
  std::string bad = first;
  bad[65] = '\x7f';  // within the first record
  request_.files.clear();
  write(kLog, bad);
  EXPECT_NE(dump().find(" isvalid: false\n"), std::string::npos);
  request_.deep = true;
  dump(ErrorCode::corrupt_message);
}

TEST_F(KafkaDump, ProducersAndTransactions) {
  const std::string entries(
      "\0\0\0\1\0\0\0\0\0\0\0\7\0\2\0\0\0\5\0\0\0\0\0\0\0\x0e\0\0\0\1"
      "\0\0\0\0\0\0\3\xe8\0\0\0\3\xff\xff\xff\xff\xff\xff\xff\xff",
      50);
  std::string head("\0\1", 2);
  const std::uint32_t crc = base::crc32c(0, entries);
  for (int shift : {24, 16, 8, 0}) head += static_cast<char>(crc >> shift & 0xFF);
  write("00000000000000000015.snapshot", head + entries);
  EXPECT_EQ(
      dump(),
      "producerId: 7 producerEpoch: 2 coordinatorEpoch: 3 currentTxnFirstOffset: OptionalLong.empty lastTimestamp: "
      "1000 firstSequence: 4 lastSequence: 5 lastOffset: 14 offsetDelta: 1 timestamp: 1000\n");
  request_.files.clear();
  write("00000000000000000015.snapshot", head + entries.substr(1));
  dump(ErrorCode::corrupt_message);
  request_.files.clear();
  const std::string transaction("\0\0\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\3", 34);
  write("00000000000000000000.txnindex", transaction);
  EXPECT_EQ(dump(), "version: 0 producerId: 7 firstOffset: 1 lastOffset: 2 lastStableOffset: 3\n");
  write("00000000000000000000.txnindex", transaction + "x");
  dump(ErrorCode::corrupt_message);
}

TEST_F(KafkaDump, RefusesWhatItCannotRead) {
  request_.files = {path("none.log")};
  dump(ErrorCode::kafka_storage_error);
  request_.files.clear();
  write("x.log", batch(0, 1));
  dump(ErrorCode::invalid_request);
  request_.files.clear();
  write("x.checkpoint", batch(0, 1));
  dump(ErrorCode::invalid_request);
  request_.files = {path("meta.properties")};
  EXPECT_EQ(dump(), "");
  EXPECT_EQ(told_, "Ignoring unknown file " + path("meta.properties") + "\n");
}

TEST_F(KafkaDump, EndsWhenNobodyReads) {
  std::string log;
  for (int i = 0; i < 1000; ++i) log += batch(i, 1);
  write(kLog, log);
  write(kLog, log);
  left_ = true;
  EXPECT_LT(dump().size(), 100'000u);
}

}  // namespace
}  // namespace kstream::server
