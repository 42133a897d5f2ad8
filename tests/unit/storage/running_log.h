#pragma once

#include "log/log.h"
#include "storage/perform.h"
#include "storage/recover.h"
#include "support/batches.h"
#include "support/memory_directory.h"

#include <string>
#include <utility>
#include <vector>

namespace kstream::storage {

inline constexpr base::Now kNow{{1'000'000'000}, Timestamp(1'700'000'000'000)};
inline const Uuid kTopic = Uuid::from_halves(1, 2);

/// A log whose operations are performed against a directory when the test says so.
class RunningLog {
 public:
  RunningLog(Directory& directory, log::LogConfig config) : log("orders-0", kTopic, config), directory_(directory) {}
  RunningLog(Directory& directory, log::LogConfig config, log::RecoveredLog recovered)
      : log("orders-0", kTopic, config, std::move(recovered)), directory_(directory) {}

  void append(const test::ProducedBatch& batch, int epoch = 0) {
    (void)log.append(batch.valid, batch.bytes, LeaderEpoch(epoch), kNow);
  }
  /// Performs one of the waiting operations. False if there was none.
  bool step(std::size_t which = 0, base::Now now = kNow) {
    log.take_operations(waiting_);
    if (waiting_.empty()) return false;
    which %= waiting_.size();
    log::Operation operation = std::move(waiting_[which]);
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(which));
    auto result = perform(directory_, operation);
    log.done(std::move(operation), std::move(result), now);
    return true;
  }
  void run(base::Now now = kNow) {
    while (step(0, now)) continue;
  }
  void close() {
    log.close();
    run();
  }
  /// The bytes that a read gives.
  std::string read(Offset from, Offset up_to, std::uint32_t max_bytes) {
    auto read = log.read(from, up_to, max_bytes);
    auto* range = std::get_if<log::Log::Range>(&read);
    log::Log::Range located;
    if (auto* locate = std::get_if<log::Locate>(&read)) {
      auto by_disk = std::get<log::Located>(*perform(directory_, *locate));
      if (auto cached = perform_cached(*locate)) {
        const auto& same = std::get<log::Located>(**cached);
        EXPECT_EQ(std::tie(same.position, same.bytes, same.next),
                  std::tie(by_disk.position, by_disk.bytes, by_disk.next));
        ++cached_reads;
      }
      located = log.found(*locate, std::move(by_disk));
      range = &located;
    }
    std::string bytes(range->bytes, '\0');
    if (range->bytes > 0) bytes.resize(*file(range->file).read(range->position, bytes.data(), bytes.size()));
    return bytes;
  }

  log::Log log;
  std::uint64_t cached_reads = 0;

 private:
  Directory& directory_;
  std::vector<log::Operation> waiting_;
};

inline std::string content_of(Directory& directory, const std::string& path) {
  auto text = read_file(directory, path, 1 << 26);
  return text ? *text : "(none)";
}
inline void put(Directory& directory, const std::string& path, const std::string& content) {
  if (!write_file(directory, path, content)) throw std::runtime_error("cannot write " + path);
}

inline std::vector<std::string> names_in(Directory& directory, const std::string& folder) {
  std::vector<std::string> names;
  const auto entries = directory.list(folder);
  for (const auto& entry : *entries) names.push_back(entry.name);
  return names;
}

}  // namespace kstream::storage
