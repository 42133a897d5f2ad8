#include "cluster/metadata_record.h"

#include "base/assert.h"
#include "protocol/record_frame.h"

#include <array>
#include <utility>

namespace kstream::cluster {
namespace {

constexpr std::array<std::string_view, std::variant_size_v<MetadataRecord>> kNames = {
    "RegisterBrokerRecord",
    "UnregisterBrokerRecord",
    "TopicRecord",
    "PartitionRecord",
    "ConfigRecord",
    "PartitionChangeRecord",
    "FenceBrokerRecord",
    "UnfenceBrokerRecord",
    "RemoveTopicRecord",
    "DelegationTokenRecord",
    "UserScramCredentialRecord",
    "FeatureLevelRecord",
    "ClientQuotaRecord",
    "ProducerIdsRecord",
    "BrokerRegistrationChangeRecord",
    "AccessControlEntryRecord",
    "RemoveAccessControlEntryRecord",
    "NoOpRecord",
    "ZkMigrationStateRecord",
    "RemoveUserScramCredentialRecord",
    "BeginTransactionRecord",
    "EndTransactionRecord",
    "AbortTransactionRecord",
    "RemoveDelegationTokenRecord",
    "RegisterControllerRecord",
    "ClearElrRecord",
    "UnregisterControllerRecord",
};

template <class Record>
void decode_body(protocol::Reader& reader, int version, MetadataRecord& out) {
  out.emplace<Record>().decode(reader, version);
}

using DecodeBody = void (*)(protocol::Reader&, int, MetadataRecord&);
struct Type {
  std::uint32_t number;
  int max_version;
  DecodeBody decode;
};
template <class... Records>
constexpr std::array<Type, sizeof...(Records)> types_of(std::type_identity<std::variant<Records...>>) {
  return {Type{Records::kRecordType, Records::kMaxVersion, &decode_body<Records>}...};
}
constexpr auto kTypes = types_of(std::type_identity<MetadataRecord>{});

}  // namespace

std::string_view record_name(const MetadataRecord& record) { return kNames[record.index()]; }

std::int16_t written_version(const MetadataRecord& record) {
  if (const auto* change = std::get_if<protocol::BrokerRegistrationChangeRecord>(&record)) {
    if (change->cordoned_log_dirs) return 3;
    if (!change->log_dirs.empty()) return 2;
    return change->in_controlled_shutdown != 0 ? 1 : 0;
  }
  return static_cast<std::int16_t>(kTypes[record.index()].max_version);
}

void encode_record(const MetadataRecord& record, std::int16_t version, std::string& out) {
  protocol::Writer writer(out, true);
  protocol::write_record_frame(writer, {kTypes[record.index()].number, static_cast<std::uint32_t>(version)});
  std::visit([&](const auto& r) { r.encode(writer, version); }, record);
  KS_ASSERT(writer.ok());
}

Result<DecodedRecord> decode_record(base::BytesView bytes) {
  protocol::Reader reader(bytes, true);
  const auto frame = protocol::read_record_frame(reader);
  if (!frame) return frame.error();
  for (const Type& type : kTypes) {
    if (type.number != frame->type || frame->version > static_cast<std::uint32_t>(type.max_version)) continue;
    DecodedRecord decoded{{}, static_cast<std::int16_t>(frame->version)};
    type.decode(reader, decoded.version, decoded.record);
    if (!reader.ok()) return {ErrorCode::corrupt_message, reader.error()};
    if (reader.left() > 0) return {ErrorCode::corrupt_message, "bytes behind the end of the record"};
    return decoded;
  }
  return {ErrorCode::unsupported_version, "a record of type " + std::to_string(frame->type) + ", version " +
                                              std::to_string(frame->version) + ", which this release does not know"};
}

}  // namespace kstream::cluster
