#pragma once

#include "cli/client_settings.h"
#include "cli/console.h"
#include "cli/exit_code.h"
#include "cli/outage_clock.h"
#include "cli/read_range.h"
#include "cli/signals.h"

#include <kstream/consumer.h>

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace kstream::cli {

/// Records of one partition, valid until the next piece is asked for.
struct Piece {
  ReadRange* range = nullptr;  ///< nothing: nothing has come
  Offset from = kNoOffset;     ///< records below are not wanted; none is behind the range
  std::span<const RecordView> records;
  std::span<const BatchInfo> batches;  ///< of the records, in order
  Offset high_watermark = kNoOffset;
  /// Instead of records, the bytes of each batch, where whole batches are read.
  std::span<const std::string_view> batch_bytes{};
};

/// Calls `take(record, batch)` for the records of a piece, until it says false.
template <class Take>
void for_each_record(const Piece& piece, Take take) {
  std::size_t batch = 0, left = piece.batches.empty() ? 0 : piece.batches[0].count;
  for (const RecordView& record : piece.records) {
    while (left == 0) left = piece.batches[++batch].count;
    --left;
    if (record.offset >= piece.from && !take(record, piece.batches[batch])) return;
  }
}

/// Reads ranges to their ends, or for as long as records come. What goes wrong with one partition is told and counted,
/// and the others go on.
class RangeReader {
 public:
  struct Options {
    bool follow = false;   ///< wait for brokers, however long
    bool batches = false;  ///< pieces are of whole batches; those that begin in the range are in it
    bool control = false;  ///< control records too
  };

  RangeReader(const ClientSettings& settings, const Console& console, const Signals& signals, Options options)
      : settings_(settings),
        console_(console),
        signals_(signals),
        options_(options),
        outage_(settings.timeout, settings.answer_timeout()) {}

  /// Begins; the ranges stay where they are. Once. Of a partition that has several, the first that is not closed is
  /// read, the others stay as they are. `share` is how many bytes are fetched of a partition at a time; 0:
  /// as configured.
  bool open(ReadRanges& ranges, std::size_t share = 0);

  /// Whether there is more to read.
  bool reading() const { return !ended_ && open_ > 0; }
  /// Whether something ended it before its ranges were read.
  bool ended() const { return ended_.has_value(); }
  Piece next();
  /// Waits until next() may have something, or a signal came, or the other side of `out` left, which is returned: at
  /// most `limit`. -1 is no descriptor.
  bool wait(int out, std::chrono::milliseconds limit);

  void pause(const ReadRange& range);
  void resume(const ReadRange& range);
  /// Reads no more of it.
  void give_up(ReadRange& range) {
    if (!range.closed) close(range);
  }

  /// What became of the ranges: `done` if all went well.
  ExitCode result() const { return ended_.value_or(outcome_.result()); }

 private:
  void take_error(ReadRange& range, const Error& error);
  bool go_to_beginning(const ReadRange& range);
  bool begin_anew(ReadRange& range);
  void close(ReadRange& range);
  void end(ExitCode code, const std::string& text) { ended_ = console_.fail(code, text); }

  const ClientSettings& settings_;
  const Console& console_;
  const Signals& signals_;
  const Options options_;
  OutageClock outage_;
  std::optional<Consumer> consumer_;
  std::map<TopicPartition, ReadRange*> by_partition_;
  std::size_t open_ = 0;  ///< ranges not read to their end
  Error trouble_{ErrorCode::none, {}};
  Error last_trouble_{ErrorCode::none, {}};
  ItemsOutcome outcome_;           ///< of the partitions
  std::optional<ExitCode> ended_;  ///< what ended the whole run early
};

}  // namespace kstream::cli
