#pragma once

#include "log/log.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace kstream::log {

inline constexpr base::Now kNow{{1'000'000'000}, Timestamp(1'700'000'000'000)};
inline base::Now after(std::chrono::milliseconds time) {
  return {kNow.mono + time, Timestamp(kNow.wall.value + time.count())};
}

struct FakeFile final : base::SharedFile {
  using SharedFile::SharedFile;
  int descriptor() const override { return -1; }
};

/// Performs a log's operations in memory, when and how the test says.
class FakeDisk {
 public:
  explicit FakeDisk(Log& log) : log_(log) {}

  /// Operations of the log that have not ended.
  std::vector<Operation>& waiting() {
    log_.take_operations(waiting_);
    return waiting_;
  }

  template <class T>
  std::vector<T*> all() {
    std::vector<T*> found;
    for (auto& operation : waiting()) {
      if (auto* what = std::get_if<T>(&operation)) found.push_back(what);
    }
    return found;
  }
  /// The only waiting operation of a kind.
  template <class T>
  T& only() {
    auto found = all<T>();
    if (found.size() != 1) throw std::runtime_error("there are " + std::to_string(found.size()) + " such operations");
    return *found[0];
  }

  /// Ends the first operation of a kind.
  template <class T>
  void end(base::Now now = kNow) {
    for (std::size_t i = 0; i < waiting().size(); ++i) {
      if (std::holds_alternative<T>(waiting_[i])) return end(i, now);
    }
    throw std::runtime_error("there is no such operation");
  }
  template <class T>
  void fail() {
    for (std::size_t i = 0; i < waiting().size(); ++i) {
      if (!std::holds_alternative<T>(waiting_[i])) continue;
      Operation operation = take(i);
      return log_.done(std::move(operation), {ErrorCode::kafka_storage_error, "it failed"}, kNow);
    }
    throw std::runtime_error("there is no such operation");
  }
  /// Ends everything, and what follows from it.
  void run(base::Now now = kNow) {
    while (!waiting().empty()) end(0, now);
  }

  std::map<std::string, std::string> files;  ///< indexes, and what ReplaceFile wrote
  std::map<std::int64_t, std::string> logs;  ///< by base offset

 private:
  Operation take(std::size_t i) {
    Operation operation = std::move(waiting_[i]);
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
    return operation;
  }

  void end(std::size_t i, base::Now now) {
    Operation operation = take(i);
    auto outcome = std::visit([&](auto& what) { return perform(what); }, operation);
    log_.done(std::move(operation), std::move(outcome), now);
  }

  Outcome make(const std::string& folder, Offset base) {
    logs[base.value];
    return base::FileRef(new FakeFile(segment_path(folder, base, ".log")));
  }
  Outcome perform(OpenLog& what) { return make(what.folder, what.base); }
  Outcome perform(CreateSegment& what) { return make(what.folder, what.base); }
  Outcome perform(Append& what) {
    const std::string& name = what.file->name();
    std::string& log = logs[std::stoll(name.substr(name.find('/') + 1))];
    if (log.size() != what.position) throw std::runtime_error("an Append that leaves a gap");
    for (const auto& piece : what.batches) log.append(piece.head.begin(), piece.head.end()).append(piece.rest.bytes);
    if (log.size() != what.position + what.bytes) throw std::runtime_error("an Append of another size");
    return {};
  }
  void write(const std::string& path, std::uint64_t position, const std::string& bytes) {
    if (files[path].size() != position) throw std::runtime_error("a WriteIndex that leaves a gap");
    files[path] += bytes;
  }
  Outcome perform(WriteIndex& what) {
    write(segment_path(what.folder, what.base, ".index"), what.offset_index_position, what.offset_entries);
    write(segment_path(what.folder, what.base, ".timeindex"), what.time_index_position, what.time_entries);
    return {};
  }
  Outcome perform(ReplaceFile& what) {
    files[what.path] = what.content;
    return {};
  }
  Outcome perform(SyncSegment&) { return {}; }
  Outcome perform(RetireSegment&) { return {}; }
  Outcome perform(RemoveSegment&) { return {}; }
  Outcome perform(RemoveFile&) { return {}; }
  Outcome perform(MeasureDirectory&) { return {}; }
  Outcome perform(RenameFolder&) { return {}; }
  Outcome perform(RemoveFolder&) { return {}; }
  Outcome perform(Locate&) { return Located{}; }
  Outcome perform(FindTimestamp&) { return FoundRecord{}; }

  Log& log_;
  std::vector<Operation> waiting_;
};

}  // namespace kstream::log
