#include "support/memory_directory.h"

#include "base/assert.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace kstream::test {
namespace {

constexpr std::uint64_t kSector = 512;

Error error(const std::string& what) { return {ErrorCode::kafka_storage_error, what}; }

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

/// Copies bytes of one string into another, which grows if need be.
void copy_range(std::string& to, const std::string& from, std::uint64_t position, std::uint64_t size) {
  if (position >= from.size()) return;
  size = std::min(size, from.size() - position);
  to.resize(std::max<std::size_t>(to.size(), position + size));
  std::memcpy(to.data() + position, from.data() + position, size);
}

}  // namespace

void MemoryInode::sync() {
  for (const auto& change : unsynced) {
    if (change.truncate) {
      durable.resize(change.size);
    } else {
      copy_range(durable, content, change.position, change.size);
    }
  }
  unsynced.clear();
}

void MemoryInode::power_loss(base::Random& random) {
  for (const auto& change : unsynced) {
    const auto fate = random.below(4);
    if (fate == 0) continue;
    if (change.truncate) {
      durable.resize(change.size);
    } else if (fate == 1) {
      copy_range(durable, content, change.position, change.size);
    } else {
      // The file's size is durable, and perhaps some of its sectors.
      durable.resize(std::max<std::size_t>(durable.size(), std::min(content.size(), change.position + change.size)));
      for (auto at = change.position; fate == 3 && at < change.position + change.size;) {
        const auto next = std::min(at - at % kSector + kSector, change.position + change.size);
        if (random.chance(0.5)) copy_range(durable, content, at, next - at);
        at = next;
      }
    }
  }
  unsynced.clear();
  content = durable;
}

using Inode = std::shared_ptr<MemoryInode>;  // null for a folder
using Names = std::map<std::string, Inode>;

struct MemoryDirectory::Change {
  enum class Kind { add, rename, remove } kind = Kind::add;
  std::string path;
  std::string to;
  Inode inode;

  /// Whether it could be done.
  bool apply(Names& names) const {
    const auto at = names.find(path);
    if (kind == Kind::add) {
      const auto folder = folder_of(path);
      return (folder.empty() || names.contains(folder)) && names.emplace(path, inode).second;
    }
    if (at == names.end()) return false;
    if (kind == Kind::rename) {
      names[to] = at->second;
      if (!at->second) move_content(names);
    }
    names.erase(path);
    return true;
  }
  /// Of a folder that is renamed.
  void move_content(Names& names) const {
    const std::string prefix = path + "/";
    for (auto inner = names.lower_bound(prefix); inner != names.end() && inner->first.starts_with(prefix);) {
      names[to + inner->first.substr(path.size())] = inner->second;
      inner = names.erase(inner);
    }
  }
};

struct MemoryDirectory::State {
  Names names, durable;
  std::map<std::string, std::vector<Change>> unsynced;  ///< by folder, in order
  std::uint64_t changes = 0;
  std::uint64_t fail_at = UINT64_MAX;
  base::Random random{0};

  bool failed() const { return changes >= fail_at; }
  /// Counts a call that changes something. Whether it is the one within which the process dies.
  bool dies() { return ++changes == fail_at; }
};

class MemoryFile final : public storage::File {
 public:
  MemoryFile(std::string name, Inode inode, std::shared_ptr<MemoryDirectory::State> state, bool writable)
      : File(std::move(name)), inode_(std::move(inode)), state_(std::move(state)), writable_(writable) {}

  int descriptor() const override { return -1; }

  Result<std::size_t> read(std::uint64_t position, char* to, std::size_t size) override {
    if (state_->failed()) return error("the disk is gone");
    if (position >= inode_->content.size()) return std::size_t{0};
    size = std::min<std::size_t>(size, inode_->content.size() - position);
    std::memcpy(to, inode_->content.data() + position, size);
    return size;
  }

  std::optional<std::size_t> read_cached(std::uint64_t position, char* to, std::size_t size) override {
    auto got = read(position, to, size);
    return got ? std::optional(*got) : std::nullopt;
  }

  Status write(std::uint64_t position, std::span<const iovec> pieces) override {
    KS_ASSERT(writable_);
    if (state_->failed()) return error("the disk is gone");
    std::string bytes;
    for (const auto& piece : pieces) bytes.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
    const bool dies = state_->dies();
    if (dies) bytes.resize(state_->random.below(bytes.size() + 1));
    auto& content = inode_->content;
    content.resize(std::max<std::size_t>(content.size(), position + bytes.size()));
    std::memcpy(content.data() + position, bytes.data(), bytes.size());
    inode_->unsynced.push_back({position, bytes.size(), false});
    return dies ? Status(error("the process died")) : Status();
  }

  Status sync() override {
    if (state_->failed() || state_->dies()) return error("the disk is gone");
    inode_->sync();
    return {};
  }

