#include "cluster/metadata_record.h"

#include <gtest/gtest.h>

#include <utility>

namespace kstream::cluster {
namespace {

template <std::size_t... I>
std::vector<MetadataRecord> one_of_each(std::index_sequence<I...>) {
  return {MetadataRecord(std::in_place_index<I>)...};
}
std::vector<MetadataRecord> one_of_each() {
  return one_of_each(std::make_index_sequence<std::variant_size_v<MetadataRecord>>());
}

std::string encoded(const MetadataRecord& record) {
  std::string bytes;
  encode_record(record, written_version(record), bytes);
  return bytes;
}

TEST(MetadataRecord, EveryTypeComesBackAsItWas) {
  for (const auto& record : one_of_each()) {
    const auto decoded = decode_record(encoded(record));
    ASSERT_TRUE(decoded) << record_name(record) << decoded.error().to_string();
    EXPECT_EQ(decoded->record, record) << record_name(record);
    EXPECT_EQ(decoded->version, written_version(record)) << record_name(record);
  }
}

TEST(MetadataRecord, HasKafkasFrame) {
  protocol::FeatureLevelRecord r;
  r.name = "metadata.version";
  r.feature_level = 33;
  EXPECT_EQ(encoded(r), std::string("\x01\x0c\x00\x11metadata.version\x00\x21\x00", 23));
}

TEST(MetadataRecord, NamesAreThoseOfTheTypes) {
  EXPECT_EQ(record_name(protocol::RegisterBrokerRecord{}), "RegisterBrokerRecord");
  EXPECT_EQ(record_name(protocol::NoOpRecord{}), "NoOpRecord");
  EXPECT_EQ(record_name(protocol::UnregisterControllerRecord{}), "UnregisterControllerRecord");
}

// As measured on Kafka 4.4.0: unfencing 0, controlled shutdown 1, cordoned directories 3.
TEST(MetadataRecord, AChangeOfARegistrationIsWrittenInTheOldestVersionThatCanSayIt) {
  protocol::BrokerRegistrationChangeRecord change;
  change.fenced = -1;
  EXPECT_EQ(written_version(change), 0);
  change.in_controlled_shutdown = 1;
  EXPECT_EQ(written_version(change), 1);
  change.log_dirs = {Uuid{}};
  EXPECT_EQ(written_version(change), 2);
  change.cordoned_log_dirs.emplace();
  EXPECT_EQ(written_version(change), 3);
}

TEST(MetadataRecord, RefusesWhatItCannotRead) {
  const auto code = [](std::string bytes) { return decode_record(bytes).code(); };
  EXPECT_EQ(code(""), ErrorCode::invalid_record);
  EXPECT_EQ(code(std::string("\x02\x02\x00", 3)), ErrorCode::invalid_record) << "a frame of version 2";
  EXPECT_EQ(code(std::string("\x01\x06\x00\x00", 4)), ErrorCode::unsupported_version) << "type 6 was never used";
  EXPECT_EQ(code(std::string("\x01\x02\x01", 3)), ErrorCode::unsupported_version) << "TopicRecord has version 0 only";
  for (const auto& record : one_of_each()) {
    const std::string bytes = encoded(record);
    EXPECT_EQ(code(bytes + "x"), ErrorCode::corrupt_message) << record_name(record);
    for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_NE(code(bytes.substr(0, size)), ErrorCode::none);
  }
}

}  // namespace
}  // namespace kstream::cluster
