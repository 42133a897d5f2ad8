#include "storage/directory.h"

namespace kstream::storage {

Result<std::string> read_file(Directory& directory, const std::string& path, std::size_t limit) {
  auto opened = directory.open(path, Directory::Open::read);
  if (!opened) return std::move(opened).error();
  auto size = file(*opened).size();
  if (!size) return std::move(size).error();
  if (*size > limit) {
    return {ErrorCode::kafka_storage_error, directory.path() + "/" + path + " has " + std::to_string(*size) +
                                                " bytes, more than the " + std::to_string(limit) + " it may have"};
  }
  std::string content(static_cast<std::size_t>(*size), '\0');
  auto read = file(*opened).read(0, content.data(), content.size());
  if (!read) return std::move(read).error();
  content.resize(*read);
  return content;
}

Status write_file(Directory& directory, const std::string& path, base::BytesView content, bool sync) {
  auto there = directory.exists(path);
  if (!there) return std::move(there).error();
  auto opened = directory.open(path, *there ? Directory::Open::write : Directory::Open::create);
  if (!opened) return std::move(opened).error();
  if (auto cut = file(*opened).truncate(0); !cut) return cut;
  const iovec piece{const_cast<char*>(content.data()), content.size()};
  if (auto written = file(*opened).write(0, {&piece, 1}); !written) return written;
  return sync ? file(*opened).sync() : Status();
}

Status replace_file(Directory& directory, const std::string& path, base::BytesView content, bool sync) {
  const std::string temporary = path + ".tmp";
  if (auto written = write_file(directory, temporary, content, sync); !written) return written;
  if (auto renamed = directory.rename(temporary, path); !renamed || !sync) return renamed;
  const auto slash = path.rfind('/');
  return directory.sync_folder(slash == std::string::npos ? std::string() : path.substr(0, slash));
}

Status remove_folder(Directory& directory, const std::string& path) {
  auto there = directory.exists(path);
  if (!there || !*there) return there ? Status() : Status(std::move(there).error());
  auto entries = directory.list(path);
  if (!entries) return std::move(entries).error();
  for (const auto& entry : *entries) {
    const std::string inner = path + "/" + entry.name;
    if (auto removed = entry.is_folder ? remove_folder(directory, inner) : directory.remove(inner); !removed) {
      return removed;
    }
  }
  return directory.remove(path);
}

}  // namespace kstream::storage
