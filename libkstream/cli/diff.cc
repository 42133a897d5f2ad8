#include "cli/diff.h"

#include "cli/held_records.h"
#include "cli/merge.h"
#include "cli/output.h"
#include "cli/rows_text.h"
#include "cli/tail.h"

#include <unistd.h>
#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace kstream::cli {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kMissing = "missing";

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
  std::optional<Difference> difference;
};

std::string place(const std::string& topic, PartitionId partition) { return shown(TopicPartition{topic, partition}); }

std::string sentence(const Difference& one) {
  const auto at = [](const std::string& where, Offset offset) {
    return where + " offset " + std::to_string(offset.value);
  };
  const auto left = place(one.topic, one.partition), right = place(one.other, one.partition);
  if (one.what != kMissing)
    return at(left, one.offset) + " and " + at(right, one.other_offset) + ": another " + std::string(one.what);
  const bool here = one.offset != kNoOffset;
  return at(here ? left : right, here ? one.offset : one.other_offset) + ": none like it in " +
         (one.no_partition ? "the other, which has no such partition"
          : here           ? right
                           : left);
}

class Diffing {
 public:
  Diffing(ReadRanges left, ReadRanges right, const RecordFilter& filter, const std::optional<RowsOutput>& output,
          const ClientSettings& settings, const Console& console, const Signals& signals)
      : filter_(filter),
        output_(output),
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
    std::vector<Difference> differences;
    for (auto& [partition, pair] : pairs_) {
      compare(pair);
      if (pair.difference) differences.push_back(std::move(*pair.difference));
    }
    if (!write_stdout(diff_text(differences, output_))) return console_.fail(ExitCode::failed, stdout_failure());
    return differences.empty() ? ExitCode::done : ExitCode::no;
  }

 private:
  bool take(int side) {
    Piece piece = sides_[side].reader.next();
    if (!piece.range) return false;
    Pair& pair = pairs_.at(piece.range->partition.partition);
    if (pair.difference) return true;
    pair.held[side].add(piece, HeldRecords::Clock::now(),
                        [&](const RecordView& record) { return is_shown(*piece.range, filter_, record); });
    compare(pair);
    for (int each : {0, 1}) sides_[each].rest(pair.range[each], pair.difference || pair.held[each].bytes() >= share_);
    return true;
  }

  void compare(Pair& pair) {
    while (!pair.difference && !pair.held[0].empty() && !pair.held[1].empty()) {
      const RecordView &left = pair.held[0].front().record, &right = pair.held[1].front().record;
      if (auto what = difference(left, right); !what.empty()) return tell(pair, what);
      pair.held[0].drop();
      pair.held[1].drop();
    }
    for (int side : {0, 1}) {
      if (!pair.difference && has_ended(pair, 1 - side) && !pair.held[side].empty()) tell(pair, kMissing);
    }
  }

  /// Whether nothing more comes of it.
  static bool has_ended(const Pair& pair, int side) {
    return pair.held[side].empty() && (!pair.range[side] || pair.range[side]->closed);
  }

  /// They differ in the first records that are held; the rest of the partition does not matter.
  void tell(Pair& pair, std::string_view what) {
    Difference told{.topic = {}, .other = {}, .partition = {}, .what = what};
    std::string* names[] = {&told.topic, &told.other};
    Offset* offsets[] = {&told.offset, &told.other_offset};
    for (int side : {0, 1}) {
      *names[side] = sides_[side].ranges.front().partition.topic;
      if (!pair.range[side]) {
        told.no_partition = true;
        continue;
      }
      told.partition = pair.range[side]->partition.partition;
      if (!pair.held[side].empty()) *offsets[side] = pair.held[side].front().record.offset;
      sides_[side].reader.give_up(*pair.range[side]);
    }
    pair.difference = std::move(told);
  }

  const RecordFilter& filter_;
  const std::optional<RowsOutput>& output_;
  const Console& console_;
  const Signals& signals_;
  Side sides_[2];
  std::map<PartitionId, Pair> pairs_;
  std::size_t share_ = 0;
};

}  // namespace

std::string diff_text(const std::vector<Difference>& differences, const std::optional<RowsOutput>& output) {
  std::string out;
  if (differences.empty()) return out;
  if (output) {
    return rows_text(
        differences, kDiffColumns, *output,
        [](const Difference& row) {
          return std::vector<std::string>{row.topic, std::to_string(row.partition.value), known(row.offset.value),
                                          row.other, known(row.other_offset.value),       std::string(row.what)};
        },
        [](const Difference& row, JsonObject& object, std::string&) {
          object.text("topic", row.topic)
              .number("partition", row.partition.value)
              .known("offset", row.offset.value)
              .text("other", row.other)
              .known("other_offset", row.other_offset.value)
              .text("difference", row.what);
        });
  }
  for (const Difference& one : differences) out += sentence(one) + '\n';
  return out;
}

ExitCode diff(ReadRanges left, ReadRanges right, const RecordFilter& filter, const std::optional<RowsOutput>& output,
              const ClientSettings& settings, const Console& console, const Signals& signals) {
  return Diffing(std::move(left), std::move(right), filter, output, settings, console, signals).run();
}

}  // namespace kstream::cli
