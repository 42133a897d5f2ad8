#include "fake_disk.h"
#include "support/batches.h"

#include <gtest/gtest.h>

namespace kstream::log {
namespace {

using test::batch_of_size;

class RemovalTest : public testing::Test {
 protected:
  void append() {
    auto batch = batch_of_size(100, kNow.wall);
    ASSERT_TRUE(log.append(batch.valid, batch.bytes, LeaderEpoch(0), kNow).ok());
  }

  Log log{"t-0", Uuid::from_halves(1, 2), {}};
  FakeDisk disk{log};
};

TEST_F(RemovalTest, RenamesTheFolder) {
  append();
  disk.run();
  log.remove("t-0.x-delete");
  EXPECT_FALSE(log.vacated());
  EXPECT_EQ(disk.only<RenameFolder>().folder, "t-0");
  EXPECT_EQ(disk.only<RenameFolder>().to, "t-0.x-delete");
  disk.end<RenameFolder>();
  EXPECT_TRUE(log.vacated());
  EXPECT_EQ(log.renamed_to(), "t-0.x-delete");
  EXPECT_TRUE(disk.waiting().empty());
  EXPECT_TRUE(log.idle());
}

TEST_F(RemovalTest, WaitsForWhatIsInFlightAndDropsWhatIsNot) {
  append();
  disk.end<OpenLog>();
  append();
  (void)disk.waiting();  // the append is given out
  append();
  log.remove("gone");
  EXPECT_TRUE(disk.all<RenameFolder>().empty());
  disk.end<Append>();
  while (disk.all<RenameFolder>().empty()) disk.end<ReplaceFile>();
  EXPECT_TRUE(disk.all<Append>().empty()) << "the third batch was dropped";
  disk.run();
  EXPECT_TRUE(log.vacated());
}

TEST_F(RemovalTest, WaitsForTheFolderThatIsBeingMade) {
  append();
  (void)disk.only<OpenLog>();
  log.remove("gone");
  EXPECT_TRUE(disk.all<RenameFolder>().empty());
  EXPECT_FALSE(log.vacated());
  disk.end<OpenLog>();
  disk.end<RenameFolder>();
  EXPECT_TRUE(log.vacated());
}

TEST_F(RemovalTest, OfALogWithoutFolderIsDoneAtOnce) {
  log.remove("gone");
  EXPECT_TRUE(log.vacated());
  EXPECT_TRUE(disk.waiting().empty());
}

TEST_F(RemovalTest, EndsWhenItsDiskFails) {
  append();
  disk.run();
  log.remove("gone");
  disk.fail<RenameFolder>();
  EXPECT_TRUE(log.vacated());
  EXPECT_EQ(log.renamed_to(), "");
  EXPECT_TRUE(log.failed());
  EXPECT_TRUE(disk.waiting().empty());
}

TEST(Removal, OfALogThatCouldNotBeRecovered) {
  RecoveredLog recovered;
  recovered.failure = Error{ErrorCode::corrupt_message, "damaged"};
  Log log("t-0", Uuid::from_halves(1, 2), {}, recovered);
  FakeDisk disk(log);
  log.remove("gone");
  EXPECT_EQ(disk.only<RenameFolder>().folder, "t-0") << "the folder is its own, whatever is in it";
  disk.run();
  EXPECT_TRUE(log.vacated());
}

TEST(Removal, LeavesTheFolderOfAnotherTopicAlone) {
  RecoveredLog recovered;
  recovered.failure = Error{ErrorCode::inconsistent_topic_id, "another's"};
  Log log("t-0", Uuid::from_halves(1, 2), {}, recovered);
  FakeDisk disk(log);
  log.remove("gone");
  EXPECT_TRUE(disk.waiting().empty());
  EXPECT_TRUE(log.vacated());
}

TEST(DeletedFolder, HasKafkasForm) {
  auto id = Uuid::from_halves(0x0123456789abcdef, 0x00000000000000ff);
  EXPECT_EQ(deleted_folder("orders", PartitionId(7), id), "orders-7.0123456789abcdef00000000000000ff-delete");
  auto longest = deleted_folder(std::string(249, 'x'), PartitionId(12), id);
  EXPECT_EQ(longest.size(), 255u);
  EXPECT_TRUE(longest.ends_with("x-12.0123456789abcdef00000000000000ff-delete"));
}

}  // namespace
}  // namespace kstream::log
