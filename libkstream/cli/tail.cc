#include "cli/tail.h"

#include "cli/output.h"

#include <malloc.h>
#include <algorithm>
#include <map>

namespace kstream::cli {
namespace {

/// Of the first window where records are chosen, and by how much each is larger than the one before.
constexpr std::int64_t kFirstWindow = 1000, kGrowth = 8;

using Counts = std::map<TopicPartition, std::uint64_t>;

/// Reads `windows` and counts what is shown of each. Nothing: it was not brought to its end, since nobody reads `out`.
std::optional<ExitCode> count_shown(ReadRanges& windows, const RecordFilter& filter, const ClientSettings& settings,
                                    const Console& console, const Signals& signals, RangeReader::Options options,
                                    int out, Counts& counts) {
  RangeReader reader(settings, console, signals, options);
  reader.open(windows);
  while (reader.reading() && !signals.stop_requested()) {
    Piece piece = reader.next();
    if (!piece.range) {
      if (reader.wait(out, std::chrono::milliseconds(250))) return std::nullopt;
      continue;
    }
    if (reader_left(out)) return std::nullopt;
    std::uint64_t& count = counts[piece.range->partition];
    for_each_record(piece, [&](const RecordView& record, const BatchInfo&) {
      count += is_shown(*piece.range, filter, record) ? 1 : 0;
      return true;
    });
  }
  return reader.result();
}

}  // namespace

bool is_shown(const ReadRange& range, const RecordFilter& filter, const RecordView& record) {
  if (range.from_time && record.timestamp < *range.from_time) return false;
  if (range.until_time && record.timestamp >= *range.until_time) return false;
  return filter.passes(record);
}

std::optional<std::uint64_t> narrow_to_tail(ReadRanges& ranges, std::uint64_t count, const RecordFilter& filter,
                                            const ClientSettings& settings, const Console& console,
                                            const Signals& signals, RangeReader::Options options, int out,
                                            ExitCode& outcome) {
  struct Growing {
    ReadRange* range;
    Offset begin;
    std::int64_t size;
  };
  auto wanted = static_cast<std::int64_t>(std::min<std::uint64_t>(count, INT64_MAX / kGrowth));
  std::vector<Growing> growing;
  growing.reserve(ranges.size());
  for (ReadRange& range : ranges)
    growing.push_back({&range, *range.until, filter.empty() ? wanted : std::max(wanted, kFirstWindow)});
  Counts counts;
  while (!growing.empty()) {
    ReadRanges windows;
    for (Growing& grown : growing) {
      ReadRange window = *grown.range;
      window.until = grown.begin;
      grown.begin = std::max(grown.range->from, std::max(Offset(0), grown.begin + -grown.size));
      window.from = window.start = grown.begin;
      if (!window.done()) windows.push_back(std::move(window));
      grown.size = std::min(grown.size, INT64_MAX / kGrowth) * kGrowth;
    }
    auto counted = count_shown(windows, filter, settings, console, signals, options, out, counts);
    outcome = counted.value_or(ExitCode::done);
    ::malloc_trim(0);  // the memory of this pass is not that of the next one, which has other sizes
    if (!counted || outcome != ExitCode::done || signals.stop_requested()) return std::nullopt;
    std::erase_if(growing, [&](const Growing& grown) {
      bool enough = counts[grown.range->partition] >= count || grown.begin <= grown.range->from;
      if (enough) grown.range->from = grown.range->start = std::max(grown.begin, grown.range->from);
      return enough;
    });
  }
  std::uint64_t total = 0;
  for (const auto& [partition, shown] : counts) total += shown;
  return total;
}

}  // namespace kstream::cli
