#include "cli/diff.h"

#include "cli/held_records.h"
#include "cli/merge.h"
#include "cli/output.h"
#include "cli/tail.h"

#include <unistd.h>
#include <algorithm>
#include <map>
#include <string>

namespace kstream::cli {
namespace {

using std::chrono::milliseconds;

/// What the two records do not have in common; empty: nothing.
std::string_view difference(const RecordView& a, const RecordView& b) {
  if (a.key != b.key) return "key";
  if (a.value != b.value) return "value";
  if (a.timestamp != b.timestamp) return "timestamp";
  return a.headers.bytes() != b.headers.bytes() ? "headers" : "";
}

/// One of the two topics.
struct Side {
  ReadRanges ranges;
  RangeReader reader;
  std::map<const ReadRange*, bool> paused;

  Side(ReadRanges all, const ClientSettings& settings, const Console& console, const Signals& signals)
      : ranges(std::move(all)), reader(settings, console, signals, {}) {}
  void rest(ReadRange* range, bool paused_now) {
    if (!range || range->closed || paused[range] == paused_now) return;
    paused[range] = paused_now;
    paused_now ? reader.pause(*range) : reader.resume(*range);
  }
};

/// A partition of both.
struct Pair {
  ReadRange* range[2] = {};
  HeldRecords held[2];
  bool differs = false;
};

class Diffing {
 public:
  Diffing(ReadRanges left, ReadRanges right, const RecordFilter& filter, const ClientSettings& settings,
          const Console& console, const Signals& signals)
      : filter_(filter),
        console_(console),
        signals_(signals),
        sides_{{std::move(left), settings, console, signals}, {std::move(right), settings, console, signals}} {
    std::size_t count = 0;
    for (int side : {0, 1}) {
      for (ReadRange& range : sides_[side].ranges) {
        pairs_[range.partition.partition].range[side] = &range;
        ++count;
      }
    }
    ReadRanges all(count);
    share_ = Merge(all, std::nullopt).share();
  }

  ExitCode run() {
    for (Side& side : sides_) side.reader.open(side.ranges, share_);
    while (!signals_.stop_requested() && (sides_[0].reader.reading() || sides_[1].reader.reading())) {
      bool idle = !take(0);
      idle = !take(1) && idle;
      // One that could not be read on has ended without a piece.
      for (auto pair = pairs_.begin(); idle && pair != pairs_.end(); ++pair) compare(pair->second);
      auto& waiting = (sides_[0].reader.reading() ? sides_[0] : sides_[1]).reader;
      if (idle ? waiting.wait(STDOUT_FILENO, milliseconds(20)) : reader_left(STDOUT_FILENO)) return ExitCode::done;
    }
    for (Side& side : sides_) {
      if (auto code = side.reader.result(); code != ExitCode::done) return code;
    }
    if (signals_.stop_requested()) return ExitCode::failed;
    for (auto& [partition, pair] : pairs_) compare(pair);
    if (!write_stdout(out_)) return console_.fail(ExitCode::failed, stdout_failure());
    return out_.empty() ? ExitCode::done : ExitCode::no;
  }

 private:
  bool take(int side) {
    Piece piece = sides_[side].reader.next();
    if (!piece.range) return false;
    Pair& pair = pairs_.at(piece.range->partition.partition);
    if (pair.differs) return true;
    pair.held[side].add(piece, HeldRecords::Clock::now(),
                        [&](const RecordView& record) { return is_shown(*piece.range, filter_, record); });
    compare(pair);
    for (int each : {0, 1}) sides_[each].rest(pair.range[each], pair.differs || pair.held[each].bytes() >= share_);
    return true;
  }

  void compare(Pair& pair) {
    while (!pair.differs && !pair.held[0].empty() && !pair.held[1].empty()) {
      const RecordView &left = pair.held[0].front().record, &right = pair.held[1].front().record;
      if (auto what = difference(left, right); !what.empty()) {
        out_ += place(pair, 0) + " and " + place(pair, 1) + ": another " + std::string(what) + '\n';
        pair.differs = true;
        finish(pair);
        return;
      }
      pair.held[0].drop();
      pair.held[1].drop();
    }
    for (int side : {0, 1}) {
      if (!pair.differs && has_ended(pair, 1 - side) && !pair.held[side].empty()) tell(pair, side);
    }
  }

  /// Whether nothing more comes of it.
  static bool has_ended(const Pair& pair, int side) {
    return pair.held[side].empty() && (!pair.range[side] || pair.range[side]->closed);
  }

  /// The rest of the partition does not matter.
  void finish(Pair& pair) {
    for (int side : {0, 1}) {
      if (pair.range[side]) sides_[side].reader.give_up(*pair.range[side]);
    }
  }

  static std::string place(const Pair& pair, int side) {
    return shown(pair.range[side]->partition) + " offset " +
           std::to_string(pair.held[side].front().record.offset.value);
  }

  /// `side` has a record more.
  void tell(Pair& pair, int side) {
    const ReadRange* other = pair.range[1 - side];
    out_ += place(pair, side) + ": none like it in " +
            (other ? shown(other->partition) : "the other, which has no such partition") + '\n';
    pair.differs = true;
    finish(pair);
  }

  const RecordFilter& filter_;
  const Console& console_;
  const Signals& signals_;
  Side sides_[2];
  std::map<PartitionId, Pair> pairs_;
  std::size_t share_ = 0;
  std::string out_;
};

}  // namespace

ExitCode diff(ReadRanges left, ReadRanges right, const RecordFilter& filter, const ClientSettings& settings,
              const Console& console, const Signals& signals) {
  return Diffing(std::move(left), std::move(right), filter, settings, console, signals).run();
}

}  // namespace kstream::cli
