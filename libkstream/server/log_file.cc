#include "server/log_file.h"

#include "storage/posix_directory.h"
#include "storage/segment_files.h"

#include <filesystem>

namespace kstream::server {

namespace fs = std::filesystem;
using storage::BatchScanner;

Result<LogFile> open_log_file(const std::string& path) {
  const fs::path absolute = fs::absolute(path);
  std::string name = absolute.filename();
  if (name.ends_with(".deleted")) name.resize(name.size() - 8);
  auto directory = storage::PosixDirectory::open(absolute.parent_path());
  if (!directory) return std::move(directory).error();
  auto file = (*directory)->open(absolute.filename(), storage::Directory::Open::read);
  if (!file) return std::move(file).error();
  auto size = storage::file(*file).size();
  if (!size) return std::move(size).error();
  LogFile opened{std::move(*file), *size, fs::path(name).extension(), {}};
  if (auto segment = storage::parse_segment_file(name)) opened.base = segment->base;
  return opened;
}

Result<std::string> read_log_file(const std::string& path, std::uint64_t limit) {
  auto opened = open_log_file(path);
  if (!opened) return std::move(opened).error();
  if (opened->size > limit)
    return Error{ErrorCode::corrupt_message, path + " is larger than any such file: " + std::to_string(opened->size)};
  std::string bytes(static_cast<std::size_t>(opened->size), '\0');
  auto read = storage::file(opened->file).read(0, bytes.data(), bytes.size());
  if (!read) return std::move(read).error();
  bytes.resize(*read);
  return bytes;
}

Result<std::int64_t> first_offset(const std::string& path) {
  const std::string name = fs::path(path).filename();
  if (auto segment = storage::parse_segment_file(name.substr(0, name.find('.')) + ".log")) return segment->base.value;
  return Error{ErrorCode::invalid_request, path + " must begin with its first offset, in 20 digits"};
}

Result<IndexedLog> open_indexed_log(const std::string& index_path) {
  auto base = first_offset(index_path);
  if (!base) return {ErrorCode::invalid_request, base.error().detail};
  auto log = open_log_file(fs::path(index_path).replace_extension(".log"));
  if (!log) return std::move(log).error();
  auto index = open_log_file(index_path);
  if (!index) return std::move(index).error();
  return IndexedLog{std::move(*index), std::move(*log), *base};
}

Status each_batch(LogFile& opened,
                  const std::function<Result<bool>(BatchScanner&, const BatchScanner::Batch&)>& visit) {
  BatchScanner scanner(storage::file(opened.file), 0, opened.size);
  while (true) {
    auto batch = scanner.next();
    if (!batch) return std::move(batch).error();
    if (!*batch) return {};
    auto more = visit(scanner, **batch);
    if (!more) return std::move(more).error();
    if (!*more) return {};
  }
}

}  // namespace kstream::server
