#pragma once

#include <kstream/result.h>

#include "base/bytes.h"
#include "base/shared_file.h"

#include <sys/uio.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kstream::storage {

/// An open file of a Directory. Errors are KAFKA_STORAGE_ERROR with path and errno's text. Reading and writing at
/// different positions from several threads is allowed.
class File : public base::SharedFile {
 public:
  using SharedFile::SharedFile;
  /// Reads up to `size` bytes at `position`; fewer only at the end of the file.
  virtual Result<std::size_t> read(std::uint64_t position, char* to, std::size_t size) = 0;
  /// The same without waiting for a disk: nothing if not all of it is in memory, or nobody can tell.
  virtual std::optional<std::size_t> read_cached(std::uint64_t position, char* to, std::size_t size) = 0;
  /// Writes all of `pieces`, one behind the other, at `position`.
  virtual Status write(std::uint64_t position, std::span<const iovec> pieces) = 0;
  virtual Status sync() = 0;  ///< the data, as fdatasync
  virtual Status truncate(std::uint64_t size) = 0;
  virtual Result<std::uint64_t> size() = 0;
};
inline File& file(const base::FileRef& ref) { return static_cast<File&>(*ref); }

/// How a search reads: waiting for the disk, or only what is in memory, where anything else is an error.
enum class ReadFrom { disk, memory };
inline Result<std::size_t> read(File& file, ReadFrom how, std::uint64_t position, char* to, std::size_t size) {
  if (how == ReadFrom::disk) return file.read(position, to, size);
  if (auto got = file.read_cached(position, to, size)) return *got;
  return {ErrorCode::kafka_storage_error, file.name() + ": not in memory"};
}

/// One log directory: the seam between us and the operating system. posix_directory.cc is the only file that calls the
/// OS for files; the simulator has its own. Paths are relative to the directory. All calls may block.
class Directory {
 public:
  enum class Open { read, write, create };  ///< write: and read; create: and write, fails if the file exists
  struct Entry {
    std::string name;
    bool is_folder = false;
  };

  struct Space {
    std::uint64_t total_bytes = 0;
    std::uint64_t usable_bytes = 0;  ///< by this process
  };

  virtual ~Directory() = default;
  virtual Result<base::FileRef> open(const std::string& path, Open how) = 0;
  /// The entries of a folder ("" is the directory itself), sorted by name.
  virtual Result<std::vector<Entry>> list(const std::string& folder) = 0;
  virtual Result<bool> exists(const std::string& path) = 0;
  virtual Status make_folder(const std::string& path) = 0;  ///< already there: fine
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  virtual Status remove(const std::string& path) = 0;  ///< a file or an empty folder; not there: fine
  virtual Status sync_folder(const std::string& path) = 0;
  virtual Result<Space> space() = 0;  ///< of the file system
  /// For messages: the absolute path.
  virtual const std::string& path() const = 0;
};

/// Whole small files: reads at most `limit` bytes (a larger file is an error).
Result<std::string> read_file(Directory& directory, const std::string& path, std::size_t limit);
/// Makes or overwrites a file and syncs it (not its folder); a crash may leave anything in it.
Status write_file(Directory& directory, const std::string& path, base::BytesView content, bool sync = true);
/// Removes a folder and all in it; not there: fine.
Status remove_folder(Directory& directory, const std::string& path);
/// Write to `path.tmp`, sync, rename, sync the folder.
Status replace_file(Directory& directory, const std::string& path, base::BytesView content, bool sync = true);

}  // namespace kstream::storage
