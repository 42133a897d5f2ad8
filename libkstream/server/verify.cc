#include "server/verify.h"

#include "cluster/topic_name.h"
#include "log/checkpoint.h"
#include "quorum/format.h"
#include "server/log_directories.h"
#include "server/metadata_log.h"
#include "storage/log_dir.h"
#include "storage/posix_directory.h"
#include "storage/segment_files.h"
#include "storage/verify_log.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <vector>

namespace kstream::server {
namespace {

namespace fs = std::filesystem;
using storage::Fault;
using storage::PartitionFolder;

/// Whether a folder with a partition's name is one: others are left alone by a start, too.
bool is_log(const std::vector<std::string>& names) {
  return std::ranges::any_of(
      names, [](const auto& name) { return name == log::kPartitionMetadata || storage::parse_segment_file(name); });
}

class Verification {
 public:
  Verification(storage::Directory& directory, const std::function<void(const Finding&)>& found)
      : directory_(directory), found_(found) {}

  Result<Verified> all(const storage::MetaProperties& meta) {
    auto clean = storage::stopped_in_order(directory_);
    if (!clean) return std::move(clean).error();
    clean_ = *clean;
    recovery_points_ = read_checkpoint(storage::kRecoveryPoints);
    log_starts_ = read_checkpoint(storage::kLogStarts);
    read_checkpoint(storage::kHighWatermarks);
    if (auto read = read_metadata(meta); !read) return read.error();
    auto folders = storage::list_partitions(directory_);
    if (!folders) return std::move(folders).error();
    for (const auto& folder : *folders) read_folder(folder);
    find_missing();
    return verified_;
  }

  /// One partition's alone, of which nothing else is known: all that is not whole is damage.
  Result<Verified> one(const std::string& folder) {
    clean_ = true;
    auto log = read_log({folder, Offset(0), Offset(0)});
    if (!log) return std::move(log).error();
    return verified_;
  }

 private:
  void find(bool harmless, const std::string& path, const std::string& text) {
    damaged_ = damaged_ || !harmless;
    found_({harmless ? Finding::Level::warning : Finding::Level::error, directory_.path() + "/" + path, "", text});
  }

  /// A damaged one is as good as none to a start, which checks more then.
  log::OffsetCheckpoint read_checkpoint(const char* name) {
    auto offsets = storage::read_checkpoint(directory_, name);
    if (offsets) return std::move(*offsets);
    auto text = offsets.error().detail;
    if (const auto path = directory_.path() + "/" + name + " "; text.starts_with(path)) text.erase(0, path.size());
    find(false, name, text);
    return {};
  }

  Result<storage::VerifiedLog> read_log(storage::LogToVerify what) {
    what.closed = clean_;
    auto log = storage::verify_log(directory_, what,
                                   [&](const Fault& fault) { find(fault.harmless, fault.path, fault.text); });
    if (!log) return log;
    ++verified_.logs;
    verified_.segments += log->segments;
    verified_.bytes += log->bytes;
    verified_.batches += log->batches;
    verified_.records += log->records;
    return log;
  }

  storage::LogToVerify to_verify(const PartitionFolder& folder) const {
    const auto offset = [&](const log::OffsetCheckpoint& checkpoint) {
      const auto at = checkpoint.find({folder.topic, folder.partition});
      const bool meant = at != checkpoint.end() && folder.kind == PartitionFolder::Kind::current;
      return meant ? at->second : Offset(0);
    };
    return {folder.name, offset(recovery_points_), offset(log_starts_)};
  }

  Status read_metadata(const storage::MetaProperties& meta) {
    const std::string folder = quorum::kMetadataFolder;
    auto there = directory_.exists(folder);
    if (!there) return std::move(there).error();
    if (!*there) return {};
    auto names = file_names(directory_, folder);
    if (!names) return std::move(names).error();
    damaged_ = false;
    auto what = to_verify(*storage::parse_partition_folder(folder));
    what.keep = true;
    auto log = read_log(std::move(what));
    if (!log) return find(false, folder, log.error().detail), Status();
    auto loaded = server::read_metadata(directory_, log->log, *names, {meta.node_id, meta.directory_id, {}}, {});
    if (!loaded) {
      find(false, folder, loaded.error().detail);
      return {};
    }
    for (const auto& note : loaded->notes) find(true, folder, note);
    if (!damaged_) image_ = loaded->image;
    return {};
  }

  void read_folder(const PartitionFolder& folder) {
    using Kind = PartitionFolder::Kind;
    seen_.insert({folder.topic, folder.partition});
    if (folder.name == quorum::kMetadataFolder || folder.kind == Kind::deleted) return;
    auto names = file_names(directory_, folder.name);
    if (!names) return find(false, folder.name, names.error().detail);
    if (!is_log(*names)) return;
    if (folder.kind == Kind::current) check_topic(folder, std::ranges::count(*names, log::kPartitionMetadata) > 0);
    auto log = read_log(to_verify(folder));
    if (!log) find(false, folder.name, log.error().detail);  // of a disk that cannot be read: the others may be whole
  }

