#include "server/boot.h"

#include "broker/log_settings.h"
#include "cluster/topic_name.h"
#include "log/checkpoint.h"
#include "quorum/format.h"
#include "server/metadata_log.h"
#include "storage/log_dir.h"
#include "storage/perform.h"
#include "storage/recover.h"
#include "storage/segment_files.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <thread>

namespace kstream::server {
namespace {

using base::LogLevel;

log::LogConfig metadata_log_config(const config::BrokerConfig& config) {
  log::LogConfig log;
  log.segment_bytes = static_cast<std::uint32_t>(config.metadata_log_segment_bytes);
  log.segment_ms = config.metadata_log_segment_ms;
  return log;
}

/// Makes a directory one of this cluster.
Result<storage::MetaProperties> format(const BootRequest& request, Boot& boot, std::size_t index) {
  auto& directory = *boot.directories[index];
  storage::MetaProperties meta{boot.cluster_id, request.config.node_id, request.random.uuid()};
  auto formatted = format_directory(directory, meta, index == boot.metadata_directory, request.clock().wall);
  if (!formatted.ok()) return formatted.error();
  boot.notes.push_back({LogLevel::info, "formatted " + directory.path() + " for node " +
                                            std::to_string(meta.node_id.value) + " of cluster " + boot.cluster_id});
  return meta;
}

/// Formats the directories that have no id. `lost`: those that this broker had and that are none of these; a disk that
/// is not mounted looks like a new one.
Status format_new(const BootRequest& request, Boot& boot, const std::vector<Uuid>& lost) {
  for (std::size_t i = 0; i < boot.directory_ids.size(); ++i) {
    if (!boot.directory_ids[i].is_zero()) continue;
    if (!lost.empty()) {
      return {
          ErrorCode::invalid_config,
          boot.directories[i]->path() + " is not formatted, and log directory " + lost.front().to_string() +
              ", which this broker had, is missing: mount its disk, or, if it is gone for good, run kserver format"};
    }
    auto meta = format(request, boot, i);
    if (!meta.ok()) return std::move(meta).error();
    boot.directory_ids[i] = meta->directory_id;
  }
  return {};
}

/// Every directory's meta.properties. Those without one are formatted if all are new, else later: see format_new().
Status identify(const BootRequest& request, Boot& boot) {
  std::vector<std::optional<storage::MetaProperties>> metas;
  for (auto& directory : boot.directories) {
    const bool metadata = metas.size() == boot.metadata_directory;
    auto meta = read_identity(request.config, *directory, metadata);
    if (!meta.ok()) return std::move(meta).error();
    metas.push_back(std::move(*meta));
  }
  if (auto agreed = check_identities(request.config, metas, boot.metadata_directory); !agreed.ok()) return agreed;
  for (const auto& meta : metas) {
    if (meta) boot.cluster_id = meta->cluster_id;
  }
  if (boot.cluster_id.empty()) boot.cluster_id = request.random.uuid().to_string();
  for (const auto& meta : metas) boot.directory_ids.push_back(meta ? meta->directory_id : Uuid());
  return metas[boot.metadata_directory] ? Status() : format_new(request, boot, {});
}

/// A checkpoint that cannot be read is as good as none, as in Kafka: more is checked then, and nothing is believed.
log::OffsetCheckpoint read_checkpoint(storage::Directory& directory, const char* name, Boot& boot) {
  auto offsets = storage::read_checkpoint(directory, name);
  if (offsets.ok()) return std::move(*offsets);
  boot.notes.push_back({LogLevel::warning,
                        offsets.error().detail + "; it is not used, and the logs of this directory are checked whole"});
  return {};
}

Offset offset_in(const log::OffsetCheckpoint& checkpoint, const std::string& topic, PartitionId partition) {
  auto found = checkpoint.find({topic, partition});
  return found == checkpoint.end() ? Offset(0) : found->second;
}

// All that the checkpoint vouches for was committed: starting without it would be to forget what was promised.
Status load_metadata(const BootRequest& request, storage::Trust trust, Offset recovery_point, Boot& boot) {
  const auto& config = request.config;
  auto& directory = *boot.directories[boot.metadata_directory];
  auto recovered =
      storage::recover(directory, {quorum::kMetadataFolder, kMetadataTopicId, trust, recovery_point, Offset(0)},
                       metadata_log_config(config), request.clock());
  if (!recovered.ok()) return std::move(recovered).error();
  auto names = file_names(directory, quorum::kMetadataFolder);
  if (!names.ok()) return std::move(names).error();
  quorum::Voter self{config.node_id, boot.directory_ids[boot.metadata_directory], {}};
  auto loaded = read_metadata(directory, *recovered, *names, self, config.topic_defaults);
  if (!loaded.ok()) return std::move(loaded).error();
  boot.metadata = std::move(*loaded);
  boot.metadata_log = std::move(*recovered);
  for (auto* notes : {&boot.metadata_log.notes, &boot.metadata.notes}) {
    for (auto& note : *notes) boot.notes.push_back({LogLevel::info, std::move(note)});
  }
  return {};
}

/// A partition folder that the metadata knows, to be recovered.
struct Task {
  storage::PartitionFolder folder;
  const cluster::Topic* topic;
  storage::RecoverRequest request;
  std::optional<Error> failure;
};

/// One log directory on its way from the previous run to this one.
struct Start {
  storage::PreviousRun previous;
  log::OffsetCheckpoint recovery_points, log_starts;
  std::vector<Task> tasks;
  std::set<log::TopicPartition> folders;  ///< whose folder was found, in whatever state
};

Result<std::vector<Start>> begin_runs(const BootRequest& request, Boot& boot) {
  std::vector<Start> starts;
  for (auto* directory : boot.directories) {
    auto run = storage::begin_run(*directory, request.boot_id);
    if (!run.ok()) return std::move(run).error();
    starts.push_back({std::move(*run),
                      read_checkpoint(*directory, storage::kRecoveryPoints, boot),
                      read_checkpoint(*directory, storage::kLogStarts, boot),
                      {},
                      {}});
  }
  return starts;
}

bool is_empty(storage::Directory& directory, const std::string& path) {
  auto file = directory.open(path, storage::Directory::Open::read);
  auto size = file.ok() ? storage::file(*file).size() : Result<std::uint64_t>(file.error());
  return size.ok() && *size == 0;
}

/// Whether a log's folder may hold a file of that name.
bool is_log_file(const std::string& name) {
  return storage::parse_segment_file(name) || name == log::kPartitionMetadata || name == "leader-epoch-checkpoint" ||
         name.ends_with(".tmp") || name.ends_with(".deleted");
}

/// What a folder is whose topic the metadata does not know, as its id or its emptiness shows. The metadata comes first
/// in all: a folder is made when its topic is committed, and renamed when the topic's end is. One that cannot be read
/// is none of these: its recovery will say why.
enum class Orphan {
  no,
  empty,  ///< nothing is lost with it: no record is in it, nor any file that is not a log's
  stray,  ///< of a topic that was deleted just before a crash; or the metadata are not those of this folder
};
Orphan orphan_of(storage::Directory& directory, const storage::PartitionFolder& folder, const cluster::Image& image) {
  auto entries = directory.list(folder.name);
  if (!entries.ok()) return Orphan::no;
  bool named = false, keeps = false, holds = false;
  for (const auto& entry : *entries) {
    named |= entry.name == log::kPartitionMetadata;
    holds |= !entry.name.ends_with(".tmp");
    const auto segment = storage::parse_segment_file(entry.name);
    const bool records = segment && segment->suffix == ".log" && !is_empty(directory, folder.name + "/" + entry.name);
    keeps |= records || entry.is_folder || !is_log_file(entry.name);
  }
  if (!named) return !holds && !image.topic(folder.topic) ? Orphan::empty : Orphan::no;
  auto text = storage::read_file(directory, folder.name + "/" + log::kPartitionMetadata, log::kPartitionMetadataLimit);
  if (!text.ok()) return Orphan::no;
  auto id = log::parse_partition_metadata(*text);
  if (!id.ok() || image.topic(*id)) return Orphan::no;
  return keeps ? Orphan::stray : Orphan::empty;
}

/// Takes a folder out of the way: its name must be free for a new one before anything else happens. What was deleted is
/// removed later; a stray stays, as with Kafka: nobody deleted it knowingly.
Status set_aside(const BootRequest& request, std::uint16_t index, const storage::PartitionFolder& folder, bool stray,
                 Boot& boot) {
  auto& directory = *boot.directories[index];
  auto name = folder.name;
  if (folder.kind == storage::PartitionFolder::Kind::current) {
    name = (stray ? log::stray_folder : log::deleted_folder)(folder.topic, folder.partition, request.random.uuid());
    auto renamed = storage::perform(directory, log::RenameFolder{folder.name, name});
    if (!renamed.ok()) return std::move(renamed).error();
  }
  const auto path = directory.path() + "/" + folder.name;
  const bool deleted = folder.kind == storage::PartitionFolder::Kind::deleted;
  if (stray) {
    boot.notes.push_back({LogLevel::warning, path + " is of a topic that the metadata do not know, and is kept as " +
                                                 name + ": remove it if that topic was deleted"});
    return {};
  }
  boot.notes.push_back(
      {LogLevel::info, path + (deleted ? " is of a topic that was deleted" : " is of no topic, and empty") +
                           ": it is removed in the background"});
  boot.leftovers.push_back({index, std::move(name)});
  return {};
}

/// What a checkpoint says of partitions that have no folder would vouch for those that get one.
Status forget_absent(storage::Directory& directory, const Start& start) {
  std::set<log::TopicPartition> present{{std::string(cluster::kMetadataTopic), PartitionId(0)}};
  for (const auto& task : start.tasks) present.insert({task.folder.topic, task.folder.partition});
  for (const auto& [name, offsets] :
       {std::pair{storage::kRecoveryPoints, &start.recovery_points}, {storage::kLogStarts, &start.log_starts}}) {
    auto kept = *offsets;
    if (std::erase_if(kept, [&](const auto& entry) { return !present.contains(entry.first); }) == 0) continue;
    if (auto written = storage::write_checkpoint(directory, name, kept); !written.ok()) return written;
  }
  return {};
}

Status find_logs(const BootRequest& request, std::uint16_t index, Start& start, Boot& boot) {
  using Kind = storage::PartitionFolder::Kind;
  auto& directory = *boot.directories[index];
  auto folders = storage::list_partitions(directory);
  if (!folders.ok()) return std::move(folders).error();
  for (auto& folder : *folders) {
    if (folder.name == quorum::kMetadataFolder) continue;
    start.folders.insert({folder.topic, folder.partition});
    const auto orphan = folder.kind == Kind::current ? orphan_of(directory, folder, *boot.metadata.image) : Orphan::no;
    if (folder.kind == Kind::deleted || orphan != Orphan::no) {
      if (auto aside = set_aside(request, index, folder, orphan == Orphan::stray, boot); !aside.ok()) return aside;
      continue;
    }
    const auto* topic = boot.metadata.image->topic(folder.topic);
    if (folder.kind != Kind::current || !topic || !topic->partition(folder.partition)) {
      boot.notes.push_back({LogLevel::info, directory.path() + "/" + folder.name +
                                                " belongs to no partition of this broker and was left alone"});
      continue;
    }
    const auto& unknown = start.previous.not_recovered;
    bool known = std::find(unknown.begin(), unknown.end(), folder.name) == unknown.end();
    storage::RecoverRequest recover{folder.name, topic->id, known ? start.previous.trust : storage::Trust::other_boot,
                                    offset_in(start.recovery_points, folder.topic, folder.partition),
                                    offset_in(start.log_starts, folder.topic, folder.partition)};
    start.tasks.push_back({std::move(folder), topic, std::move(recover), {}});
  }
  return {};
}

/// Partitions of which a directory's checkpoint knows records, but which have no folder any more: nobody may take them
/// for new ones. Where the folder of another topic of that name is, in whatever state, the checkpoint may mean that.
void find_missing(const Boot& boot, std::vector<Start>& starts) {
  std::set<log::TopicPartition> served;
  for (const Start& start : starts) {
    for (const auto& task : start.tasks) served.insert({task.folder.topic, task.folder.partition});
  }
  for (std::size_t i = 0; i < starts.size(); ++i) {
    Start& start = starts[i];
    for (const auto& [key, offset] : start.recovery_points) {
      const auto* topic = boot.metadata.image->topic(key.topic);
      if (offset == Offset(0) || !topic || !topic->partition(key.partition)) continue;
      if (start.folders.contains(key) || served.contains(key)) continue;
      const auto folder = storage::partition_folder(key.topic, key.partition);
      Error gone{ErrorCode::kafka_storage_error,
                 boot.directories[i]->path() + "/" + folder + " is gone, and it held records up to offset " +
                     std::to_string(offset.value) + ": put it back and restart, or delete the topic"};
      storage::RecoverRequest recover{folder, topic->id, storage::Trust::other_boot, offset,
                                      offset_in(start.log_starts, key.topic, key.partition)};
      start.tasks.push_back({{folder, key.topic, key.partition}, topic, std::move(recover), std::move(gone)});
      served.insert(key);
    }
  }
}

/// Directories that this broker had when it was last registered, and that are none of these.
std::vector<Uuid> lost_directories(const BootRequest& request, const Boot& boot) {
  const auto* self = boot.metadata.image->broker(request.config.node_id);
  std::vector<Uuid> lost = self ? self->directories : std::vector<Uuid>();
  std::erase_if(lost, [&](const Uuid& id) { return std::ranges::count(boot.directory_ids, id) > 0; });
  return lost;
}

/// Partitions without a folder may lie in a directory that is lost: as long as that does not come back, nobody may take
/// them for new ones. Returns the lines by which the next start knows what is lost since earlier: these directories,
/// and these partitions. One that is made in the meantime, be it of the same name, is not among them.
std::vector<std::string> find_elsewhere(const std::vector<Uuid>& lost, const Boot& boot, std::vector<Start>& starts) {
  constexpr std::string_view kLost = "directory ";
  Start& start = starts[boot.metadata_directory];
  const auto& known = start.previous.not_recovered;
  std::set<std::string> lines;
  for (const Uuid& id : lost) lines.insert(std::string(kLost) + id.to_string());
  for (const auto& line : known) {
    const auto id = line.starts_with(kLost) ? Uuid::parse(line.substr(kLost.size())) : std::nullopt;
    if (id && std::ranges::count(boot.directory_ids, *id) == 0) lines.insert(line);
  }
  if (lines.empty()) return {};
  const auto lost_before = [&](const std::string& line) { return std::ranges::count(known, line) > 0; };
  std::set<std::string> served;
  for (const Start& each : starts) {
    for (const auto& task : each.tasks) served.insert(task.folder.name);
  }
  const Error elsewhere{ErrorCode::kafka_storage_error,
                        "it has no folder here, and may lie in log " + *lines.begin() +
                            ", which this broker had: name that in log.dirs again, or delete the topic"};
  boot.metadata.image->topics().each([&](const auto& topic) {
    for (std::size_t i = 0; i < topic->partitions.size(); ++i) {
      const PartitionId partition(static_cast<std::int32_t>(i));
      const auto folder = storage::partition_folder(topic->name, partition);
      auto line = "partition " + topic->id.to_string() + ' ' + folder;
      if (served.contains(folder) || (lost.empty() && !lost_before(line))) continue;
      lines.insert(std::move(line));
      storage::RecoverRequest recover{folder, topic->id, storage::Trust::other_boot, Offset(0), Offset(0)};
      start.tasks.push_back({{folder, topic->name, partition}, topic.get(), std::move(recover), elsewhere});
    }
  });
  return {lines.begin(), lines.end()};
}

/// Nobody knows which of two folders of one partition is the right one.
void refuse_twins(std::vector<Start>& starts, const Boot& boot) {
  std::map<std::string, std::string> seen;  // the path of each folder's first
  for (std::size_t i = 0; i < starts.size(); ++i) {
    for (auto& task : starts[i].tasks) {
      auto path = boot.directories[i]->path() + "/" + task.folder.name;
      auto [first, is_first] = seen.emplace(task.folder.name, path);
      if (is_first) continue;
      Error twins{ErrorCode::kafka_storage_error,
                  "it is in " + first->second + " and in " + path + ": move one of them away, then restart"};
      for (auto& start : starts) {
        for (auto& other : start.tasks) {
          if (other.folder.name == task.folder.name) other.failure = twins;
        }
      }
    }
  }
}

/// Recovers the logs of one directory on a few threads. Which folders could not be: those logs are found as failed.
std::vector<std::string> recover_logs(const BootRequest& request, std::uint16_t index, std::vector<Task>& tasks,
                                      Boot& boot) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::vector<std::string> failed;
  auto work = [&] {
    for (std::size_t i = next++; i < tasks.size(); i = next++) {
      auto& task = tasks[i];
      auto recovered = task.failure ? Result<log::RecoveredLog>(*task.failure)
                                    : storage::recover(*boot.directories[index], task.request,
                                                       broker::log_settings(task.topic->config(), 0), request.clock());
      std::lock_guard lock(mutex);
      if (!recovered.ok()) {
        boot.notes.push_back({LogLevel::error, task.folder.name + " is offline: " + recovered.error().detail});
        failed.push_back(task.folder.name);
        log::RecoveredLog offline;
        offline.start = offline.end = task.request.log_start;
        offline.recovery_point = task.request.recovery_point;
        offline.failure = std::move(recovered).error();
        recovered = std::move(offline);
      }
      for (auto& note : recovered->notes) boot.notes.push_back({LogLevel::info, note});
      boot.logs.push_back({{task.topic->id, task.folder.partition}, index, std::move(*recovered)});
    }
  };
  std::vector<std::thread> threads;
  for (int i = 1; i < request.threads && tasks.size() > 1; ++i) threads.emplace_back(work);
  work();
  for (auto& thread : threads) thread.join();
  return failed;
}

}  // namespace

