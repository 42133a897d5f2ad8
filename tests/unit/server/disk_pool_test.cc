#include "server/disk_pool.h"

#include "server/driver.h"
#include "storage/posix_directory.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kstream::server {
namespace {

using namespace std::chrono_literals;

/// A file whose sync lasts until `over`.
class StuckFile final : public storage::File {
 public:
  explicit StuckFile(std::shared_future<void> over)
      : File("orders-0/00000000000000000000.log"), over_(std::move(over)) {}
  int descriptor() const override { return -1; }
  Result<std::size_t> read(std::uint64_t, char*, std::size_t) override { return std::size_t{0}; }
  std::optional<std::size_t> read_cached(std::uint64_t, char*, std::size_t) override { return std::nullopt; }
  Status write(std::uint64_t, std::span<const iovec>) override { return {}; }
  Status sync() override { return over_.wait(), Status(); }
  Status truncate(std::uint64_t) override { return {}; }
  Result<std::uint64_t> size() override { return std::uint64_t{0}; }

 private:
  std::shared_future<void> over_;
};

/// Remembers which operations ended.
class Recorder final : public broker::Machine {
 public:
  Recorder() : Machine(1) {}
  void message(broker::MachineId, broker::Message&&, base::Now) override {}
  void disk_done(broker::DiskWork&& work, Result<log::Outcome> result, base::Now) override {
    std::lock_guard lock(mutex_);
    EXPECT_TRUE(result.ok());
    ended_.push_back(work.id);
    changed_.notify_all();
  }
  void tick(base::Now) override {}
  void end_turn(base::Now) override {}
  base::MonoTime deadline() const override { return base::MonoTime::never(); }

  /// The first `count` that ended, or fewer if no more do.
  std::vector<std::uint64_t> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 10s, [&] { return ended_.size() >= count; });
    return ended_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::uint64_t> ended_;
};

TEST(DiskPoolTest, ANewSegmentWaitsForNoSync) {
  const auto path = std::filesystem::path(testing::TempDir()) / ("disk_pool." + std::to_string(getpid()));
  std::filesystem::create_directories(path / "orders-0");
  auto directory = storage::PosixDirectory::open(path);
  ASSERT_TRUE(directory.ok());
  Logging logging(base::LogLevel::error);
  Driver::Process process{.drivers = {}, .disks = {}, .metadata_disk = nullptr, .logging = logging};
  base::Metrics metrics;
  Recorder machine;
  Driver driver(0, machine, metrics, process);
  process.drivers.push_back(&driver);
  std::thread thread([&] { driver.run(); });
  std::promise<void> over;
  {
    DiskPool pool(**directory);
    const base::FileRef stuck(new StuckFile(over.get_future().share()));
    const log::SyncSegment sync{.folder = "orders-0", .base = Offset(0), .file = stuck, .data_only = true};
    pool.submit({.id = 1, .operation = sync}, driver);
    pool.submit({.id = 2, .operation = log::RemoveSegment{"orders-0", Offset(0)}}, driver);
    pool.submit({.id = 3, .operation = log::CreateSegment{"orders-0", Offset(7)}}, driver);
    EXPECT_EQ(machine.wait_for(1), std::vector<std::uint64_t>{3}) << "what changes the log waits, the segment does not";
    EXPECT_TRUE(std::filesystem::exists(path / "orders-0/00000000000000000007.log"));
    over.set_value();
    EXPECT_EQ(machine.wait_for(3), (std::vector<std::uint64_t>{3, 1, 2}));
  }
  driver.finish();
  thread.join();
  std::filesystem::remove_all(path);
}

}  // namespace
}  // namespace kstream::server
