#include "log/segment.h"
#include "records/record_times.h"
#include "storage/batch_scanner.h"
#include "storage/index_file.h"
#include "storage/searches.h"

#include <algorithm>

namespace kstream::storage {
namespace {

using log::FindTimestamp;
using log::FoundRecord;
using log::OffsetEntry;
using log::TimeEntry;
using Batch = BatchScanner::Batch;

/// Of what a batch expands to, no more than this is looked at.
constexpr std::size_t kMostDecompressed = 256u << 20;

/// Where to begin in a segment: a batch starts here, and none before it needs to be looked at.
Result<std::uint64_t> find_hint(Directory& directory, const FindTimestamp& what,
                                const FindTimestamp::Segment& segment) {
  Offset from = what.from;
  const auto path = [&](const char* suffix) { return log::segment_path(what.folder, segment.base, suffix); };
  if (auto times = open_index<TimeEntry>(directory, path(".timeindex"), segment.time_entries)) {
    // All up to the batch of an earlier time is too early; the batch of the last entry is the latest up to there.
    auto entry = times->last(
        [&](const TimeEntry& e) {
          return what.latest ? segment.base + e.relative < what.up_to : e.timestamp < what.target;
        },
        times->count() / 2);
    if (!entry) return std::move(entry).error();
    if (*entry) from = std::max(from, segment.base + (*entry)->relative);
  }
  if (auto offsets = open_index<OffsetEntry>(directory, path(".index"), segment.offset_entries)) {
    auto entry =
        offsets->last([&](const OffsetEntry& e) { return segment.base + e.relative <= from; }, offsets->count() / 2);
    if (!entry) return std::move(entry).error();
    if (*entry) return static_cast<std::uint64_t>((*entry)->position);
  }
  return 0;
}

/// What is answered of a batch whose records are not as its header says, for which only its producer is to blame.
FoundRecord as_a_whole(const Batch& batch, const FindTimestamp& what) {
  return {std::max(batch.header.base_offset, what.from), batch.header.max_timestamp, batch.header.leader_epoch};
}

/// The first record of a batch that counts and is at or after `target`.
Result<FoundRecord> find_in(BatchScanner& scanner, const Batch& batch, const FindTimestamp& what, Timestamp target) {
  const auto& header = batch.header;
  std::string whole;
  auto bytes = scanner.bytes(batch, whole);
  if (!bytes) return std::move(bytes).error();
  records::RecordTimes times(header, records::payload(*bytes), kMostDecompressed);
  for (records::RecordTimes::Record record; times.next(record);) {
    if (record.timestamp < target || record.offset < what.from) continue;
    if (record.offset >= what.up_to) return FoundRecord{};
    return FoundRecord{record.offset, record.timestamp, header.leader_epoch};
  }
  return times.status() ? FoundRecord{} : as_a_whole(batch, what);
}

/// The batches of a segment that count, one after the other, until `visit` says that it has seen enough.
template <class Visit>
Status scan(const FindTimestamp& what, const FindTimestamp::Segment& segment, std::uint64_t hint, Visit visit) {
  BatchScanner scanner(file(segment.file), hint, segment.end);
  while (true) {
    auto batch = scanner.next();
    if (!batch) return std::move(batch).error();
    if (!*batch || (*batch)->header.base_offset >= what.up_to) return {};
    if ((*batch)->header.last_offset() < what.from) continue;
    auto enough = visit(scanner, **batch);
    if (!enough) return std::move(enough).error();
    if (*enough) return {};
  }
}

Result<FoundRecord> find_first(const FindTimestamp& what, const FindTimestamp::Segment& segment, std::uint64_t hint) {
  FoundRecord found;
  auto status = scan(what, segment, hint, [&](BatchScanner& scanner, const Batch& batch) -> Result<bool> {
    if (batch.header.max_timestamp < what.target) return false;
    auto record = find_in(scanner, batch, what, what.target);
    if (!record) return std::move(record).error();
    found = *record;
    return found.offset != kNoOffset;
  });
  if (!status) return status.error();
  return found;
}

Result<FoundRecord> find_latest(const FindTimestamp& what, const FindTimestamp::Segment& segment, std::uint64_t hint) {
  std::optional<Batch> latest;
  auto status = scan(what, segment, hint, [&](BatchScanner&, const Batch& batch) -> Result<bool> {
    if (!latest || batch.header.max_timestamp > latest->header.max_timestamp) latest = batch;
    return false;
  });
  if (!status) return status.error();
  if (!latest || latest->header.max_timestamp == kNoTimestamp) return FoundRecord{};
  BatchScanner scanner(file(segment.file), latest->position, segment.end);
  auto found = find_in(scanner, *latest, what, latest->header.max_timestamp);
  return found && found->offset == kNoOffset ? as_a_whole(*latest, what) : found;
}

}  // namespace

Result<FoundRecord> find_timestamp(Directory& directory, const FindTimestamp& what) {
  FoundRecord best;
  for (const auto& segment : what.segments) {
    auto hint = find_hint(directory, what, segment);
    if (!hint) return std::move(hint).error();
    const auto find = what.latest ? find_latest : find_first;
    auto found = find(what, segment, *hint);
    if (*hint > 0 && found.code() == ErrorCode::corrupt_message) found = find(what, segment, 0);
    if (!found) return found;
    if (found->offset != kNoOffset && !what.latest) return found;
    if (found->offset != kNoOffset && found->timestamp > best.timestamp) best = *found;
  }
  return best;
}

}  // namespace kstream::storage
