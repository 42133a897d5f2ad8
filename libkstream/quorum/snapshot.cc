#include "quorum/snapshot.h"

#include "cluster/image_records.h"
#include "quorum/batches.h"

#include <charconv>
#include <cstdio>

namespace kstream::quorum {
namespace {

/// A batch of a snapshot is closed once it has so many bytes.
constexpr std::size_t kBatchBytes = 1 << 20;
constexpr std::size_t kOffsetDigits = 20, kEpochDigits = 10;
constexpr std::string_view kSuffix = ".checkpoint";

template <class T>
bool parse_digits(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= 0;
}

}  // namespace

std::string SnapshotId::file_name() const {
  char name[64];
  std::snprintf(name, sizeof name, "%020lld-%010d.checkpoint", static_cast<long long>(end.value), epoch.value);
  return name;
}

std::optional<SnapshotId> SnapshotId::parse(std::string_view name) {
  if (name.size() != kOffsetDigits + 1 + kEpochDigits + kSuffix.size() || name[kOffsetDigits] != '-') return {};
  if (!name.ends_with(kSuffix)) return {};
  SnapshotId id;
  if (!parse_digits(name.substr(0, kOffsetDigits), id.end.value)) return {};
  if (!parse_digits(name.substr(kOffsetDigits + 1, kEpochDigits), id.epoch.value)) return {};
  return id;
}

log::ReplaceFile SnapshotJob::encode() const {
  std::string bytes = snapshot_header_batch(image->last().timestamp, voters, id.epoch, written);
  // The header's batch has three records.
  Offset next(3);
  MetadataBatch batch;
  const auto close = [&] {
    const std::int32_t count = batch.count();
    bytes += batch.finish(next, id.epoch);
    next = next + count;
  };
  cluster::each_record(*image, [&](const cluster::MetadataRecord& record) {
    batch.append(record, written);
    if (batch.size() >= kBatchBytes) close();
  });
  if (!batch.empty()) close();
  bytes += snapshot_footer_batch(next, id.epoch, written);
  return {folder + "/" + id.file_name(), std::move(bytes)};
}

}  // namespace kstream::quorum
