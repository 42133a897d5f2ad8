#include "quorum/load.h"

#include "node.h"

#include <fstream>
#include <iterator>
#include <map>

namespace kstream::quorum {
namespace {

constexpr const char* kLog = "00000000000000000000.log";
constexpr const char* kInitial = "00000000000000000000-0000000000.checkpoint";
constexpr const char* kMiddle = "00000000000000000044-0000000002.checkpoint";
constexpr const char* kNewest = "00000000000000000072-0000000002.checkpoint";
constexpr const char* kState = "quorum-state";

class NamedFile : public base::SharedFile {
 public:
  using SharedFile::SharedFile;
  int descriptor() const override { return -1; }
};

/// The folder of Kafka 4.4.0, to be damaged.
class LoadKafkasFolder : public testing::Test {
 protected:
  LoadKafkasFolder() {
    for (const char* name : {kLog, kInitial, kMiddle, kNewest, kState}) {
      std::ifstream file(std::string(KSTREAM_GOLDEN "/metadata/") + name, std::ios::binary);
      EXPECT_TRUE(file) << name;
      files_[name] = {std::istreambuf_iterator<char>(file), {}};
    }
    recovered_.end = Offset(73);
    auto& segment = recovered_.segments.emplace_back();
    segment.file = base::FileRef(new NamedFile(std::string(kMetadataFolder) + "/" + kLog));
    segment.bytes = files_[kLog].size();
  }
  Result<Loaded> load() {
    std::vector<std::string> names;
    for (const auto& [name, bytes] : files_) names.push_back(name);
    const ReadFile read = [&](const std::string& name, std::uint64_t position,
                              std::size_t size) -> Result<std::string> {
      if (!files_.count(name)) return {ErrorCode::kafka_storage_error, name + ": not there"};
      const std::string& bytes = files_[name];
      return position < bytes.size() ? bytes.substr(position, size) : std::string();
    };
    return quorum::load(recovered_, names, read, voter_, {});
  }
  void flip(const char* name, std::size_t at) { files_[name][at] = static_cast<char>(files_[name][at] ^ 0x10); }
  void expect_refused(ErrorCode code, const std::string& text) {
    const auto loaded = load();
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.code(), code);
    EXPECT_NE(loaded.error().detail.find(text), std::string::npos) << loaded.error().detail;
  }

