#pragma once

#include "base/random.h"
#include "storage/directory.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace kstream::test {

/// The content of a file, and what of it would survive a power loss.
struct MemoryInode {
  /// What changed since the last sync: bytes of `content`, or its size.
  struct Change {
    std::uint64_t position = 0;
    std::uint64_t size = 0;
    bool truncate = false;  ///< to `size`
  };
  std::string content;
  std::string durable;
  std::vector<Change> unsynced;

  void sync();
  /// Leaves what a power loss would: any of the changes, each whole, in part by sectors, or not at all.
  void power_loss(base::Random& random);
};

/// A log directory in memory that forgets what was not synced. It keeps to the worst that POSIX allows: every write not
/// followed by File::sync may be lost or torn, in any order, and so may every create, rename and remove not followed by
/// sync_folder (but each of these is done or not). Nobody may use a file opened before a crash.
///
/// Not for several threads.
class MemoryDirectory final : public storage::Directory {
 public:
  MemoryDirectory();
  ~MemoryDirectory() override;

  /// The system goes down. What a process crash leaves is what is there: nothing needs to be called.
  void power_loss(base::Random& random);
  /// The call that is the `calls`-th from now, counting those that change something, fails, as do all behind it, until
  /// `repair`. If it is a write, a random part of it is done: so a process dies within a call.
  void fail_after(std::uint64_t calls, std::uint64_t seed);
  void repair();
  /// Calls that changed something, ever.
  std::uint64_t changes() const;

  Result<base::FileRef> open(const std::string& path, Open how) override;
  Result<std::vector<Entry>> list(const std::string& folder) override;
  Result<bool> exists(const std::string& path) override;
  Status make_folder(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status sync_folder(const std::string& path) override;
  /// A gibibyte, as if half of it were used by others.
  Result<Space> space() override;
  const std::string& path() const override { return path_; }

 private:
  friend class MemoryFile;
  struct State;
  struct Change;
  Status change_names(Change change);

  std::string path_ = "/memory";
  std::shared_ptr<State> state_;  ///< files keep it, so that they may outlive the directory
};

}  // namespace kstream::test
