// A few messages by hand: bytes as the protocol's documentation lays them out, and what a version cannot say.

#include "protocol/api_versions.h"
#include "protocol/fetch.h"
#include "protocol/metadata.h"
#include "protocol/metadata_records.h"
#include "protocol/produce.h"
#include "protocol/record_frame.h"

#include <gtest/gtest.h>

namespace kstream::protocol {
namespace {

using namespace std::string_literals;

template <class M>
std::string bytes_of(const M& message, int version) {
  const auto bytes = encoded(message, version);
  return bytes.ok() ? *bytes : "error: " + bytes.error().detail;
}

TEST(Message, ApiVersionsInItsFlexibleForm) {
  const ApiVersionsRequest request{.client_software_name = "kcat", .client_software_version = "1.7"};
  EXPECT_EQ(bytes_of(request, 3), "\5kcat\0041.7\0"s);
  EXPECT_EQ(bytes_of(request, 0), "") << "the names are ignorable";
  ApiVersionsResponse response;
  response.api_keys.push_back({.api_key = 18, .max_version = 5});
  EXPECT_EQ(bytes_of(response, 0), "\0\0\0\0\0\1\0\x12\0\0\0\5"s);
  response.supported_features.push_back({.name = "f", .min_version = 1, .max_version = 2});
  EXPECT_EQ(bytes_of(response, 3), "\0\0\2\0\x12\0\0\0\5\0\0\0\0\0\1\0\x8\2\2f\0\1\0\2\0"s);
}

TEST(Message, NullAndEmptyDiffer) {
  MetadataRequest all{.topics = std::nullopt};
  EXPECT_EQ(bytes_of(all, 1), "\xff\xff\xff\xff"s);
  EXPECT_EQ(bytes_of(MetadataRequest{}, 1), "\0\0\0\0"s);
  EXPECT_EQ(bytes_of(all, 0), "error: a null where this version has none");
  EXPECT_EQ(decoded<MetadataRequest>("\xff\xff\xff\xff"s, 1)->topics, std::nullopt);
  EXPECT_EQ(decoded<MetadataRequest>("\xff\xff\xff\xff"s, 0).error().detail,
            "a null where this version has none, at byte 4");
}

TEST(Message, AFieldThatAVersionLacksMustNotBeSetUnlessItIsIgnorable) {
  const MetadataRequest request{.allow_auto_topic_creation = false};
  EXPECT_EQ(bytes_of(request, 3), "error: allow_auto_topic_creation is not in this version of MetadataRequest");
  EXPECT_EQ(bytes_of(request, 4), "\0\0\0\0\0"s);
  FetchRequest fetch;
  fetch.topics.emplace_back().topic_id = Uuid::from_halves(1, 2);
  EXPECT_TRUE(encoded(fetch, 4).ok()) << "the topic id is ignorable";
  fetch.replica_state.replica_id = 1;
  EXPECT_FALSE(encoded(fetch, 14).ok()) << "a tagged field";
  fetch.topics.emplace_back().partitions.emplace_back().last_fetched_epoch = 3;
  EXPECT_TRUE(encoded(fetch, 15).ok());
}

TEST(Message, FieldsThatAVersionLacksAreDecodedAsTheirDefault) {
  const auto request = decoded<FetchRequest>(bytes_of(FetchRequest{.max_wait_ms = 5}, 4), 4);
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->session_epoch, -1);
  EXPECT_EQ(request->cluster_id, std::nullopt);
  EXPECT_EQ(*request, FetchRequest{.max_wait_ms = 5});
}

TEST(Message, RecordsAreAViewIntoTheFrame) {
  ProduceRequest request{.acks = -1, .timeout_ms = 1};
  request.topic_data.push_back({.name = "t", .partition_data = {{.index = 3, .records = Records{"batch", 0}}}});
  const std::string frame = bytes_of(request, 9);
  EXPECT_EQ(frame, "\0\xff\xff\0\0\0\1\2\2t\2\0\0\0\3\6batch\0\0\0"s);
  const auto again = decoded<ProduceRequest>(frame, 9);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->topic_data[0].partition_data[0].records->bytes.data(), frame.data() + frame.find("batch"));
  EXPECT_EQ(*again, request);
  EXPECT_EQ(again->describe(),
            "{transactional_id:null,acks:-1,timeout_ms:1,topic_data:[{name:\"t\",topic_id:AAAAAAAAAAAAAAAAAAAAAA,"
            "partition_data:[{index:3,records:5 bytes}]}]}");
}

TEST(Message, SplicedRecordsLeaveAGap) {
  FetchResponse response;
  auto& topic = response.responses.emplace_back();
  topic.partitions.push_back({.partition_index = 1, .records = Records{{}, 1000}});
  topic.partitions.push_back({.partition_index = 2, .current_leader = {.leader_id = 4}, .records = Records{"xyz", 0}});
  topic.partitions.push_back({.partition_index = 3, .records = Records{{}, 20}});
  std::string out;
  Writer writer(out, true);
  response.encode(writer, 12);
  ASSERT_EQ(writer.splices().size(), 2u);
  for (auto splice = writer.splices().rbegin(); splice != writer.splices().rend(); ++splice) {
    out.insert(splice->at, splice->size, 'r');
  }
  const auto whole = decoded<FetchResponse>(out, 12);
  ASSERT_TRUE(whole.ok());
  const auto& partitions = whole->responses[0].partitions;
  EXPECT_EQ(partitions[0].records->bytes, std::string(1000, 'r'));
  EXPECT_EQ(partitions[1].records->bytes, "xyz");
  EXPECT_EQ(partitions[1].current_leader.leader_id, 4);
  EXPECT_EQ(partitions[2].records->bytes, std::string(20, 'r'));
}

TEST(Message, BytesBehindItAreIgnored) { EXPECT_TRUE(decoded<MetadataRequest>("\0\0\0\0more"s, 1).ok()); }

TEST(Message, DescribesControlCharactersWithoutPrintingThem) {
  const ApiVersionsRequest request{.client_software_name = "a\n\"\\\x7f"};
  EXPECT_NE(request.describe().find(R"(client_software_name:"a\x0a\"\\\x7f")"), std::string::npos)
      << request.describe();
}

TEST(RecordFrame, PrecedesAMetadataRecord) {
  const TopicRecord record{.name = "t", .topic_id = Uuid::from_halves(0, 7)};
  const auto value = framed(record, 0);
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(*value, "\1\2\0\2t\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\7\0"s);
  Reader reader(*value, true);
  const auto frame = read_record_frame(reader);
  ASSERT_TRUE(frame.ok());
  EXPECT_EQ(frame->type, TopicRecord::kRecordType);
  TopicRecord again;
  again.decode(reader, static_cast<int>(frame->version));
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(again, record);
}

TEST(RecordFrame, IsRefusedIfItIsNone) {
  for (const std::string& bytes :
       {""s, "\1"s, "\1\2"s, "\0\2\0"s, "\2\2\0"s, "\1\x80\x80\2\0"s, "\1\2\xff\xff\xff\xff\xf"s}) {
    Reader reader(bytes, true);
    EXPECT_EQ(read_record_frame(reader).code(), ErrorCode::invalid_record) << bytes.size();
  }
}

TEST(Record, ThatAVersionCannotSayIsNotFramed) {
  PartitionRecord record;
  record.eligible_leader_replicas = std::vector<std::int32_t>{1};
  EXPECT_EQ(framed(record, 0).code(), ErrorCode::unsupported_version);
  EXPECT_TRUE(framed(record, 2).ok());
}

}  // namespace
}  // namespace kstream::protocol
