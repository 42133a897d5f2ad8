#include "server/dump.h"

#include "log/index.h"
#include "records/iterate.h"
#include "server/log_file.h"
#include "storage/index_file.h"
#include "storage/log_dir.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

namespace kstream::server {
namespace {

namespace fs = std::filesystem;
using storage::BatchScanner;

/// Of what a batch expands to, no more than this is read.
constexpr std::size_t kMostDecompressed = 1u << 30;

Error not_dumped(const std::string& path, const std::string& why) { return {ErrorCode::invalid_request, path + why}; }

bool goes_back(const log::OffsetEntry& from, const log::OffsetEntry& to) {
  return to.relative < from.relative || to.position < from.position;
}
bool goes_back(const log::TimeEntry& from, const log::TimeEntry& to) {
  return to.relative < from.relative || to.timestamp < from.timestamp;
}

/// The entries of an index, in the order of offsets. Behind the last one a running broker of Kafka's has zeros, which
/// are no entry.
template <class Entry>
Status each_entry(LogFile& opened, const std::function<bool(const Entry&)>& visit) {
  const std::uint64_t count = opened.size / Entry::kSize;
  storage::IndexFile<Entry> index(opened.file, count);
  const Entry none = Entry::load(std::string(Entry::kSize, '\0').data());
  std::optional<Entry> last;
  for (std::uint64_t i = 0; i < count; ++i) {
    auto entry = index.at(i);
    if (!entry) return std::move(entry).error();
    if (*entry == none) return {};
    if (!visit(*entry)) return {};
    const auto before = std::exchange(last, *entry);
    if (before && goes_back(*before, *entry)) {
      return {ErrorCode::corrupt_message, opened.file->name() + ": at position " + std::to_string(i * Entry::kSize) +
                                              ": an entry that belongs in front of the last one"};
    }
  }
  if (opened.size % Entry::kSize == 0) return {};
  return {ErrorCode::corrupt_message,
          opened.file->name() + ": " + std::to_string(opened.size % Entry::kSize) + " bytes follow the last entry"};
}

/// Faults name the file as its opener does, by the last part of its path: here they name the whole.
Status by_path(Status status, const LogFile& opened, const std::string& path) {
  if (status) return status;
  const auto& detail = status.error().detail;
  const auto& name = opened.file->name();
  if (!detail.starts_with(name + ": ")) return status;
  return {status.code(), path + detail.substr(name.size())};
}

bool holds_batches(const LogFile& opened) { return opened.suffix == ".log" || opened.suffix == ".checkpoint"; }

}  // namespace

Result<std::vector<std::string>> dumped_files(const std::string& path) {
  std::error_code failed;
  if (!fs::is_directory(path, failed)) return std::vector<std::string>{path};
  std::vector<std::string> files;
  for (fs::directory_iterator entry(path, failed), end; !failed && entry != end; entry.increment(failed)) {
    if (entry->path().extension() == ".log") files.push_back(entry->path().string());
  }
  if (failed) return Error{ErrorCode::kafka_storage_error, path + ": " + failed.message()};
  if (files.empty()) return not_dumped(path, " is a folder without a .log");
  std::ranges::sort(files);
  return files;
}

Status dump_file(const std::string& path, const std::function<bool(const Dumped&)>& visit) {
  auto opened = open_log_file(path);
  if (!opened) return std::move(opened).error();
  if (holds_batches(*opened)) {
    auto status = each_batch(*opened, [&](BatchScanner& scanner, const BatchScanner::Batch& batch) -> Result<bool> {
      auto valid = scanner.check_crc(batch);
      if (!valid) return std::move(valid).error();
      return visit(DumpedBatch{batch.position, batch.header, *valid});
    });
    return by_path(std::move(status), *opened, path);
  }
  if (opened->suffix != ".index" && opened->suffix != ".timeindex")
    return not_dumped(path, " is no .log, .index, .timeindex or .checkpoint");
  if (!opened->base) return not_dumped(path, " must be named after its segment's first offset, in 20 digits");
  const Offset base = *opened->base;
  if (opened->suffix == ".index") {
    auto status = each_entry<log::OffsetEntry>(*opened, [&](const log::OffsetEntry& entry) {
      return visit(DumpedOffset{base + entry.relative, entry.position});
    });
    return by_path(std::move(status), *opened, path);
  }
  auto status = each_entry<log::TimeEntry>(*opened, [&](const log::TimeEntry& entry) {
    return visit(DumpedTime{entry.timestamp, base + entry.relative});
  });
  return by_path(std::move(status), *opened, path);
}

Status dump_records(const std::string& path,
                    const std::function<bool(const std::string& topic, PartitionId, const RecordView&)>& visit) {
  auto opened = open_log_file(path);
  if (!opened) return std::move(opened).error();
  if (opened->suffix != ".log") return not_dumped(path, " is no .log, which alone has records");
  const auto folder = storage::parse_partition_folder(fs::absolute(path).parent_path().filename());
  if (!folder) return not_dumped(path, " must be in a folder named after topic and partition, as orders-0");
  std::string whole, scratch;
  auto status = each_batch(*opened, [&](BatchScanner& scanner, const BatchScanner::Batch& batch) -> Result<bool> {
    const auto damaged = [&](const std::string& what) {
      return Error{ErrorCode::corrupt_message, path + ": at position " + std::to_string(batch.position) + ": " + what};
    };
    if (batch.header.is_control()) return true;
    auto bytes = scanner.bytes(batch, whole);
    if (!bytes) return std::move(bytes).error();
    if (!records::check_crc(*bytes)) return damaged("the batch's CRC is wrong");
    auto body = records::record_bytes({batch.header, *bytes}, kMostDecompressed, scratch);
    if (!body) return damaged(body.error().detail);
    records::RecordReader reader(batch.header, *body);
    for (RecordView record; reader.next(record);) {
      if (!visit(folder->topic, folder->partition, record)) return false;
    }
    if (!reader.status()) return damaged(reader.status().error().detail);
    return true;
  });
  return by_path(std::move(status), *opened, path);
}

}  // namespace kstream::server
