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
constexpr std::size_t kWindow = 16 * 1024;

/// Which of `entries` lies at `part` of `whole`, if they lie evenly.
std::uint64_t share(std::uint64_t entries, double part, double whole) {
  return static_cast<std::uint64_t>(static_cast<double>(entries) * std::min(1.0, part / std::max(1.0, whole)));
}

std::uint64_t position_of(const OffsetEntry& entry) { return static_cast<std::uint64_t>(entry.position); }

/// Where the batch begins that contains `from` or is the first behind it; `end` if there is none below `up_to`.
Result<std::uint64_t> find_start(const Locate& what, Index& index, BatchScanner& scanner) {
  std::uint64_t hint = what.hint;
  if (index) {
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

/// Where the batches from `start` on end that fit.
Result<std::uint64_t> find_end(const Locate& what, Index& index, BatchScanner& scanner, std::uint64_t start) {
  if (what.end - start <= what.max_bytes && what.up_to >= what.next) return what.end;
  std::uint64_t hint = start;
  if (index) {
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
  for (std::uint64_t end = hint;;) {
    auto batch = scanner.next();
    if (!batch) return std::move(batch).error();
    const bool fits = *batch && (*batch)->header.next_offset() <= what.up_to &&
                      ((*batch)->position == start || (*batch)->end() - start <= what.max_bytes);
    if (!fits) return end;
    end = (*batch)->end();
  }
}

Result<Located> locate_by(const Locate& what, Index index) {
  BatchScanner scanner(file(what.file), what.hint, what.end, kWindow);
  auto start = find_start(what, index, scanner);
  if (!start) return std::move(start).error();
  if (*start >= what.end) return Located{};
  auto end = find_end(what, index, scanner, *start);
  if (!end) return std::move(end).error();
  return Located{*start, *end - *start};
}

}  // namespace

Result<Located> locate(Directory& directory, const Locate& what) {
  auto index =
      open_index<OffsetEntry>(directory, log::segment_path(what.folder, what.base, ".index"), what.offset_entries);
  const bool indexed = index.has_value();
  auto located = locate_by(what, std::move(index));
  if (indexed && located.code() == ErrorCode::corrupt_message) return locate_by(what, std::nullopt);
  return located;
}

}  // namespace kstream::storage
