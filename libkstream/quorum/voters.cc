#include "quorum/voters.h"

#include "cluster/features.h"
#include "protocol/raft_records.h"

namespace kstream::quorum {

std::string encode_voters(const Voters& voters) {
  protocol::VotersRecord record;
  for (const Voter& voter : voters) {
    auto& to = record.voters.emplace_back();
    to.voter_id = voter.node.value;
    to.voter_directory_id = voter.directory;
    to.kraft_version_feature.max_supported_version = cluster::kKraftVersionLevel;
    for (const auto& endpoint : voter.endpoints) {
      auto& e = to.endpoints.emplace_back();
      e.name = endpoint.name;
      e.host = endpoint.host;
      e.port = endpoint.port;
    }
  }
  return *protocol::encoded(record, protocol::VotersRecord::kMaxVersion);
}

Result<Voters> decode_voters(base::BytesView value) {
  const auto record = protocol::decoded<protocol::VotersRecord>(value, protocol::VotersRecord::kMaxVersion);
  if (!record) return {ErrorCode::corrupt_message, record.error().detail};
  Voters voters;
  for (const auto& from : record->voters) {
    Voter& voter = voters.emplace_back(Voter{NodeId(from.voter_id), from.voter_directory_id, {}});
    for (const auto& e : from.endpoints) voter.endpoints.push_back({e.name, e.host, e.port, 0});
  }
  return voters;
}

}  // namespace kstream::quorum
