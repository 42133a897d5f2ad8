#pragma once

#include <fcntl.h>
#include <sys/uio.h>

#include <condition_variable>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/machine.h"

namespace kstream::bench::ideal {

/// One partition's log: a file written through the page cache. At `segment_bytes` a new file is begun, and the old one,
/// unlinked from the start, is synced and closed on a thread of its own: every broker syncs a finished segment, or a
/// crash would leave it all to be checked, and memory stays bounded. All its batches are alike, so that a fetch can
/// compute where an offset is.
class PartitionLog {
 public:
  PartitionLog(std::string path, std::size_t segment_bytes)
      : path_(std::move(path)),
        segment_bytes_(segment_bytes),
        finisher_([this](std::stop_token stop) { finish_old(stop); }) {
    roll();
  }

  std::uint64_t next_offset() const { return next_offset_; }
  std::uint64_t take_offsets(std::uint64_t count) { return std::exchange(next_offset_, next_offset_ + count); }
  int file() const { return file_; }          ///< of the segment being written
  std::size_t size() const { return size_; }  ///< of that segment
  bool rolled() const { return segments_ > 1; }

  void append(std::span<const iovec> batches, std::size_t bytes) {
    auto written = writev(file_, batches.data(), static_cast<int>(batches.size()));
    if (written != static_cast<ssize_t>(bytes)) die("the log could not be written");
    size_ += bytes;
    if (size_ >= segment_bytes_) roll();
  }

  std::size_t batch_bytes = 0, batch_records = 1;

 private:
  void roll() {
    size_ = 0;
    if (file_ >= 0) {
      std::lock_guard lock(mutex_);
      old_.push_back(file_);
      wake_.notify_one();
    }
    auto name = path_ + "." + std::to_string(segments_++);
    file_ = check(open(name.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0644), name);
    unlink(name.c_str());
  }

  void finish_old(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (wake_.wait(lock, stop, [this] { return !old_.empty(); })) {
      int file = old_.back();
      old_.pop_back();
      lock.unlock();
      check(fdatasync(file), "fdatasync");
      close(file);
      lock.lock();
    }
  }

  std::string path_;
  std::size_t segment_bytes_, size_ = 0;
  int file_ = -1, segments_ = 0;
  std::uint64_t next_offset_ = 0;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::vector<int> old_;
  std::jthread finisher_;
};

}  // namespace kstream::bench::ideal
