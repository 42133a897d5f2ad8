#include "client/chunk.h"

#include "records/builder.h"
#include "records/control.h"

#include <gtest/gtest.h>

namespace kstream::client {
namespace {

/// A batch of records whose values are the letters of `values`.
std::string batch(Offset base, std::string_view values, records::BatchOptions options = {}) {
  records::BatchBuilder builder;
  for (char value : values) builder.append(Timestamp(1000), std::nullopt, std::string_view(&value, 1));
  options.base_offset = base;
  return *builder.finish(options);
}

std::string transactional(Offset base, std::string_view values, std::int64_t producer) {
  records::BatchOptions options;
  options.transactional = true;
  options.producer_id = ProducerId(producer);
  options.producer_epoch = 0;
  options.base_sequence = 0;
  return batch(base, values, options);
}

std::string marker(Offset base, std::int64_t producer, records::ControlType type) {
  records::BatchOptions options;
  options.base_offset = base;
  options.transactional = options.control = true;
  options.producer_id = ProducerId(producer);
  records::BatchBuilder builder;
  const auto key = records::control_key(type);
  builder.append(Timestamp(1000), std::string_view(key.data(), key.size()), std::string_view("\0\0\0\0\0\0", 6));
  return *builder.finish(options);
}

Chunk chunk(const std::string& bytes, Offset from, Chunk::Options options = {true, std::nullopt}) {
  return Chunk(base::Slice::copy_of(bytes), from, {}, std::move(options));
}

std::string values(const RecordsRead& read) {
  std::string result;
  for (const RecordView& record : read.records) result += *record.value;
  return result;
}

/// Reads to the end, `most` records at a time, with a bar between.
std::string read_all(Chunk chunk, std::size_t most) {
  RecordsRead read;
  std::string result;
  while (!chunk.done()) {
    EXPECT_TRUE(chunk.read(most, read).ok());
    if (!read.records.empty()) result += values(read) + '|';
  }
  return result;
}

TEST(Chunk, GivesRecordsInPieces) {
  const std::string bytes = batch(Offset(0), "abc") + batch(Offset(3), "de");
  EXPECT_EQ(read_all(chunk(bytes, Offset(0)), 2), "ab|cd|e|");
  EXPECT_EQ(read_all(chunk(bytes, Offset(0)), 100), "abcde|");
}

TEST(Chunk, DropsWhatIsBelowThePosition) {
  const std::string bytes = batch(Offset(0), "abc") + batch(Offset(3), "def");
  EXPECT_EQ(read_all(chunk(bytes, Offset(2)), 100), "cdef|");
  EXPECT_EQ(read_all(chunk(bytes, Offset(4)), 100), "ef|");
}

TEST(Chunk, KnowsItsBatchesAndItsPosition) {
  Chunk two = chunk(batch(Offset(10), "abc") + batch(Offset(13), "de"), Offset(11));
  RecordsRead read;
  ASSERT_TRUE(two.read(3, read).ok());
  EXPECT_EQ(two.position(), Offset(14));
  ASSERT_EQ(read.batches.size(), 2u);
  EXPECT_EQ(read.batches[0].count, 2u);
  EXPECT_EQ(read.batches[1].count, 1u);
  EXPECT_EQ(read.batches[1].base_offset, Offset(13));
  ASSERT_TRUE(two.read(3, read).ok());
  EXPECT_EQ(values(read), "e");
  EXPECT_EQ(read.batches.size(), 1u);
  EXPECT_EQ(two.position(), Offset(15));
}

TEST(Chunk, ReadsCompressedBatchesAcrossReads) {
  for (Codec codec : {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    records::BatchOptions options;
    options.codec = codec;
    EXPECT_EQ(read_all(chunk(batch(Offset(0), "abcde", options) + batch(Offset(5), "fg", options), Offset(1)), 3),
              "bcd|efg|");
  }
}

TEST(Chunk, ReadsWhatWasDecompressedAhead) {
  records::BatchOptions zstd;
  zstd.codec = Codec::zstd;
  const std::string first = batch(Offset(0), std::string(100, 'a'), zstd), plain = batch(Offset(100), "b"),
                    second = batch(Offset(101), std::string(100, 'c'), zstd);
  const auto bytes = base::Slice::copy_of(first + plain + second);
  Chunk::Options options{true, std::nullopt};
  records::BatchReader batches(bytes.bytes);
  records::BatchView view;
  ASSERT_TRUE(batches.next(view));
  EXPECT_EQ(decompress_ahead(view, 835), nullptr) << "a record takes 8 bytes, beyond the 64th 9";
  auto text = decompress_ahead(view, 836);
  ASSERT_TRUE(text);
  // So that it can be told who decompressed.
  for (char& c : *text) c = c == 'a' ? 'A' : c;
  options.ahead.emplace(view.bytes.data(), std::move(text));
  Chunk chunk(bytes, Offset(0), {}, std::move(options));
  EXPECT_EQ(chunk.size_ahead(), 836);
  RecordsRead read;
  ASSERT_TRUE(chunk.read(1, read).ok());
  EXPECT_EQ(chunk.size_ahead(), 0) << "being read is not ahead";
  EXPECT_EQ(values(read) + read_all(std::move(chunk), 1000), std::string(100, 'A') + 'b' + std::string(100, 'c') + '|');
}

TEST(Chunk, LeavesDamagedBatchesToTheReader) {
  records::BatchOptions zstd;
  zstd.codec = Codec::zstd;
  std::string bytes = batch(Offset(0), "abc", zstd);
  bytes[records::kBatchHeaderSize] ^= 1;  // of zstd's magic number
  records::BatchReader batches(bytes);
  records::BatchView view;
  ASSERT_TRUE(batches.next(view));
  EXPECT_EQ(decompress_ahead(view, 1000), nullptr);
}

TEST(Chunk, IgnoresAPartialBatch) {
  const std::string bytes = batch(Offset(0), "abc") + batch(Offset(3), "de");
  EXPECT_EQ(read_all(chunk(bytes.substr(0, bytes.size() - 1), Offset(0)), 100), "abc|");
}

TEST(Chunk, PassesOverControlRecordsButCountsThem) {
  Chunk chunk1 =
      chunk(transactional(Offset(0), "ab", 7) + marker(Offset(2), 7, records::ControlType::commit), Offset(0));
  RecordsRead read;
  ASSERT_TRUE(chunk1.read(100, read).ok());
  EXPECT_EQ(values(read), "ab");
  EXPECT_EQ(chunk1.position(), Offset(3));
}

TEST(Chunk, GivesControlRecordsIfTheyAreAskedFor) {
  const auto options = [] {
    Chunk::Options wanted{true, std::vector<AbortedTransaction>{{ProducerId(7), Offset(0)}}};
    wanted.control = true;
    return wanted;
  };
  auto bytes = transactional(Offset(0), "ab", 7) + marker(Offset(2), 7, records::ControlType::abort) +
               marker(Offset(3), 8, records::ControlType::commit) + batch(Offset(4), "c");
  Chunk all = chunk(bytes, Offset(0), options());
  RecordsRead read;
  ASSERT_TRUE(all.read(100, read).ok());
  std::string told;
  auto record = read.records.begin();
  for (const BatchInfo& info : read.batches) {
    for (std::size_t i = 0; i < info.count; ++i, ++record) {
      told += info.control ? std::string(control_record_type(record->key)) : std::string(*record->value);
      told += '@' + std::to_string(record->offset.value) + ' ';
    }
  }
  EXPECT_EQ(told, "abort@2 commit@3 c@4 ");
  Chunk whole = chunk(bytes, Offset(0), options());
  ASSERT_TRUE(whole.read_batches(read).ok());
  EXPECT_EQ(read.batch_bytes.size(), 3);
  EXPECT_TRUE(read.batches[0].control);
}

TEST(ControlRecordType, SaysUnknownOfWhatItDoesNotKnow) {
  EXPECT_EQ(control_record_type(std::nullopt), "unknown");
  EXPECT_EQ(control_record_type("x"), "unknown");
  EXPECT_EQ(control_record_type(std::string_view("\0\0\0\x63", 4)), "unknown");
}

TEST(Chunk, LeavesOutAbortedTransactions) {
  const std::string bytes = transactional(Offset(0), "ab", 7) + transactional(Offset(2), "cd", 8) +
                            marker(Offset(4), 7, records::ControlType::abort) + transactional(Offset(5), "e", 7) +
                            marker(Offset(6), 8, records::ControlType::commit) + batch(Offset(7), "f");
  const std::vector<AbortedTransaction> aborted{{ProducerId(7), Offset(0)}};
  EXPECT_EQ(read_all(chunk(bytes, Offset(0), {true, aborted}), 100), "cdef|");
  EXPECT_EQ(read_all(chunk(bytes, Offset(0)), 100), "abcdef|") << "read uncommitted";
}

TEST(Chunk, TellsOfADamagedBatchAfterWhatIsBeforeIt) {
  std::string bytes = batch(Offset(0), "abc") + batch(Offset(3), "de");
  bytes.back() ^= 1;
  Chunk damaged = chunk(bytes, Offset(0));
  RecordsRead read;
  EXPECT_TRUE(damaged.read(100, read).ok());
  EXPECT_EQ(values(read), "abc");
  const Status status = damaged.read(100, read);
  EXPECT_EQ(status.code(), ErrorCode::corrupt_message);
  EXPECT_EQ(status.error().detail, "batch at offset 3: wrong CRC");
  EXPECT_EQ(damaged.position(), Offset(3));
}

TEST(Chunk, SurvivesEveryFlippedByte) {
  records::BatchOptions options;
  options.codec = Codec::lz4;
  const std::string good = batch(Offset(0), "abc") + batch(Offset(3), "abcdefgh", options);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bytes = good;
    bytes[i] = static_cast<char>(bytes[i] ^ 0x55);
    Chunk damaged = chunk(bytes, Offset(0), {false, std::vector<AbortedTransaction>{{ProducerId(1), Offset(0)}}});
    RecordsRead read;
    for (int reads = 0; reads < 100 && !damaged.done() && damaged.read(2, read).ok(); ++reads) continue;
  }
}

TEST(Chunk, GivesWholeBatchesAsTheyAre) {
  records::BatchOptions compressed;
  compressed.codec = Codec::lz4;
  const std::string first = batch(Offset(0), "abc"), second = batch(Offset(3), "de", compressed);
  Chunk::Options options{true, std::vector<AbortedTransaction>{{ProducerId(7), Offset(5)}}};
  Chunk two =
      chunk(first + second + transactional(Offset(5), "x", 7) + marker(Offset(6), 7, records::ControlType::abort),
            Offset(1), std::move(options));
  RecordsRead read;
  ASSERT_TRUE(two.read_batches(read).ok());
  ASSERT_EQ(read.batch_bytes.size(), 2u);
  EXPECT_EQ(read.batch_bytes[0], first);
  EXPECT_EQ(read.batch_bytes[1], second);
  EXPECT_EQ(read.batches[0].count, 3u);
  EXPECT_EQ(read.batches[1].base_offset, Offset(3));
  EXPECT_EQ(read.batches[1].codec, Codec::lz4);
  EXPECT_TRUE(read.records.empty());
  EXPECT_EQ(two.position(), Offset(7));
  EXPECT_TRUE(two.done());
}

TEST(Chunk, GivesTheBatchesBeforeADamagedOne) {
  std::string damaged = batch(Offset(3), "de");
  damaged.back() ^= 1;
  Chunk two = chunk(batch(Offset(0), "abc") + damaged, Offset(0));
  RecordsRead read;
  ASSERT_TRUE(two.read_batches(read).ok());
  EXPECT_EQ(read.batch_bytes.size(), 1u);
  EXPECT_EQ(two.read_batches(read).code(), ErrorCode::corrupt_message);
  EXPECT_TRUE(read.batch_bytes.empty());
}

}  // namespace
}  // namespace kstream::client