Result<Boot> boot(const BootRequest& request) {
  Boot boot;
  boot.directories = request.directories;
  boot.metadata_directory = request.metadata_directory;
  if (auto identified = identify(request, boot); !identified.ok()) return identified.error();
  auto starts = begin_runs(request, boot);
  if (!starts.ok()) return std::move(starts).error();
  const auto& metadata = (*starts)[boot.metadata_directory];
  auto loaded =
      load_metadata(request, metadata.previous.trust,
                    offset_in(metadata.recovery_points, std::string(cluster::kMetadataTopic), PartitionId(0)), boot);
  if (!loaded.ok()) return loaded.error();
  for (std::size_t i = 0; i < starts->size(); ++i) {  // what lies in a new one vouches for nothing
    if (boot.directory_ids[i].is_zero()) (*starts)[i].recovery_points = (*starts)[i].log_starts = {};
  }
  const auto lost = lost_directories(request, boot);
  if (auto formatted = format_new(request, boot, lost); !formatted.ok()) {
    for (std::size_t i = 0; i < starts->size(); ++i) {  // nothing was changed: the stop before was clean, where it was
      const auto& previous = (*starts)[i].previous;
      if (previous.trust == storage::Trust::clean) (void)storage::end_run(*boot.directories[i], previous.broker_epoch);
    }
    return formatted.error();
  }
  for (std::size_t i = 0; i < starts->size(); ++i) {
    auto found = find_logs(request, static_cast<std::uint16_t>(i), (*starts)[i], boot);
    if (!found.ok()) return found.error();
  }
  find_missing(boot, *starts);
  const auto lines = find_elsewhere(lost, boot, *starts);
  for (std::size_t i = 0; i < starts->size(); ++i) {
    if (auto done = forget_absent(*boot.directories[i], (*starts)[i]); !done.ok()) return done.error();
  }
  refuse_twins(*starts, boot);
  bool clean = true;
  for (std::size_t i = 0; i < boot.directories.size(); ++i) {
    auto failed = recover_logs(request, static_cast<std::uint16_t>(i), (*starts)[i].tasks, boot);
    if (i == boot.metadata_directory) failed.insert(failed.end(), lines.begin(), lines.end());
    auto ended = storage::end_recovery(*boot.directories[i], request.boot_id, failed);
    if (!ended.ok()) return ended.error();
    clean = clean && (*starts)[i].previous.trust == storage::Trust::clean;
  }
  boot.previous_epoch = clean ? metadata.previous.broker_epoch : -1;
  return boot;
}

quorum::Quorum make_quorum(const config::BrokerConfig& config, Boot& boot,
                           const std::vector<cluster::Endpoint>& endpoints, base::Now now) {
  quorum::QuorumConfig quorum;
  quorum.self = {config.node_id, boot.directory_ids[boot.metadata_directory], endpoints};
  quorum.log = metadata_log_config(config);
  quorum.max_bytes_between_snapshots =
      static_cast<std::uint64_t>(config.metadata_log_max_record_bytes_between_snapshots);
  quorum.max_snapshot_interval = config.metadata_log_max_snapshot_interval;
  return {std::move(quorum), boot.metadata, std::move(boot.metadata_log), now};
}

Status mark_clean(const Boot& boot, std::int64_t broker_epoch) {
  for (auto* directory : boot.directories) {
    if (auto marked = storage::end_run(*directory, broker_epoch); !marked.ok()) return marked;
  }
  return {};
}

}  // namespace kstream::server
