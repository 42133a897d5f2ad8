#include "cluster/batch_limits.h"

#include <string>

namespace kstream::cluster {
namespace {

constexpr std::size_t kMaxRecords = 10'000;
constexpr std::size_t kMaxBytes = 7 << 20;

}  // namespace

Status check_record_count(const std::vector<MetadataRecord>& records) {
  if (records.size() <= kMaxRecords) return {};
  return {ErrorCode::policy_violation, "the request would write more than " + std::to_string(kMaxRecords) +
                                           " records of topics, configs and partitions: split it"};
}

Status check_record_bytes(const std::vector<MetadataRecord>& records) {
  std::string encoded;
  for (const auto& record : records) {
    encode_record(record, written_version(record), encoded);
    if (encoded.size() > kMaxBytes) {
      return {ErrorCode::record_list_too_large,
              "the request would write more than " + std::to_string(kMaxBytes) + " bytes of metadata: split it"};
    }
  }
  return {};
}

Status check_batch(const std::vector<MetadataRecord>& records) {
  if (auto few = check_record_count(records); !few) return few;
  return check_record_bytes(records);
}

}  // namespace kstream::cluster
