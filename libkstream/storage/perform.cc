#include "storage/perform.h"

#include "log/checkpoint.h"
#include "log/segment.h"
#include "storage/searches.h"
#include "storage/segment_files.h"

#include <array>

namespace kstream::storage {
namespace {

using log::Outcome;
using log::segment_path;

Result<Outcome> after(Status status) {
  if (!status) return status.error();
  return Outcome();
}

/// Writes bytes that somebody else owns at one place of a file that exists.
Status write_at(Directory& directory, const std::string& path, std::uint64_t position, const std::string& bytes) {
  if (bytes.empty()) return {};
  auto opened = directory.open(path, Directory::Open::write);
  if (!opened) return std::move(opened).error();
  const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
  return file(*opened).write(position, {&piece, 1});
}

Status sync_file(Directory& directory, const std::string& path) {
  auto opened = directory.open(path, Directory::Open::write);
  return opened ? file(*opened).sync() : Status(std::move(opened).error());
}

Result<Outcome> make_segment(Directory& directory, const std::string& folder, Offset base) {
  for (const char* suffix : {".index", ".timeindex"}) {
    auto made = directory.open(segment_path(folder, base, suffix), Directory::Open::create);
    if (!made) return std::move(made).error();
  }
  auto made = directory.open(segment_path(folder, base, ".log"), Directory::Open::create);
  if (!made) return std::move(made).error();
  return Outcome(std::move(*made));
}

/// Whether a new log may have a folder: it is not there, or was left empty by a start that did not get further.
Status check_vacant(Directory& directory, const log::OpenLog& operation) {
  const auto occupied = [&](const std::string& what) {
    return Error{
        ErrorCode::inconsistent_topic_id,
        directory.path() + "/" + operation.folder + " is left from before, " + what + ": move it away, then restart"};
  };
  auto there = directory.exists(operation.folder);
  if (!there || !*there) return there ? Status() : Status(std::move(there).error());
  auto entries = directory.list(operation.folder);
  if (!entries) return std::move(entries).error();
  for (const auto& entry : *entries) {
    if (parse_segment_file(entry.name)) return occupied("with " + entry.name);
    if (entry.name != log::kPartitionMetadata) continue;
    auto text = read_file(directory, operation.folder + "/" + entry.name, log::kPartitionMetadataLimit);
    if (!text) return std::move(text).error();
    auto id = log::parse_partition_metadata(*text);
    if (!id) return occupied("with a damaged " + entry.name);
    if (*id != operation.topic_id) return occupied("of the topic with id " + id->to_string());
  }
  return {};
}

Result<Outcome> perform_one(Directory& directory, const log::OpenLog& operation) {
  if (auto vacant = check_vacant(directory, operation); !vacant) return vacant.error();
  if (auto made = directory.make_folder(operation.folder); !made) return made.error();
  const std::string metadata = operation.folder + "/" + log::kPartitionMetadata;
  auto named = write_file(directory, metadata + ".tmp", log::print_partition_metadata(operation.topic_id));
  if (named) named = directory.rename(metadata + ".tmp", metadata);
  if (!named) return named.error();
  auto made = make_segment(directory, operation.folder, operation.base);
  if (!made) return made;
  // A later segment that is found without the first one would be a log with a hole.
  for (const auto& folder : {std::string(), operation.folder}) {
    if (auto synced = directory.sync_folder(folder); !synced) return synced.error();
  }
  return made;
}

Result<Outcome> perform_one(Directory& directory, const log::CreateSegment& operation) {
  return make_segment(directory, operation.folder, operation.base);
}

Result<Outcome> perform_one(Directory&, const log::Append& operation) {
  std::array<iovec, 512> pieces;
  std::uint64_t position = operation.position;
  for (std::size_t i = 0; i < operation.batches.size();) {
    std::size_t count = 0, bytes = 0;
    for (; i < operation.batches.size() && count + 2 <= pieces.size(); ++i) {
      const auto& [head, rest] = operation.batches[i];
      pieces[count++] = {const_cast<char*>(head.data()), head.size()};
      if (!rest.bytes.empty()) pieces[count++] = {const_cast<char*>(rest.bytes.data()), rest.bytes.size()};
      bytes += head.size() + rest.bytes.size();
    }
    if (auto written = file(operation.file).write(position, {pieces.data(), count}); !written) return written.error();
    position += bytes;
  }
  return Outcome();
}

// The time index first: an offset entry without its time entry would hide a timestamp from recovery.
Result<Outcome> perform_one(Directory& directory, const log::WriteIndex& operation) {
  const auto path = [&](const char* suffix) { return segment_path(operation.folder, operation.base, suffix); };
  auto times = write_at(directory, path(".timeindex"), operation.time_index_position, operation.time_entries);
  if (!times) return times.error();
  return after(write_at(directory, path(".index"), operation.offset_index_position, operation.offset_entries));
}

Result<Outcome> perform_one(Directory& directory, const log::SyncSegment& operation) {
  auto synced = file(operation.file).sync();
  if (!synced || operation.data_only) return after(std::move(synced));
  for (const char* suffix : {".index", ".timeindex"}) {
    synced = sync_file(directory, segment_path(operation.folder, operation.base, suffix));
    if (!synced) return synced.error();
  }
  if (operation.epochs) {
    synced = sync_file(directory, operation.folder + "/leader-epoch-checkpoint");
    if (!synced) return synced.error();
  }
  return after(directory.sync_folder(operation.folder));
}

Result<Outcome> perform_one(Directory& directory, const log::Locate& operation) {
  auto located = locate(directory, operation);
  if (!located) return std::move(located).error();
  return Outcome(std::move(*located));
}

Result<Outcome> perform_one(Directory& directory, const log::FindTimestamp& operation) {
  auto found = find_timestamp(directory, operation);
  if (!found) return std::move(found).error();
  return Outcome(*found);
}

Result<Outcome> perform_one(Directory& directory, const log::RetireSegment& operation) {
  if (auto synced = directory.sync_folder(operation.folder); !synced) return synced.error();
  for (const char* suffix : kSegmentSuffixes) {
    const std::string path = segment_path(operation.folder, operation.base, suffix);
    auto there = directory.exists(path);
    if (!there) return std::move(there).error();
    if (!*there) continue;
    if (auto renamed = directory.rename(path, path + ".deleted"); !renamed) return renamed.error();
  }
  return Outcome();
}

Result<Outcome> perform_one(Directory& directory, const log::RemoveSegment& operation) {
  for (const char* suffix : kSegmentSuffixes) {
    auto removed = directory.remove(segment_path(operation.folder, operation.base, suffix) + ".deleted");
    if (!removed) return removed.error();
  }
  return Outcome();
}

Result<Outcome> perform_one(Directory& directory, const log::RenameFolder& operation) {
  auto there = directory.exists(operation.folder);
  if (!there) return std::move(there).error();
  if (!*there) return Outcome();
  if (auto renamed = directory.rename(operation.folder, operation.to); !renamed) return renamed.error();
  return after(directory.sync_folder(""));
}

Result<Outcome> perform_one(Directory& directory, const log::RemoveFolder& operation) {
  return after(remove_folder(directory, operation.folder));
}

Result<Outcome> perform_one(Directory& directory, const log::ReplaceFile& operation) {
  return after(replace_file(directory, operation.path, operation.content, !operation.sync_later));
}

Result<Outcome> perform_one(Directory& directory, const log::RemoveFile& operation) {
  return after(directory.remove(operation.path));
}

Result<Outcome> perform_one(Directory& directory, const log::MeasureDirectory&) {
  auto space = directory.space();
  if (!space) return std::move(space).error();
  return Outcome(log::DirectorySpace{space->total_bytes, space->usable_bytes});
}

}  // namespace

Result<Outcome> perform(Directory& directory, const log::Operation& operation) {
  return std::visit([&](const auto& what) { return perform_one(directory, what); }, operation);
}

std::optional<Result<Outcome>> perform_cached(const log::Operation& operation) {
  const auto* what = std::get_if<log::Locate>(&operation);
  if (!what) return std::nullopt;
  auto located = locate_cached(*what);
  if (!located) return std::nullopt;
  if (!*located) return std::move(*located).error();
  return Outcome(std::move(**located));
}

}  // namespace kstream::storage
