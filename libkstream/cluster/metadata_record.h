#pragma once

#include <kstream/result.h>

#include "base/bytes.h"
#include "protocol/metadata_records.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace kstream::cluster {

/// Every record that the metadata log of Kafka 4.4 may hold, in the order of Kafka's record types.
using MetadataRecord =
    std::variant<protocol::RegisterBrokerRecord, protocol::UnregisterBrokerRecord, protocol::TopicRecord,
                 protocol::PartitionRecord, protocol::ConfigRecord, protocol::PartitionChangeRecord,
                 protocol::FenceBrokerRecord, protocol::UnfenceBrokerRecord, protocol::RemoveTopicRecord,
                 protocol::DelegationTokenRecord, protocol::UserScramCredentialRecord, protocol::FeatureLevelRecord,
                 protocol::ClientQuotaRecord, protocol::ProducerIdsRecord, protocol::BrokerRegistrationChangeRecord,
                 protocol::AccessControlEntryRecord, protocol::RemoveAccessControlEntryRecord, protocol::NoOpRecord,
                 protocol::ZkMigrationStateRecord, protocol::RemoveUserScramCredentialRecord,
                 protocol::BeginTransactionRecord, protocol::EndTransactionRecord, protocol::AbortTransactionRecord,
                 protocol::RemoveDelegationTokenRecord, protocol::RegisterControllerRecord, protocol::ClearElrRecord,
                 protocol::UnregisterControllerRecord>;

/// What a ConfigRecord is about, of Kafka's resource types those that this release knows.
enum class ResourceType : std::int8_t { topic = 2, broker = 4 };

/// Kafka's name of the record's type: `TopicRecord`.
std::string_view record_name(const MetadataRecord& record);

/// The version in which we write a record: that which Kafka writes at metadata.version 33 (4.4-IV2).
std::int16_t written_version(const MetadataRecord& record);

/// Appends a record as it stands in the log: frame version 1, type and version as unsigned varints, then the body.
/// Our own records always fit their version.
void encode_record(const MetadataRecord& record, std::int16_t version, std::string& out);

struct DecodedRecord {
  MetadataRecord record;
  std::int16_t version = 0;
};
/// INVALID_RECORD: no frame. UNSUPPORTED_VERSION: a type or version that is not Kafka 4.4's. CORRUPT_MESSAGE: the body
/// is malformed.
Result<DecodedRecord> decode_record(base::BytesView bytes);

}  // namespace kstream::cluster