  Status truncate(std::uint64_t size) override {
    KS_ASSERT(writable_);
    if (state_->failed() || state_->dies()) return error("the disk is gone");
    inode_->content.resize(size);
    inode_->unsynced.push_back({0, size, true});
    return {};
  }

  Result<std::uint64_t> size() override { return std::uint64_t{inode_->content.size()}; }

 private:
  const Inode inode_;
  const std::shared_ptr<MemoryDirectory::State> state_;
  const bool writable_;
};

MemoryDirectory::MemoryDirectory() : state_(std::make_shared<State>()) {}
MemoryDirectory::~MemoryDirectory() = default;

void MemoryDirectory::power_loss(base::Random& random) {
  for (const auto& [folder, changes] : state_->unsynced) {
    const double kept = random.chance(0.5) ? 0.5 : random.chance(0.5) ? 1.0 : 0.0;
    for (const auto& change : changes) {
      if (random.chance(kept)) change.apply(state_->durable);
    }
  }
  state_->unsynced.clear();
  std::erase_if(state_->durable, [&](const auto& name) {
    const auto folder = folder_of(name.first);
    return !folder.empty() && !state_->durable.contains(folder);
  });
  for (const auto& [path, inode] : state_->durable) {
    if (inode) inode->power_loss(random);
  }
  state_->names = state_->durable;
}

void MemoryDirectory::fail_after(std::uint64_t calls, std::uint64_t seed) {
  state_->fail_at = state_->changes + calls;
  state_->random = base::Random(seed);
}

void MemoryDirectory::repair() { state_->fail_at = UINT64_MAX; }

std::uint64_t MemoryDirectory::changes() const { return state_->changes; }

Status MemoryDirectory::change_names(Change change) {
  if (state_->failed() || state_->dies()) return error("the disk is gone");
  const bool folder =
      change.kind == Change::Kind::rename && state_->names.contains(change.path) && !state_->names.at(change.path);
  if (!change.apply(state_->names)) return error(path_ + "/" + change.path + ": no such file, or it exists");
  if (folder) {  // what is not yet durable in it is known by its new name
    auto inner = state_->unsynced.extract(change.path);
    for (auto& one : inner.empty() ? std::vector<Change>() : inner.mapped()) {
      one.path = change.to + one.path.substr(change.path.size());
      if (!one.to.empty()) one.to = change.to + one.to.substr(change.path.size());
      state_->unsynced[change.to].push_back(std::move(one));
    }
  }
  state_->unsynced[folder_of(change.path)].push_back(std::move(change));
  return {};
}

Result<base::FileRef> MemoryDirectory::open(const std::string& path, Open how) {
  if (state_->failed()) return error("the disk is gone");
  if (how == Open::create) {
    auto made =
        change_names({.kind = Change::Kind::add, .path = path, .to = {}, .inode = std::make_shared<MemoryInode>()});
    if (!made) return made.error();
  }
  const auto at = state_->names.find(path);
  if (at == state_->names.end() || !at->second) return error("cannot open " + path_ + "/" + path + ": no such file");
  return base::FileRef(new MemoryFile(path, at->second, state_, how != Open::read));
}

Result<std::vector<storage::Directory::Entry>> MemoryDirectory::list(const std::string& folder) {
  if (state_->failed()) return error("the disk is gone");
  if (!folder.empty() && !state_->names.contains(folder)) return error(path_ + "/" + folder + ": no such folder");
  const std::string prefix = folder.empty() ? folder : folder + "/";
  std::vector<Entry> entries;
  for (const auto& [path, inode] : state_->names) {
    if (path.size() <= prefix.size() || folder_of(path) != folder) continue;
    entries.push_back({path.substr(prefix.size()), inode == nullptr});
  }
  return entries;
}

Result<bool> MemoryDirectory::exists(const std::string& path) {
  if (state_->failed()) return error("the disk is gone");
  return state_->names.contains(path);
}

Status MemoryDirectory::make_folder(const std::string& path) {
  if (state_->names.contains(path)) return {};
  return change_names({.kind = Change::Kind::add, .path = path, .to = {}, .inode = nullptr});
}

Status MemoryDirectory::rename(const std::string& from, const std::string& to) {
  return change_names({.kind = Change::Kind::rename, .path = from, .to = to, .inode = nullptr});
}

Status MemoryDirectory::remove(const std::string& path) {
  if (!state_->names.contains(path)) return {};
  return change_names({.kind = Change::Kind::remove, .path = path, .to = {}, .inode = nullptr});
}

Status MemoryDirectory::sync_folder(const std::string& path) {
  if (state_->failed() || state_->dies()) return error("the disk is gone");
  const auto changes = state_->unsynced.find(path);
  if (changes == state_->unsynced.end()) return {};
  for (const auto& change : changes->second) change.apply(state_->durable);
  state_->unsynced.erase(changes);
  return {};
}

Result<storage::Directory::Space> MemoryDirectory::space() {
  if (state_->failed()) return error("the disk is gone");
  return Space{1 << 30, 1 << 29};
}

}  // namespace kstream::test