  std::map<std::string, std::string> files_;
  log::RecoveredLog recovered_;
  Voter voter_{NodeId(1), *Uuid::parse("r6THrR3uRBy4IlU1Lz6NwA"), {}};
};

TEST_F(LoadKafkasFolder, GivesItsImage) {
  const auto loaded = load();
  ASSERT_TRUE(loaded) << loaded.error().to_string();
  EXPECT_EQ(loaded->next, Offset(73));
  EXPECT_EQ(loaded->last_epoch, LeaderEpoch(2));
  EXPECT_EQ(loaded->image->last().offset, Offset(72));
  EXPECT_EQ(loaded->image->topics().size(), 5u);
  EXPECT_EQ(loaded->image->partition_count(), 12u);
  EXPECT_TRUE(loaded->image->broker(NodeId(1))->fenced);
  ASSERT_EQ(loaded->voters.size(), 1u);
  EXPECT_EQ(loaded->voters[0].endpoints[0].port, 39093);
  EXPECT_EQ(loaded->snapshots.size(), 3u);
  EXPECT_LT(loaded->bytes_since_snapshot, 100u);
  EXPECT_TRUE(loaded->notes.empty());
}

TEST_F(LoadKafkasFolder, EverySnapshotLeadsToTheSameImage) {
  const std::string newest = bytes_of(*load()->image);
  for (const char* gone : {kNewest, kMiddle, kInitial}) {
    files_.erase(gone);
    const auto loaded = load();
    ASSERT_TRUE(loaded) << loaded.error().to_string();
    EXPECT_EQ(bytes_of(*loaded->image), newest) << gone;
  }
}

TEST_F(LoadKafkasFolder, ADamagedSnapshotIsPassedOverWhereTheLogReachesBack) {
  const std::string whole = bytes_of(*load()->image);
  flip(kNewest, 300);
  const auto loaded = load();
  ASSERT_TRUE(loaded);
  EXPECT_EQ(bytes_of(*loaded->image), whole);
  ASSERT_EQ(loaded->notes.size(), 1u);
  EXPECT_NE(loaded->notes[0].find(kNewest), std::string::npos);
}

TEST_F(LoadKafkasFolder, EveryDamageOfASnapshotIsFound) {
  files_.erase(kMiddle);
  files_.erase(kInitial);
  const std::string whole = files_[kNewest];
  for (std::size_t at = 0; at < whole.size(); ++at) {
    if (at % 7 != 0) continue;
    files_[kNewest] = whole;
    flip(kNewest, at);
    const auto loaded = load();
    // The base offset and epoch of a batch are outside its CRC and mean nothing in a snapshot.
    if (loaded) continue;
    EXPECT_NE(loaded.error().detail.find(kNewest), std::string::npos);
  }
  for (std::size_t size = 0; size < whole.size(); size += 5) {
    files_[kNewest] = whole.substr(0, size);
    EXPECT_FALSE(load()) << size;
  }
  files_[kNewest] = whole + whole;
  EXPECT_FALSE(load());
}

TEST_F(LoadKafkasFolder, ADamagedLogIsRefusedWithFileAndPosition) {
  files_.erase(kNewest);
  files_.erase(kMiddle);
  flip(kLog, 200);
  expect_refused(ErrorCode::corrupt_message, std::string(kLog) + " at byte 174");
}

TEST_F(LoadKafkasFolder, ALogThatEndsEarlyIsRefused) {
  files_[kLog].resize(files_[kLog].size() - 87);
  expect_refused(ErrorCode::kafka_storage_error, "ends at offset 72");
}

TEST_F(LoadKafkasFolder, AMissingBatchIsRefused) {
  files_.erase(kNewest);
  files_.erase(kMiddle);
  files_[kLog].erase(174, 133);
  expect_refused(ErrorCode::kafka_storage_error, "offsets 3 to 5 are missing");
}

TEST_F(LoadKafkasFolder, ALogWithoutItsBeginningNeedsASnapshot) {
  recovered_.segments[0].base = Offset(50);
  for (const char* name : {kInitial, kMiddle}) files_.erase(name);
  ASSERT_TRUE(load());
  files_.erase(kNewest);
  expect_refused(ErrorCode::kafka_storage_error, "there is no snapshot");
}

TEST_F(LoadKafkasFolder, ASnapshotBeyondTheLogIsRefused) {
  recovered_ = {};
  expect_refused(ErrorCode::kafka_storage_error, "part of it was lost");
}

TEST_F(LoadKafkasFolder, TheLogOfOtherVotersIsRefused) {
  voter_.node = NodeId(2);
  expect_refused(ErrorCode::inconsistent_voter_set, "1-r6THrR3uRBy4IlU1Lz6NwA");
  voter_ = {NodeId(1), Uuid::from_halves(1, 2), {}};
  expect_refused(ErrorCode::inconsistent_voter_set, "not 1-");
}

TEST_F(LoadKafkasFolder, TheEpochOfQuorumStateCounts) {
  files_[kState] = "{\"leaderId\":1,\"leaderEpoch\":9}";
  EXPECT_EQ(load()->last_epoch, LeaderEpoch(9));
  files_[kState] = "";
  expect_refused(ErrorCode::kafka_storage_error, "quorum-state");
  files_.erase(kState);
  EXPECT_EQ(load()->last_epoch, LeaderEpoch(2));
}

TEST_F(LoadKafkasFolder, AnEmptyFolderIsANewCluster) {
  files_.clear();
  recovered_ = {};
  const auto loaded = load();
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->next, Offset(0));
  EXPECT_EQ(loaded->image->offset(), kNoOffset);
  EXPECT_EQ(loaded->last_epoch, LeaderEpoch(0));
}

/// A poisoned record: whole as a batch, but it contradicts what came before.
TEST(Load, APoisonedRecordIsRefusedWithItsOffset) {
  test::MemoryDirectory directory;
  Node node(directory);
  node.format();
  node.start();
  ASSERT_TRUE(node.append({topic("a", 1)}));
  ASSERT_TRUE(node.quorum->append(std::vector{topic("b", 2), topic("a", 3)}, node.now()));
  node.run();
  const Status booted = node.boot();
  EXPECT_EQ(booted.code(), ErrorCode::invalid_record);
  EXPECT_NE(booted.error().detail.find("00000000000000000000.log at byte"), std::string::npos);
  EXPECT_NE(booted.error().detail.find("TopicRecord at offset 5: a topic named a exists"), std::string::npos);
}

}  // namespace
}  // namespace kstream::quorum
