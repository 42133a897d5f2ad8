#pragma once

#include "storage/directory.h"

#include <memory>
#include <string>

namespace kstream::storage {

/// A log directory on this machine's file system.
class PosixDirectory final : public Directory {
 public:
  /// `path` must be an existing folder.
  static Result<std::unique_ptr<PosixDirectory>> open(const std::string& path);
  ~PosixDirectory() override;

  /// Locks `.lock`, so that no other broker, ours or Kafka's, uses the directory, until this object or the process
  /// ends.
  Status lock();

  Result<base::FileRef> open(const std::string& path, Open how) override;
  Result<std::vector<Entry>> list(const std::string& folder) override;
  Result<bool> exists(const std::string& path) override;
  Status make_folder(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status sync_folder(const std::string& path) override;
  Result<Space> space() override;
  const std::string& path() const override { return path_; }

 private:
  PosixDirectory(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  std::string path_;
  int descriptor_;
  int lock_ = -1;
};

}  // namespace kstream::storage
