#include "world.h"

#include "records/iterate.h"

#include <algorithm>
#include <fstream>
#include <iterator>

/// The metadata log and the snapshots of Kafka 4.4.0: tests/golden/README.md says how they were made.
namespace kstream::cluster {
namespace {

std::string golden(const std::string& name) {
  std::ifstream file(KSTREAM_GOLDEN "/metadata/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Found {
  DecodedRecord decoded;
  std::string bytes;
  RecordPosition at;
};

std::vector<Found> metadata_records(const std::string& file) {
  std::vector<Found> found;
  const std::string bytes = golden(file);
  records::BatchReader batches(bytes);
  for (records::BatchView batch; batches.next(batch);) {
    EXPECT_TRUE(records::check_crc(batch.bytes));
    if (batch.header.is_control()) continue;
    records::RecordReader reader(batch.header, records::payload(batch.bytes));
    for (RecordView record; reader.next(record);) {
      auto decoded = decode_record(*record.value);
      EXPECT_TRUE(decoded) << file << " offset " << record.offset.value << ": " << decoded.error().to_string();
      if (!decoded) continue;
      found.push_back(
          {*decoded, std::string(*record.value), {record.offset, batch.header.leader_epoch, record.timestamp}});
    }
    EXPECT_TRUE(reader.status());
  }
  EXPECT_TRUE(batches.status());
  EXPECT_TRUE(batches.rest().empty());
  return found;
}

const char* const kFiles[] = {"00000000000000000000.log", "00000000000000000000-0000000000.checkpoint",
                              "00000000000000000044-0000000002.checkpoint",
                              "00000000000000000072-0000000002.checkpoint"};

TEST(GoldenMetadata, EveryRecordOfKafkaComesBackByteForByte) {
  std::size_t count = 0;
  for (const char* file : kFiles) {
    for (const Found& found : metadata_records(file)) {
      std::string bytes;
      encode_record(found.decoded.record, found.decoded.version, bytes);
      EXPECT_EQ(bytes, found.bytes) << file << " offset " << found.at.offset.value;
      EXPECT_EQ(written_version(found.decoded.record), found.decoded.version) << record_name(found.decoded.record);
      ++count;
    }
  }
  EXPECT_EQ(count, 69u + 1 + 12 + 27);
}

/// The order of a registration's features is that of a Java map: it means nothing.
std::vector<std::string> comparable(std::vector<MetadataRecord> records) {
  std::vector<std::string> out;
  for (auto& record : records) {
    const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
    if (auto* r = std::get_if<protocol::RegisterBrokerRecord>(&record)) {
      std::sort(r->features.begin(), r->features.end(), by_name);
    }
    if (auto* r = std::get_if<protocol::RegisterControllerRecord>(&record)) {
      std::sort(r->features.begin(), r->features.end(), by_name);
    }
    encode_record(record, written_version(record), out.emplace_back());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::string> image_at(Offset end) {
  World world;
  for (const Found& found : metadata_records(kFiles[0])) {
    if (found.at.offset >= end) break;
    const Status status = world.replay.apply(found.decoded.record, found.at);
    EXPECT_TRUE(status) << status.error().to_string();
  }
  return comparable(records_of(*world.image()));
}

std::vector<std::string> snapshot(const char* file) {
  std::vector<MetadataRecord> records;
  for (const Found& found : metadata_records(file)) records.push_back(found.decoded.record);
  return comparable(std::move(records));
}

TEST(GoldenMetadata, OurImageOfKafkasLogIsKafkasSnapshot) {
  EXPECT_EQ(image_at(Offset(44)), snapshot(kFiles[2]));
  EXPECT_EQ(image_at(Offset(72)), snapshot(kFiles[3]));
}

TEST(GoldenMetadata, ATopicIsWrittenAsKafkaWritesIt) {
  // The batch of "orders": the same request, with Kafka's topic id put in place of ours.
  const auto log = metadata_records(kFiles[0]);
  const auto at = [&](std::int64_t offset) {
    return std::find_if(log.begin(), log.end(), [&](auto& f) { return f.at.offset == Offset(offset); });
  };
  World world;
  for (auto found = log.begin(); found != at(10); ++found) {
    ASSERT_TRUE(world.replay.apply(found->decoded.record, found->at));
  }
  protocol::CreateTopicsRequest request;
  auto& topic = request.topics.emplace_back();
  topic.name = "orders";
  topic.num_partitions = 3;
  topic.replication_factor = 1;
  for (const auto& [name, value] : {std::pair("retention.ms", "60000"), std::pair("segment.bytes", "2097152")}) {
    auto& config = topic.configs.emplace_back();
    config.name = name;
    config.value = value;
  }
  auto decision = decide(request, *world.image(), world.context());
  ASSERT_EQ(decision.records.size(), 6u);
  const Uuid kafkas = std::get<protocol::TopicRecord>(at(10)->decoded.record).topic_id;
  for (std::size_t i = 0; i < decision.records.size(); ++i) {
    auto& record = decision.records[i];
    if (auto* r = std::get_if<protocol::TopicRecord>(&record)) r->topic_id = kafkas;
    if (auto* r = std::get_if<protocol::PartitionRecord>(&record)) r->topic_id = kafkas;
    std::string bytes;
    encode_record(record, written_version(record), bytes);
    EXPECT_EQ(bytes, at(10 + static_cast<std::int64_t>(i))->bytes);
  }
}

}  // namespace
}  // namespace kstream::cluster
