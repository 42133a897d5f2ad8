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
