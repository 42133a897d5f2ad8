#include "log/segment.h"
#include "storage/batch_scanner.h"
#include "storage/index_file.h"
#include "storage/searches.h"

#include <algorithm>

namespace kstream::storage {
namespace {

using log::Locate;
using log::Located;
using log::OffsetEntry;
using Index = std::optional<IndexFile<OffsetEntry>>;

/// An index leads to within a few KiB.
constexpr std::size_t kWindow = 16 * 1024, kSmallWindow = 4 * 1024;

/// Enough for what lies before a range that an index led to.
std::size_t window_for(const Locate& what) {
  const std::size_t wanted = what.max_bytes + records::kBatchHeaderSize;
  return (what.near && !what.exact) || wanted <= kSmallWindow ? kSmallWindow : kWindow;
}

/// Which of `entries` lies at `part` of `whole`, if they lie evenly.
std::uint64_t share(std::uint64_t entries, double part, double whole) {
  return static_cast<std::uint64_t>(static_cast<double>(entries) * std::min(1.0, part / std::max(1.0, whole)));
}

std::uint64_t position_of(const OffsetEntry& entry) { return static_cast<std::uint64_t>(entry.position); }

/// The index is asked where the range begins, unless that is known, and where it ends, unless that is near.
bool begins_by_index(const Locate& what) { return what.offset_entries > 0 && !what.near; }
bool ends_by_index(const Locate& what) { return what.offset_entries > 0 && what.max_bytes > kWindow; }

/// Where the batch begins that contains `from` or is the first behind it; `end` if there is none below `up_to`.
Result<std::uint64_t> find_start(const Locate& what, Index& index, BatchScanner& scanner) {
  std::uint64_t hint = what.hint;
  if (index && begins_by_index(what)) {
    const auto guess =
        share(index->count(), static_cast<double>(what.from - what.base), static_cast<double>(what.next - what.base));
    auto entry = index->last([&](const OffsetEntry& e) { return what.base + e.relative <= what.from; }, guess);
    if (!entry) return std::move(entry).error();
    if (*entry) hint = position_of(**entry);
  }
  scanner.move_to(hint);
  while (true) {
    auto batch = scanner.next();
    if (!batch) return std::move(batch).error();
    if (!*batch || (*batch)->header.next_offset() > what.up_to) return what.end;
    if ((*batch)->header.last_offset() >= what.from) return (*batch)->position;
  }
}

struct End {
  std::uint64_t position = 0;
  Offset next;  ///< of the batch that begins there
};

/// Where the batches from `start` on end that fit.
Result<End> find_end(const Locate& what, Index& index, BatchScanner& scanner, std::uint64_t start) {
  const End all{what.end, what.next};
  if (what.end - start <= what.max_bytes && what.up_to >= what.next) return all;
  std::uint64_t hint = start;
  if (index && ends_by_index(what)) {
    const auto guess =
        share(index->count(), static_cast<double>(start + what.max_bytes), static_cast<double>(what.end));
    auto entry = index->last(
        [&](const OffsetEntry& e) {
          return position_of(e) <= start + what.max_bytes && what.base + e.relative < what.up_to;
        },
        guess);
    if (!entry) return std::move(entry).error();
    if (*entry) hint = std::max(hint, position_of(**entry));
  }
  scanner.move_to(hint);
  std::optional<Offset> next;
  for (std::uint64_t end = hint;;) {
    if (next && end - start + records::kBatchHeaderSize > what.max_bytes) return End{end, *next};  // nothing else fits
    auto batch = scanner.next();
    if (!batch) return std::move(batch).error();
    if (!*batch) return all;
    const auto& header = (*batch)->header;
    const bool fits = header.next_offset() <= what.up_to &&
                      ((*batch)->position == start || (*batch)->end() - start <= what.max_bytes);
    if (!fits) return End{end, next.value_or(header.base_offset)};
    end = (*batch)->end();
    next = header.next_offset();
  }
}

Result<Located> search(const Locate& what, Index& index, ReadFrom from) {
  BatchScanner scanner(file(what.file), what.hint, what.end, window_for(what), from);
  if (what.exact) scanner.begin_with_header();
  auto start = find_start(what, index, scanner);
  if (!start) return std::move(start).error();
  if (*start >= what.end) return Located{};
  auto end = find_end(what, index, scanner, *start);
  if (!end) return std::move(end).error();
  return Located{*start, end->position - *start, end->next, nullptr};
}

bool needs_index(const Locate& what) { return begins_by_index(what) || ends_by_index(what); }

/// Whether a range can be sent without waiting for the disk, as far as its ends tell. The search has read the first.
bool in_memory(File& file, const Located& range) {
  constexpr std::uint64_t kPage = 4096;
  const auto last = range.position + range.bytes - 1;
  char byte;
  return range.bytes == 0 || last / kPage == range.position / kPage || file.read_cached(last, &byte, 1).has_value();
}

/// Reads a range into the page cache, so that who sends it waits for no disk.
Status load(File& file, const Located& range) {
  std::string piece(std::min<std::uint64_t>(range.bytes, BatchScanner::kWindow), '\0');
  for (std::uint64_t done = 0; done < range.bytes; done += piece.size()) {
    const auto size = std::min<std::uint64_t>(range.bytes - done, piece.size());
    if (auto got = file.read(range.position + done, piece.data(), size); !got) return std::move(got).error();
  }
  return {};
}

}  // namespace

Result<Located> locate(Directory& directory, const Locate& what) {
  Index index;
  if (what.index) {
    index.emplace(what.index, what.offset_entries);
  } else if (needs_index(what)) {
    index =
        open_index<OffsetEntry>(directory, log::segment_path(what.folder, what.base, ".index"), what.offset_entries);
  }
  auto located = search(what, index, ReadFrom::disk);
  if (index && located.code() == ErrorCode::corrupt_message) {
    index.reset();
    located = search(what, index, ReadFrom::disk);
  }
  if (!located) return located;
  if (index && !what.index) located->index = index->opened();
  if (auto loaded = load(file(what.file), *located); !loaded) return loaded.error();
  return located;
}

std::optional<Result<Located>> locate_cached(const Locate& what) {
  if (needs_index(what) && !what.index) return std::nullopt;  // it is to be opened first
  Index index;
  if (what.index) index.emplace(what.index, what.offset_entries, ReadFrom::memory);
  auto located = search(what, index, ReadFrom::memory);
  // Not in memory, or an index leads astray: the disk decides.
  if (!located.ok() || !(what.fresh || in_memory(file(what.file), *located))) return std::nullopt;
  return located;
}

}  // namespace kstream::storage