  /// Whose folder it is, and whether the metadata know of that.
  void check_topic(const PartitionFolder& folder, bool has_id) {
    const auto path = folder.name + "/" + log::kPartitionMetadata;
    if (!has_id) return find(true, path, "is missing; the next start makes it anew");
    auto text = storage::read_file(directory_, path, log::kPartitionMetadataLimit);
    auto id = text ? log::parse_partition_metadata(*text) : Result<Uuid>(text.error());
    if (!id) return find(false, path, id.error().detail);
    if (!image_) return;
    const auto* topic = image_->topic(*id);
    if (!topic) {
      find(true, folder.name,
           "is of a topic that the metadata do not know, " + id->to_string() +
               ": the next start sets it aside, or removes it if it is empty");
    } else if (topic->name != folder.topic || !topic->partition(folder.partition)) {
      find(false, folder.name, "is of topic " + topic->name + ", as " + log::kPartitionMetadata + " says");
    }
  }

  /// Folders of which a checkpoint knows records, and that are not there.
  void find_missing() {
    for (const auto& [key, offset] : recovery_points_) {
      if (offset == Offset(0) || seen_.contains(key) || key.topic == cluster::kMetadataTopic) continue;
      const auto* topic = image_ ? image_->topic(key.topic) : nullptr;
      if (image_ && (!topic || !topic->partition(key.partition))) continue;
      find(false, storage::partition_folder(key.topic, key.partition),
           "is gone, and it held records up to offset " + std::to_string(offset.value));
    }
  }

  storage::Directory& directory_;
  const std::function<void(const Finding&)>& found_;
  Verified verified_;
  bool clean_ = false;
  log::OffsetCheckpoint recovery_points_, log_starts_;
  cluster::ImageRef image_;  ///< null: the metadata log is elsewhere, or damaged
  std::set<log::TopicPartition> seen_;
  bool damaged_ = false;  ///< an error was found since the metadata log was begun
};

Status refuse_in_use(const std::string& path) {
  const auto holder = lock_holder(path);
  if (!holder) return {};
  return {ErrorCode::kafka_storage_error,
          path + " is in use by a broker, process " + std::to_string(*holder) + ": stop it, or verify a copy"};
}

}  // namespace

Result<Verified> verify_directory(const std::string& path, const std::function<void(const Finding&)>& found) {
  auto directory = storage::PosixDirectory::open(path);
  if (!directory) return std::move(directory).error();
  auto meta = storage::read_meta_properties(**directory);
  if (!meta) return Error{ErrorCode::invalid_request, meta.error().detail};
  if (*meta) {
    if (auto free = refuse_in_use(path); !free) return free.error();
    return Verification(**directory, found).all(**meta);
  }
  std::error_code failed;
  const fs::path absolute = fs::canonical(path, failed);
  auto names = file_names(**directory, "");
  if (!names) return std::move(names).error();
  if (!storage::parse_partition_folder(absolute.filename()) || !is_log(*names))
    return Error{ErrorCode::invalid_request,
                 path + " is no log directory, which has a meta.properties, and no partition's folder"};
  auto parent = storage::PosixDirectory::open(absolute.parent_path());
  if (!parent) return std::move(parent).error();
  if (auto free = refuse_in_use(absolute.parent_path()); !free) return free.error();
  return Verification(**parent, found).one(absolute.filename());
}

Result<DynamicConfigs> read_dynamic_configs(const Configuration& configuration) {
  const auto& path = configuration.broker.metadata_log_dir;
  std::error_code failed;
  if (!fs::exists(fs::path(path) / quorum::kMetadataFolder, failed) && !failed) return DynamicConfigs();
  auto directory = storage::PosixDirectory::open(path);
  if (!directory) return std::move(directory).error();
  auto meta = storage::read_meta_properties(**directory);
  if (!meta) return std::move(meta).error();
  if (!*meta) return DynamicConfigs();
  auto names = file_names(**directory, quorum::kMetadataFolder);
  if (!names) return std::move(names).error();
  // A broker that runs may be writing the last batch: only what a stop in order left must be whole.
  auto closed = storage::stopped_in_order(**directory);
  if (!closed) return std::move(closed).error();
  std::optional<Fault> damage;
  auto log = storage::verify_log(**directory, {quorum::kMetadataFolder, Offset(0), Offset(0), *closed, true},
                                 [&](Fault fault) {
                                   if (!fault.harmless) damage = std::move(fault);
                                 });
  if (!log) return std::move(log).error();
  if (damage) return Error{ErrorCode::corrupt_message, path + "/" + damage->path + ": " + damage->text};
  auto loaded = read_metadata(**directory, log->log, *names, {(*meta)->node_id, (*meta)->directory_id, {}}, {});
  if (!loaded) return std::move(loaded).error();
  return DynamicConfigs{loaded->image->broker_overrides(""), loaded->image->broker_overrides((*meta)->node_id)};
}

}  // namespace kstream::server
