#include "quorum/format.h"

#include "base/json.h"
#include "cluster/features.h"
#include "quorum/snapshot.h"

namespace kstream::quorum {
namespace {

Error damaged_state(const std::string& why) {
  return {ErrorCode::kafka_storage_error, "quorum-state is damaged: " + why};
}

}  // namespace

log::ReplaceFile initial_snapshot(const Voters& voters, Timestamp now) {
  cluster::ImageState state;
  state.features = {{std::string(cluster::kMetadataVersion), cluster::kMetadataVersionLevel}};
  state.last.timestamp = now;
  auto image = base::make_counted<const cluster::Image>(std::move(state));
  return SnapshotJob{kMetadataFolder, SnapshotId{}, std::move(image), voters, now}.encode();
}

log::ReplaceFile QuorumState::file() const {
  base::JsonWriter json;
  json.begin_object();
  json.name("leaderId").integer(leader.value);
  json.name("leaderEpoch").integer(epoch.value);
  json.name("votedId").integer(cluster::kNoNode.value);
  json.name("votedDirectoryId").string(Uuid{}.to_string());
  json.name("data_version").integer(1);
  json.end_object();
  return {std::string(kMetadataFolder) + "/" + kQuorumStateFile, json.take()};
}

Result<QuorumState> QuorumState::parse(base::BytesView text) {
  const auto json = base::parse_json(text);
  if (!json) return damaged_state(json.error().detail);
  const auto number = [&](const char* name) -> const std::int64_t* {
    const base::JsonValue* member = json->find(name);
    return member ? member->integer() : nullptr;
  };
  const auto* leader = number("leaderId");
  const auto* epoch = number("leaderEpoch");
  if (!leader || *leader < -1 || *leader > INT32_MAX) return damaged_state("no leaderId");
  if (!epoch || *epoch < 0 || *epoch >= INT32_MAX) return damaged_state("no leaderEpoch");
  return QuorumState{NodeId(static_cast<std::int32_t>(*leader)), LeaderEpoch(static_cast<std::int32_t>(*epoch))};
}

}  // namespace kstream::quorum
