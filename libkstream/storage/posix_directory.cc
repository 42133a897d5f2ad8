#include "storage/posix_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <limits>

namespace kstream::storage {
namespace {

Error system_error(const char* what, const std::string& path) {
  return {ErrorCode::kafka_storage_error, std::string("cannot ") + what + " " + path + ": " + std::strerror(errno)};
}

/// Repeats a system call that a signal interrupted.
template <class Call>
auto retried(Call call) {
  decltype(call()) result;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

class PosixFile final : public File {
 public:
  PosixFile(std::string name, int descriptor, const std::string& directory)
      : File(std::move(name)), descriptor_(descriptor), directory_(directory) {}
  ~PosixFile() override { ::close(descriptor_); }

  int descriptor() const override { return descriptor_; }

  Result<std::size_t> read(std::uint64_t position, char* to, std::size_t size) override {
    std::size_t have = 0;
    while (have < size) {
      const auto n =
          retried([&] { return ::pread(descriptor_, to + have, size - have, static_cast<off_t>(position + have)); });
      if (n < 0) return error("read");
      if (n == 0) break;
      have += static_cast<std::size_t>(n);
    }
    return have;
  }

  std::optional<std::size_t> read_cached(std::uint64_t position, char* to, std::size_t size) override {
    std::size_t have = 0;
    while (have < size) {
      const iovec rest{to + have, size - have};
      const auto n =
          retried([&] { return ::preadv2(descriptor_, &rest, 1, static_cast<off_t>(position + have), RWF_NOWAIT); });
      if (n < 0) return std::nullopt;
      if (n == 0) break;
      have += static_cast<std::size_t>(n);
    }
    return have;
  }

  Status write(std::uint64_t position, std::span<const iovec> pieces) override {
    while (!pieces.empty()) {
      const int count = static_cast<int>(std::min<std::size_t>(pieces.size(), IOV_MAX));
      auto n = retried([&] { return ::pwritev(descriptor_, pieces.data(), count, static_cast<off_t>(position)); });
      if (n < 0) return error("write to");
      position += static_cast<std::uint64_t>(n);
      for (; !pieces.empty() && static_cast<std::size_t>(n) >= pieces[0].iov_len; pieces = pieces.subspan(1)) {
        n -= static_cast<ssize_t>(pieces[0].iov_len);
      }
      if (n == 0) continue;
      const auto piece = pieces[0];
      auto rest = write_rest(position, static_cast<const char*>(piece.iov_base) + n,
                             piece.iov_len - static_cast<std::size_t>(n));
      if (!rest) return rest;
      position += piece.iov_len - static_cast<std::size_t>(n);
      pieces = pieces.subspan(1);
    }
    return {};
  }

  Status sync() override {
    if (retried([&] { return ::fdatasync(descriptor_); }) < 0) return error("sync");
    return {};
  }

  Status truncate(std::uint64_t size) override {
    if (retried([&] { return ::ftruncate(descriptor_, static_cast<off_t>(size)); }) < 0) return error("truncate");
    return {};
  }

  Result<std::uint64_t> size() override {
    struct stat info {};
    if (::fstat(descriptor_, &info) < 0) return error("look at");
    return static_cast<std::uint64_t>(info.st_size);
  }

 private:
  Error error(const char* what) const { return system_error(what, directory_ + "/" + name()); }

  /// What a short write left of one piece.
  Status write_rest(std::uint64_t position, const char* from, std::size_t size) {
    while (size > 0) {
      const auto n = retried([&] { return ::pwrite(descriptor_, from, size, static_cast<off_t>(position)); });
      if (n < 0) return error("write to");
      from += n;
      size -= static_cast<std::size_t>(n);
      position += static_cast<std::uint64_t>(n);
    }
    return {};
  }

  const int descriptor_;
  const std::string directory_;  ///< for messages
};

/// Paths are relative to the directory's descriptor, which "" names.
const char* relative(const std::string& path) { return path.empty() ? "." : path.c_str(); }

}  // namespace

Result<std::unique_ptr<PosixDirectory>> PosixDirectory::open(const std::string& path) {
  const int descriptor = retried([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (descriptor < 0) return system_error("open", path);
  return std::unique_ptr<PosixDirectory>(new PosixDirectory(path, descriptor));
}

PosixDirectory::~PosixDirectory() {
  if (lock_ >= 0) ::close(lock_);
  ::close(descriptor_);
}

Status PosixDirectory::lock() {
  lock_ = retried([&] { return ::openat(descriptor_, ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0644); });
  if (lock_ < 0) return system_error("open", path_ + "/.lock");
  // As Java's FileLock, which Kafka uses. Such locks belong to the process: a second open file would lose it on
  // closing.
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (retried([&] { return ::fcntl(lock_, F_SETLK, &whole); }) == 0) return {};
  if (errno != EACCES && errno != EAGAIN) return system_error("lock", path_ + "/.lock");
  return {ErrorCode::kafka_storage_error, path_ + " is in use by another broker: its .lock is held"};
}

Result<base::FileRef> PosixDirectory::open(const std::string& path, Open how) {
  const int flags = how == Open::read ? O_RDONLY : how == Open::write ? O_RDWR : O_RDWR | O_CREAT | O_EXCL;
  const int descriptor = retried([&] { return ::openat(descriptor_, path.c_str(), flags | O_CLOEXEC, 0644); });
  if (descriptor < 0) return system_error(how == Open::create ? "create" : "open", path_ + "/" + path);
  return base::FileRef(new PosixFile(path, descriptor, path_));
}

Result<std::vector<Directory::Entry>> PosixDirectory::list(const std::string& folder) {
  const auto failed = [&] { return system_error("list", path_ + "/" + folder); };
  const int descriptor =
      retried([&] { return ::openat(descriptor_, relative(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (descriptor < 0) return failed();
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(descriptor), ::closedir);
  if (!stream) {
    ::close(descriptor);
    return failed();
  }
  std::vector<Entry> entries;
  for (errno = 0; const dirent* entry = ::readdir(stream.get()); errno = 0) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    struct stat info {};
    if (::fstatat(descriptor, entry->d_name, &info, 0) < 0) {
      if (errno == ENOENT) continue;
      return failed();
    }
    entries.push_back({name, S_ISDIR(info.st_mode)});
  }
  if (errno != 0) return failed();
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

Result<bool> PosixDirectory::exists(const std::string& path) {
  struct stat info {};
  if (::fstatat(descriptor_, path.c_str(), &info, 0) == 0) return true;
  if (errno == ENOENT) return false;
  return system_error("look at", path_ + "/" + path);
}

Status PosixDirectory::make_folder(const std::string& path) {
  if (::mkdirat(descriptor_, path.c_str(), 0755) == 0 || errno == EEXIST) return {};
  return system_error("make", path_ + "/" + path);
}

Status PosixDirectory::rename(const std::string& from, const std::string& to) {
  if (::renameat(descriptor_, from.c_str(), descriptor_, to.c_str()) == 0) return {};
  return system_error("rename", path_ + "/" + from + " to " + to);
}

Status PosixDirectory::remove(const std::string& path) {
  if (::unlinkat(descriptor_, path.c_str(), 0) == 0 || errno == ENOENT) return {};
  if (errno == EISDIR && (::unlinkat(descriptor_, path.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT)) return {};
  return system_error("remove", path_ + "/" + path);
}

Status PosixDirectory::sync_folder(const std::string& path) {
  const int descriptor =
      retried([&] { return ::openat(descriptor_, relative(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (descriptor < 0) return system_error("open", path_ + "/" + path);
  const int result = retried([&] { return ::fsync(descriptor); });
  const Error error = system_error("sync", path_ + "/" + path);
  ::close(descriptor);
  return result == 0 ? Status() : Status(error);
}

Result<Directory::Space> PosixDirectory::space() {
  struct statvfs info {};
  if (retried([&] { return ::fstatvfs(descriptor_, &info); }) < 0) return system_error("measure", path_);
  const std::uint64_t unit = info.f_frsize;
  return Space{info.f_blocks * unit, info.f_bavail * unit};
}

}  // namespace kstream::storage
