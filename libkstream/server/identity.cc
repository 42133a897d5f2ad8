#include "server/identity.h"

#include "quorum/format.h"
#include "quorum/snapshot.h"
#include "storage/perform.h"
#include "storage/segment_files.h"

namespace kstream::server {
namespace {

/// Whether a directory without meta.properties has been used: what formatting itself leaves, before it writes that
/// file, is the metadata folder with a snapshot.
Result<bool> is_used(storage::Directory& directory) {
  auto partitions = storage::list_partitions(directory);
  if (!partitions.ok()) return std::move(partitions).error();
  for (const auto& partition : *partitions) {
    if (partition.name != quorum::kMetadataFolder) return true;
    auto entries = directory.list(partition.name);
    if (!entries.ok()) return std::move(entries).error();
    for (const auto& entry : *entries) {
      if (storage::parse_segment_file(entry.name) || entry.name == quorum::kQuorumStateFile) return true;
    }
  }
  return false;
}

/// Whoever formatted it left a snapshot, and since then there has always been one, or a segment.
Status check_metadata_log(storage::Directory& directory) {
  const Error none{ErrorCode::invalid_config,
                   directory.path() + " has no metadata log: " + quorum::kMetadataFolder +
                       " was taken away, or lies in another log directory, which metadata.log.dir must name"};
  auto there = directory.exists(quorum::kMetadataFolder);
  if (!there.ok()) return std::move(there).error();
  if (!*there) return none;
  auto entries = directory.list(quorum::kMetadataFolder);
  if (!entries.ok()) return std::move(entries).error();
  for (const auto& entry : *entries) {
    if (storage::parse_segment_file(entry.name) || quorum::SnapshotId::parse(entry.name)) return {};
  }
  return none;
}

}  // namespace

Result<Identity> read_identity(const config::BrokerConfig& config, storage::Directory& directory,
                               bool has_metadata_log) {
  auto meta = storage::read_meta_properties(directory);
  if (!meta.ok()) return meta;
  if (*meta && (*meta)->node_id != config.node_id) {
    return Error{ErrorCode::invalid_config, directory.path() + " belongs to node " +
                                                std::to_string((*meta)->node_id.value) + ", this is node " +
                                                std::to_string(config.node_id.value) + ": set node.id or log.dirs"};
  }
  if (*meta && has_metadata_log) {
    if (auto there = check_metadata_log(directory); !there.ok()) return there.error();
  }
  if (*meta) return meta;
  auto used = is_used(directory);
  if (!used.ok()) return std::move(used).error();
  if (!*used) return meta;
  return Error{ErrorCode::invalid_config,
               directory.path() +
                   " holds partitions but no meta.properties: name another folder in log.dirs, or put the file back"};
}

Status check_identities(const config::BrokerConfig& config, const std::vector<Identity>& identities,
                        std::uint16_t metadata_directory) {
  std::string cluster;
  for (const auto& identity : identities) {
    if (!identity) continue;
    if (!cluster.empty() && identity->cluster_id != cluster) {
      return {ErrorCode::inconsistent_cluster_id,
              "the log directories belong to different clusters: " + cluster + " and " + identity->cluster_id};
    }
    cluster = identity->cluster_id;
  }
  if (identities[metadata_directory] || cluster.empty()) return {};
  return {
      ErrorCode::invalid_config,
      config.log_dirs[metadata_directory] +
          " has no metadata log, but other log directories belong to a cluster: name its folder in metadata.log.dir"};
}

// meta.properties comes last: without it everything is done again.
Status format_directory(storage::Directory& directory, const storage::MetaProperties& meta, bool has_metadata_log,
                        Timestamp now) {
  // They would vouch for records that are yet to be written.
  for (const char* stale : {storage::kRecoveryPoints, storage::kLogStarts}) {
    if (auto removed = directory.remove(stale); !removed.ok()) return removed;
  }
  if (has_metadata_log) {
    if (auto made = directory.make_folder(quorum::kMetadataFolder); !made.ok()) return made;
    auto snapshot = quorum::initial_snapshot({{meta.node_id, meta.directory_id, {}}}, now);
    if (auto written = storage::perform(directory, std::move(snapshot)); !written.ok())
      return std::move(written).error();
  }
  return storage::write_meta_properties(directory, meta);
}

}  // namespace kstream::server
