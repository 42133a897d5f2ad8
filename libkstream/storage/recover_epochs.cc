#include "storage/recover_epochs.h"

#include "storage/batch_scanner.h"

namespace kstream::storage {
namespace {

using log::Epochs;

Result<LeaderEpoch> first_epoch(const log::RecoveredSegment& segment) {
  auto batch = BatchScanner(file(segment.file), 0, segment.bytes).next();
  if (!batch) return std::move(batch).error();
  return *batch ? (*batch)->header.leader_epoch : kNoLeaderEpoch;
}

Status read_epochs(const log::RecoveredSegment& segment, Epochs& epochs) {
  BatchScanner scanner(file(segment.file), 0, segment.bytes);
  while (true) {
    auto batch = scanner.next();
    if (!batch) return std::move(batch).error();
    if (!*batch) return {};
    if ((*batch)->header.leader_epoch > epochs.latest()) {
      epochs.assign((*batch)->header.leader_epoch, (*batch)->header.base_offset);
    }
  }
}

/// Adds the epochs later than those known. They begin in the last segment that does not begin with one, or behind it.
Status read_later_epochs(const std::vector<log::RecoveredSegment>& segments, Epochs& epochs) {
  std::size_t from = segments.size();
  while (from > 0) {
    auto epoch = first_epoch(segments[--from]);
    if (!epoch) return std::move(epoch).error();
    if (segments[from].bytes > 0 && *epoch <= epochs.latest()) break;
  }
  for (; from < segments.size(); ++from) {
    if (auto read = read_epochs(segments[from], epochs); !read) return read;
  }
  return {};
}

}  // namespace

Result<Epochs> recover_epochs(Directory& directory, const std::string& folder, log::RecoveredLog& log,
                              const std::vector<Epochs::Entry>& read) {
  const std::string path = folder + "/leader-epoch-checkpoint";
  auto there = directory.exists(path);
  if (!there) return std::move(there).error();
  std::string text;
  Epochs epochs;
  bool usable = *there;
  if (usable) {
    auto content = read_file(directory, path, kEpochsFileLimit);
    if (!content) return std::move(content).error();
    text = std::move(*content);
    auto parsed = Epochs::parse(text);
    usable = parsed.ok();
    if (usable) epochs = std::move(*parsed);
    if (!usable) log.notes.push_back(path + ": rebuilt: " + parsed.error().detail);
  }
  epochs.truncate_from_end(log.end);
  LeaderEpoch latest = kNoLeaderEpoch;
  for (const auto& entry : read) latest = std::max(latest, entry.epoch);
  // Where the log start had been raised to the end, and came back, no entry is left.
  const bool none_left = epochs.entries().empty() && log.start < log.end;
  if (!usable || none_left || latest > epochs.latest()) {
    if (auto added = read_later_epochs(log.segments, epochs); !added) return added.error();
  }
  epochs.truncate_from_start(log.start);
  if (epochs.print() == text || (!*there && epochs.entries().empty())) return epochs;
  if (auto written = replace_file(directory, path, epochs.print()); !written) return written.error();
  return epochs;
}

}  // namespace kstream::storage
