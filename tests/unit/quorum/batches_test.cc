#include "quorum/batches.h"

#include "cluster/metadata_record.h"
#include "quorum/format.h"
#include "quorum/snapshot.h"
#include "records/iterate.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

/// Against the bytes that Kafka 4.4.0 wrote; tests/golden/README.md says how.
namespace kstream::quorum {
namespace {

std::string golden(const std::string& name) {
  std::ifstream file(KSTREAM_GOLDEN "/metadata/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

Voters kafkas_voters() {
  return {{NodeId(1), *Uuid::parse("r6THrR3uRBy4IlU1Lz6NwA"), {{"CONTROLLER", "127.0.0.1", 39093, 0}}}};
}

/// The batch of our own that says what `batch` does.
std::string rewritten(const records::BatchView& batch) {
  MetadataBatch ours;
  records::RecordReader reader(batch.header, records::payload(batch.bytes));
  for (RecordView record; reader.next(record);) {
    ours.append(cluster::decode_record(*record.value)->record, record.timestamp);
  }
  return ours.finish(batch.header.base_offset, batch.header.leader_epoch);
}

TEST(Batches, TheLogIsKafkasByteForByte) {
  const std::string log = golden("00000000000000000000.log");
  records::BatchReader batches(log);
  std::size_t count = 0;
  for (records::BatchView batch; batches.next(batch); ++count) {
    const auto& header = batch.header;
    if (!header.is_control()) {
      EXPECT_EQ(rewritten(batch), batch.bytes) << header.base_offset.value;
      continue;
    }
    const bool first = header.base_offset == Offset(0);
    std::string ours =
        leader_change_batch(NodeId(1), kafkas_voters(), first, header.leader_epoch, header.base_timestamp);
    base::store_be(ours.data(), header.base_offset.value);  // The log gives the offset.
    EXPECT_EQ(ours, batch.bytes) << header.base_offset.value;
  }
  EXPECT_GT(count, 20u);
}

TEST(Batches, SnapshotsAreKafkasByteForByte) {
  for (const char* name :
       {"00000000000000000000-0000000000.checkpoint", "00000000000000000044-0000000002.checkpoint"}) {
    const std::string file = golden(name);
    records::BatchReader batches(file);
    records::BatchView batch;
    ASSERT_TRUE(batches.next(batch));
    records::RecordReader reader(batch.header, records::payload(batch.bytes));
    RecordView record;
    ASSERT_TRUE(reader.next(record));
    const Timestamp contained(base::load_be<std::int64_t>(record.value->data() + 2));
    EXPECT_EQ(snapshot_header_batch(contained, kafkas_voters(), batch.header.leader_epoch, batch.header.base_timestamp),
              batch.bytes);
    ASSERT_TRUE(batches.next(batch));
    EXPECT_EQ(rewritten(batch), batch.bytes);
    ASSERT_TRUE(batches.next(batch));
    EXPECT_EQ(snapshot_footer_batch(batch.header.base_offset, batch.header.leader_epoch, batch.header.base_timestamp),
              batch.bytes);
    EXPECT_FALSE(batches.next(batch));
  }
}

/// Sets all times, and with them the CRCs, to one value.
std::string timeless(std::string file) {
  std::string out;
  records::BatchReader batches(file);
  for (records::BatchView batch; batches.next(batch);) {
    std::string copy(batch.bytes);
    base::store_be(copy.data() + records::at::kBaseTimestamp, std::int64_t{0});
    base::store_be(copy.data() + records::at::kMaxTimestamp, std::int64_t{0});
    base::store_be(copy.data() + records::at::kCrc, std::int32_t{0});
    if (batch.header.base_offset == Offset(0)) {
      // SnapshotHeader's time: behind the record's length, attributes, deltas, key and value lengths and version.
      base::store_be(copy.data() + records::kBatchHeaderSize + 1 + 1 + 1 + 1 + 1 + 4 + 1 + 2, std::int64_t{0});
    }
    out += copy;
  }
  return out;
}

TEST(Format, WritesWhatKafkasFormatWrites) {
  const auto ours = initial_snapshot(kafkas_voters(), Timestamp(1));
  EXPECT_EQ(ours.path, "__cluster_metadata-0/00000000000000000000-0000000000.checkpoint");
  EXPECT_EQ(timeless(ours.content), timeless(golden("00000000000000000000-0000000000.checkpoint")));
}

TEST(Format, QuorumStateIsKafkas) {
  const std::string kafkas = golden("quorum-state");
  const auto state = QuorumState::parse(kafkas);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->leader, NodeId(1));
  EXPECT_EQ(state->epoch, LeaderEpoch(2));
  EXPECT_EQ(state->file().path, "__cluster_metadata-0/quorum-state");
  EXPECT_EQ(state->file().content, kafkas);
}

TEST(Format, ADamagedQuorumStateIsRefused) {
  for (const char* text : {"", "{}", "[]", "{\"leaderId\":1}", "{\"leaderEpoch\":1}",
                           "{\"leaderId\":1,\"leaderEpoch\":-1}", "{\"leaderId\":1,\"leaderEpoch\":2147483647}",
                           "{\"leaderId\":\"1\",\"leaderEpoch\":1}", "{\"leaderId\":1,\"leaderEpoch\":1"}) {
    EXPECT_EQ(QuorumState::parse(text).code(), ErrorCode::kafka_storage_error) << text;
  }
}

TEST(SnapshotId, IsTheNameOfItsFile) {
  const SnapshotId id{Offset(44), LeaderEpoch(2)};
  EXPECT_EQ(id.file_name(), "00000000000000000044-0000000002.checkpoint");
  EXPECT_EQ(SnapshotId::parse(id.file_name()), id);
  for (const char* name : {"", "00000000000000000044-0000000002.checkpoint.tmp",
                           "00000000000000000048-000000002.checkpoint", "0000000000000000004x-0000000002.checkpoint",
                           "-0000000000000000048-0000000002.checkpoint", "00000000000000000048_0000000002.checkpoint",
                           "99999999999999999999-0000000002.checkpoint", "leader-epoch-checkpoint"}) {
    EXPECT_FALSE(SnapshotId::parse(name)) << name;
  }
}

}  // namespace
}  // namespace kstream::quorum
