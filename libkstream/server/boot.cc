#include "server/boot.h"

#include "broker/log_settings.h"
#include "quorum/format.h"
#include "storage/log_dir.h"
#include "storage/perform.h"
#include "storage/recover.h"

#include <atomic>
#include <mutex>
#include <thread>

namespace kstream::server {
namespace {

log::LogConfig metadata_log_config(const config::BrokerConfig& config) {
  log::LogConfig log;
  log.segment_bytes = static_cast<std::uint32_t>(config.metadata_log_segment_bytes);
  log.segment_ms = config.metadata_log_segment_ms;
  return log;
}

/// Makes a directory one of this cluster. meta.properties comes last: without it everything is done again.
Result<storage::MetaProperties> format(const BootRequest& request, Boot& boot, std::size_t index) {
  const auto& config = request.config;
  auto& directory = *boot.directories[index];
  auto partitions = storage::list_partitions(directory);
  if (!partitions.ok()) return std::move(partitions).error();
  if (!partitions->empty() && partitions->front().name != quorum::kMetadataFolder) {
    return Error{ErrorCode::invalid_config,
                 directory.path() +
                     " holds partitions but no meta.properties: name another folder in log.dirs, or put the file back"};
  }
  storage::MetaProperties meta{boot.cluster_id, config.node_id, request.random.uuid()};
  if (index == boot.metadata_directory) {
    if (auto made = directory.make_folder(quorum::kMetadataFolder); !made.ok()) return made.error();
    auto snapshot = quorum::initial_snapshot({{config.node_id, meta.directory_id, {}}}, request.clock().wall);
    if (auto written = storage::perform(directory, std::move(snapshot)); !written.ok())
      return std::move(written).error();
  }
  if (auto written = storage::write_meta_properties(directory, meta); !written.ok()) return written.error();
  boot.notes.push_back("formatted " + directory.path() + " for node " + std::to_string(config.node_id.value) +
                       " of cluster " + boot.cluster_id);
  return meta;
}

/// Every directory's meta.properties; those without one are formatted.
Status identify(const BootRequest& request, Boot& boot) {
  const auto& config = request.config;
  std::vector<std::optional<storage::MetaProperties>> metas;
  for (auto& directory : boot.directories) {
    auto meta = storage::read_meta_properties(*directory);
    if (!meta.ok()) return std::move(meta).error();
    if (*meta && (*meta)->node_id != config.node_id) {
      return Status(ErrorCode::invalid_config, directory->path() + " belongs to node " +
                                                   std::to_string((*meta)->node_id.value) + ", this is node " +
                                                   std::to_string(config.node_id.value) + ": set node.id or log.dirs");
    }
    if (*meta && !boot.cluster_id.empty() && (*meta)->cluster_id != boot.cluster_id) {
      return Status(ErrorCode::inconsistent_cluster_id, "the log directories belong to different clusters: " +
                                                            boot.cluster_id + " and " + (*meta)->cluster_id);
    }
    if (*meta) boot.cluster_id = (*meta)->cluster_id;
    metas.push_back(std::move(*meta));
  }
  if (!metas[boot.metadata_directory] && !boot.cluster_id.empty()) {
    return Status(
        ErrorCode::invalid_config,
        boot.directories[boot.metadata_directory]->path() +
            " has no metadata log, but other log directories belong to a cluster: name its folder in metadata.log.dir");
  }
  if (boot.cluster_id.empty()) boot.cluster_id = request.random.uuid().to_string();
  for (std::size_t i = 0; i < metas.size(); ++i) {
    if (!metas[i]) {
      auto meta = format(request, boot, i);
      if (!meta.ok()) return std::move(meta).error();
      metas[i] = std::move(*meta);
    }
    boot.directory_ids.push_back(metas[i]->directory_id);
  }
  return {};
}

Status load_metadata(const BootRequest& request, storage::Trust trust, Boot& boot) {
  const auto& config = request.config;
  auto& directory = *boot.directories[boot.metadata_directory];
  auto recovered = storage::recover(directory, {quorum::kMetadataFolder, kMetadataTopicId, trust, Offset(0), Offset(0)},
                                    metadata_log_config(config), request.clock());
  if (!recovered.ok()) return std::move(recovered).error();
  auto entries = directory.list(quorum::kMetadataFolder);
  if (!entries.ok()) return std::move(entries).error();
  std::vector<std::string> names;
  for (auto& entry : *entries) names.push_back(std::move(entry.name));
  auto read = [&](const std::string& name, std::uint64_t position, std::size_t size) -> Result<std::string> {
    auto file = directory.open(std::string(quorum::kMetadataFolder) + "/" + name, storage::Directory::Open::read);
    if (!file.ok()) return std::move(file).error();
    std::string bytes(size, '\0');
    auto got = storage::file(*file).read(position, bytes.data(), size);
    if (!got.ok()) return std::move(got).error();
    bytes.resize(*got);
    return bytes;
  };
  quorum::Voter self{config.node_id, boot.directory_ids[boot.metadata_directory], {}};
  auto loaded = quorum::load(*recovered, names, read, self, config.topic_defaults);
  if (!loaded.ok()) return std::move(loaded).error();
  boot.metadata = std::move(*loaded);
  boot.metadata_log = std::move(*recovered);
  for (auto* notes : {&boot.metadata_log.notes, &boot.metadata.notes})
    boot.notes.insert(boot.notes.end(), notes->begin(), notes->end());
  return {};
}

/// A partition folder that the metadata knows, to be recovered.
struct Task {
  std::uint16_t directory;
  storage::PartitionFolder folder;
  const cluster::Topic* topic;
  storage::RecoverRequest request;
};

Result<std::vector<Task>> find_logs(Boot& boot, std::uint16_t index, storage::Trust trust) {
  auto& directory = *boot.directories[index];
  auto folders = storage::list_partitions(directory);
  if (!folders.ok()) return std::move(folders).error();
  auto recovery_points = storage::read_checkpoint(directory, storage::kRecoveryPoints);
  if (!recovery_points.ok()) return std::move(recovery_points).error();
  auto log_starts = storage::read_checkpoint(directory, storage::kLogStarts);
  if (!log_starts.ok()) return std::move(log_starts).error();
  std::vector<Task> tasks;
  for (auto& folder : *folders) {
    if (folder.name == quorum::kMetadataFolder) continue;
    const auto* topic = boot.metadata.image->topic(folder.topic);
    if (folder.kind != storage::PartitionFolder::Kind::current || !topic || !topic->partition(folder.partition)) {
      boot.notes.push_back(directory.path() + "/" + folder.name +
                           " belongs to no partition of this broker and was left alone");
      continue;
    }
    auto value = [&](const log::OffsetCheckpoint& checkpoint) {
      auto found = checkpoint.find({folder.topic, folder.partition});
      return found == checkpoint.end() ? Offset(0) : found->second;
    };
    storage::RecoverRequest request{folder.name, topic->id, trust, value(*recovery_points), value(*log_starts)};
    tasks.push_back({index, std::move(folder), topic, std::move(request)});
  }
  return tasks;
}

/// Recovers the logs of one directory on a few threads.
Status recover_logs(const BootRequest& request, Boot& boot, std::vector<Task>& tasks) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  Status failed;
  auto work = [&] {
    for (std::size_t i = next++; i < tasks.size(); i = next++) {
      auto& task = tasks[i];
      auto recovered = storage::recover(*boot.directories[task.directory], task.request,
                                        broker::log_settings(task.topic->config(), 0), request.clock());
      std::lock_guard lock(mutex);
      if (!recovered.ok()) {
        failed = std::move(recovered).error();
        continue;
      }
      for (auto& note : recovered->notes) boot.notes.push_back(note);
      boot.logs.push_back({{task.topic->id, task.folder.partition}, task.directory, std::move(*recovered)});
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
  std::vector<storage::PreviousRun> previous;
  bool clean = true;
  for (auto* directory : boot.directories) {
    auto run = storage::begin_run(*directory, request.boot_id);
    if (!run.ok()) return std::move(run).error();
    clean = clean && run->trust == storage::Trust::clean;
    previous.push_back(*run);
  }
  auto loaded = load_metadata(request, previous[boot.metadata_directory].trust, boot);
  if (!loaded.ok()) return loaded.error();
  for (std::uint16_t i = 0; i < boot.directories.size(); ++i) {
    auto tasks = find_logs(boot, i, previous[i].trust);
    if (!tasks.ok()) return std::move(tasks).error();
    if (auto recovered = recover_logs(request, boot, *tasks); !recovered.ok()) return recovered.error();
    if (auto ended = storage::end_recovery(*boot.directories[i], request.boot_id); !ended.ok()) return ended.error();
  }
  boot.previous_epoch = clean ? previous[boot.metadata_directory].broker_epoch : -1;
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
