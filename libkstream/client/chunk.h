#pragma once

#include <kstream/consumer.h>
#include <kstream/ids.h>
#include <kstream/record.h>
#include <kstream/result.h>

#include "base/frame.h"
#include "records/iterate.h"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace kstream::client {

/// A transaction that was aborted, within what a fetch returned.
struct AbortedTransaction {
  ProducerId producer;
  Offset first_offset;
};

/// What a fetch says of a partition beside its records.
struct PartitionEnds {
  Offset high_watermark = kNoOffset;
  Offset last_stable_offset = kNoOffset;
  Offset log_start_offset = kNoOffset;
};

/// What was read, to be used again and again.
struct RecordsRead {
  std::vector<RecordView> records;
  std::vector<BatchInfo> batches;
  std::vector<std::string_view> batch_bytes;
};

inline constexpr std::size_t kMostDecompressed = std::size_t{4} << 20;

/// The records of compressed batches, by where the batch lies.
using DecompressedBatches = std::map<const char*, std::unique_ptr<std::string>>;

/// What a compressed batch holds, so that who reads it later need not decompress it. Null if that takes more than
/// `most` bytes, or is not to be had, which is left to the chunk to say.
std::unique_ptr<std::string> decompress_ahead(const records::BatchView& batch, std::size_t most);

/// The batches of one partition that one fetch returned, read from an offset on. Records below that, control records
/// unless they are asked for, and, if the aborted transactions are given, records of these are passed over.
class Chunk {
 public:
  struct Options {
    bool check_crcs;
    std::optional<std::vector<AbortedTransaction>> aborted;  ///< none: read uncommitted
    bool control = false;                                    ///< control records are read, too
    std::size_t most_decompressed = kMostDecompressed;       ///< in one read, but for a single batch
    DecompressedBatches ahead{};                             ///< decompressed already
  };

  Chunk(base::Slice bytes, Offset from, PartitionEnds ends, Options options);

  /// Replaces `out` by the next records, `most` at most, and fewer if they take over most_decompressed bytes
  /// decompressed. The views are valid until the next read, or forget_read(). An error, CORRUPT_MESSAGE for the most
  /// part, is for what is at position(); records before it are returned first.
  Status read(std::size_t most, RecordsRead& out);
  /// The same with whole batches, unopened: first the one of which read() has given a part, if there is one.
  Status read_batches(RecordsRead& out);
  /// Frees what the last read has decompressed and nobody looks at any more.
  void forget_read() { texts_.clear(); }
  bool done() const { return done_; }
  /// Where to go on: behind what was read and what was passed over.
  Offset position() const { return position_; }
  const PartitionEnds& ends() const { return ends_; }
  std::size_t size() const { return bytes_.bytes.size(); }
  /// Bytes that it was given decompressed and that nobody has read yet.
  std::size_t size_ahead() const { return size_ahead_; }

 private:
  struct OpenBatch {
    records::BatchView batch;
    records::RecordReader reader;
  };
  using Text = std::unique_ptr<std::string>;

  void start_read(RecordsRead& out);
  bool next_batch(records::BatchView& batch);
  Status open_next();
  bool is_passed_over(const records::BatchView& batch);
  Text take_ahead(const records::BatchView& batch);
  Status open(const records::BatchView& batch);
  void take(const RecordView& record, RecordsRead& out);
  Status read_open(std::size_t most, RecordsRead& out);
  Status close_open();

  base::Slice bytes_;
  Offset position_;
  PartitionEnds ends_;
  Options options_;
  std::size_t size_ahead_ = 0;
  records::BatchReader batches_;
  std::optional<OpenBatch> open_;
  Text open_text_;                ///< what `open_` reads, if the batch was compressed
  std::vector<Text> texts_;       ///< of batches that were finished in this read
  bool new_batch_ = false;        ///< no record of `open_` is in this read yet
  std::size_t decompressed_ = 0;  ///< bytes in this read
  std::size_t next_aborted_ = 0;  ///< in options_.aborted, which is sorted by offset
  std::set<ProducerId> aborting_;
  Status failure_;
  bool done_ = false;
};

}  // namespace kstream::client
