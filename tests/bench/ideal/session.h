#pragma once

#include <sys/sendfile.h>
#include <sys/socket.h>

#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "base/crc32c.h"
#include "bench/ideal/partition_log.h"
#include "bench/ideal/wire.h"

namespace kstream::bench::ideal {

class Partitions {
 public:
  Partitions(std::string path, std::size_t segment_bytes) : path_(std::move(path)), segment_bytes_(segment_bytes) {}
  PartitionLog& operator[](std::size_t number) {
    if (number >= 1024) die("a request names partition " + std::to_string(number));
    for (; all_.size() <= number; all_.push_back(make(path_ + "-" + std::to_string(all_.size())))) {
    }
    return *all_[number];
  }

 private:
  std::unique_ptr<PartitionLog> make(const std::string& path) const {
    return std::make_unique<PartitionLog>(path, segment_bytes_);
  }
  std::string path_;
  std::size_t segment_bytes_;
  std::vector<std::unique_ptr<PartitionLog>> all_;
};

/// What is done with the bytes of one connection: split into frames, check each batch's CRC piece by piece while it is
/// in the cache, patch its base offset, one write and one send for all frames of one receive. Small fetches are read
/// into the answer, large ones go by sendfile.
class Session {
 public:
  Session(Partitions& partitions, std::size_t largest_batch)
      : partitions_(partitions), in_(std::max<std::size_t>(2 * kRequestHead + largest_batch, kReceive)) {}

  /// Where the next bytes go.
  std::span<char> room() { return {in_.data() + have_, std::min(in_.size() - have_, kReceive)}; }

  /// `n` bytes were put there. False: a malformed request; the connection must be closed.
  bool received(std::size_t n) {
    have_ += n;
    std::size_t at = 0;
    while (have_ - at >= 4) {
      char* p = in_.data() + at;
      std::size_t got = have_ - at, total = 4 + load_be<std::uint32_t>(p);
      if (total > in_.size() || total < 64) return false;
      if (got < std::min(total, kRequestHead)) break;
      auto request = parse(p);
      if (request.fetch) {
        if (got < total) break;
        fetch(request);
      } else {
        auto before = static_cast<std::size_t>(request.batch - p);
        if (request.batch_bytes < kBatchHead || before + request.batch_bytes > total) return false;
        if (!produce(request, std::min(got - before, request.batch_bytes), got >= total)) break;
      }
      at += total;
    }
    write_batches();
    if (at > 0 && have_ > at) std::memmove(in_.data(), in_.data() + at, have_ - at);
    have_ -= at;
    return true;
  }

  enum class Sent { all, blocked, dead };

  /// Sends what there is to send.
  Sent flush(int fd) {
    for (;;) {
      std::size_t until = ranges_.empty() ? out_.size() : ranges_.front().at;
      while (out_at_ < until) {
        auto sent = send(fd, out_.data() + out_at_, until - out_at_, MSG_NOSIGNAL | (ranges_.empty() ? 0 : MSG_MORE));
        if (sent < 0) return failed();
        out_at_ += static_cast<std::size_t>(sent);
      }
      if (ranges_.empty()) break;
      auto& range = ranges_.front();
      while (range.left > 0) {
        auto sent = sendfile(fd, range.file, &range.position, range.left);
        if (sent < 0) return failed();
        if (sent == 0) die("sendfile met the end of the file");
        range.left -= static_cast<std::size_t>(sent);
      }
      ranges_.pop_front();
    }
    out_.clear();
    out_at_ = 0;
    return Sent::all;
  }
  bool has_output() const { return out_at_ < out_.size() || !ranges_.empty(); }

 private:
  static constexpr std::size_t kReceive = 256 << 10, kSendfileFrom = 32 << 10;

  struct Range {  ///< of a file, to be sent behind the first `at` bytes of out_
    std::size_t at;
    int file;
    off_t position;
    std::size_t left;
  };

  static Sent failed() { return errno == EAGAIN ? Sent::blocked : Sent::dead; }

  /// `got` bytes of the batch are there; complete: all of the frame is. True: it was taken.
  bool produce(const Request& request, std::size_t got, bool complete) {
    char* batch = request.batch;
    if (got > summed_) {
      sum_ = base::crc32c(sum_, {batch + summed_, got - summed_});
      summed_ = got;
    }
    if (!complete) return false;
    bool right = sum_ == load_be<std::uint32_t>(batch + kCrcAt);
    summed_ = kCrcFrom;
    sum_ = 0;
    auto& log = partitions_[request.partition];
    std::uint64_t base = 0;
    log.batch_bytes = request.batch_bytes;
    log.batch_records = load_be<std::uint32_t>(batch + kCountAt);
    if (right) {
      if (&log != pending_log_ || batches_.size() == 512) write_batches();
      pending_log_ = &log;
      base = log.take_offsets(log.batch_records);
      store_be(batch, base);
      batches_.push_back({batch, request.batch_bytes});
      pending_bytes_ += request.batch_bytes;
    }
    answer(request, right ? 0 : 2, base, 0);
    return true;
  }

  void write_batches() {
    if (batches_.empty()) return;
    pending_log_->append(batches_, pending_bytes_);
    batches_.clear();
    pending_bytes_ = 0;
  }

  /// Whole batches of the partition's first segment.
  void fetch(const Request& request) {
    write_batches();
    auto& log = partitions_[request.partition];
    std::size_t position = request.offset / log.batch_records * log.batch_bytes, bytes = 0;
    bool known = !log.rolled() && position <= log.size();
    if (known && log.batch_bytes > 0) {
      bytes = std::min(request.max_bytes, log.size() - position) / log.batch_bytes * log.batch_bytes;
    }
    answer(request, known ? 0 : 1, log.next_offset(), bytes);
    if (bytes >= kSendfileFrom) {
      ranges_.push_back({out_.size(), log.file(), static_cast<off_t>(position), bytes});
    } else if (bytes > 0) {
      std::size_t at = out_.size();
      out_.resize(at + bytes);
      auto read = pread(log.file(), out_.data() + at, bytes, static_cast<off_t>(position));
      if (read != static_cast<ssize_t>(bytes)) die("the log could not be read");
    }
    out_.insert(out_.end(), kTail, 0);
  }

  void answer(const Request& request, std::int16_t error, std::uint64_t offset, std::size_t records) {
    char head[2 * kRequestHead];
    out_.insert(out_.end(), head, put_answer(head, request, error, offset, records));
  }

  Partitions& partitions_;
  std::vector<char> in_;
  std::size_t have_ = 0;
  std::size_t summed_ = kCrcFrom;  ///< bytes of the batch being received that are in sum_
  std::uint32_t sum_ = 0;
  std::vector<iovec> batches_;  ///< complete, to be written to pending_log_
  std::size_t pending_bytes_ = 0;
  PartitionLog* pending_log_ = nullptr;
  std::vector<char> out_;
  std::size_t out_at_ = 0;
  std::deque<Range> ranges_;
};

}  // namespace kstream::bench::ideal
