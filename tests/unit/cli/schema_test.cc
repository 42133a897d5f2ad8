#include "cli/cluster_rows.h"
#include "cli/diff.h"
#include "cli/dump_text.h"
#include "cli/json_record.h"
#include "cli/server_text.h"
#include "cli/show_config.h"
#include "cli/stats_sink.h"
#include "cli/topic_rows.h"
#include "cli/topics_text.h"
#include "support/json_schema.h"
#include "unit/cli/header_bytes.h"

#include <gtest/gtest-spi.h>

namespace kstream::cli {
namespace {

using test::fits_schema;

const RowsOutput kJson{OutputFormat::json, false, true, {}, {}};

TEST(Schema, Record) {
  HeaderBytes headers{{"a", "1"}, {"\xFF", "\xFE"}, {"", std::nullopt}};
  std::string lines;
  for (const RecordView& record :
       {RecordView{Offset(5), Timestamp(1), "k", "v", headers.range()}, RecordView{Offset(0), kNoTimestamp, {}, {}, {}},
        RecordView{Offset(INT64_MAX), Timestamp(INT64_MAX), "\xFF", "\xFE\xFF", {}}}) {
    append_json_record({"t", PartitionId(0), record}, lines);
    lines += '\n';
  }
  append_json_record({"", PartitionId(-1), RecordView{kNoOffset, kNoTimestamp, {}, "whose", {}}}, lines);  // rejected
  EXPECT_TRUE(fits_schema("record.json", lines));
}

TEST(Schema, RefusesOtherThings) {
  EXPECT_NONFATAL_FAILURE(fits_schema("record.json", R"({"topic":"t"})"), "required");
  EXPECT_NONFATAL_FAILURE(fits_schema("topic-listed.json", R"({"topic":"t","id":null,"internal":1,"partitions":1})"),
                          "type");
}

TEST(Schema, Topics) {
  TopicDescription topic{"t\"", Uuid::from_halves(1, 2), false, {}};
  topic.partitions.push_back({PartitionId(0),
                              ErrorCode::none,
                              NodeId(1),
                              LeaderEpoch(3),
                              {NodeId(1), NodeId(2)},
                              {NodeId(1)},
                              {NodeId(2)},
                              std::vector<NodeId>{NodeId(2)},
                              std::vector<NodeId>()});
  topic.partitions.push_back(
      {PartitionId(1), ErrorCode::leader_not_available, NodeId(-1), kNoLeaderEpoch, {NodeId(2)}, {}, {}, {}, {}});
  TopicDescription old{"old", Uuid{}, true, {}};
  EXPECT_TRUE(fits_schema("topic-described.json", described_text({topic, old}, nullptr, kJson)));
  const PartitionSizes sizes{{{"t\"", PartitionId(0)}, 5}};
  EXPECT_TRUE(fits_schema("topic-described.json", described_text({topic, old}, &sizes, kJson)));
  EXPECT_TRUE(fits_schema("topic-listed.json",
                          listed_text({{"t", topic.id, false, 2}, {"old", Uuid{}, true, 0}}, false, nullptr, kJson)));
  EXPECT_TRUE(fits_schema("topic-listed.json",
                          listed_text({{"t\"", topic.id, false, 2}, {"old", Uuid{}, true, 0}}, false, &sizes, kJson)));
  EXPECT_TRUE(fits_schema(
      "topic-created.json",
      created_text({{"t", CreatedTopic{topic.id, 2, 1}}, {"bad", Error{}}, {"old", CreatedTopic{}}}, true, kJson)));
}

TEST(Schema, ChangesOfTopics) {
  const TopicPartition partition{"t", PartitionId(3)};
  EXPECT_TRUE(fits_schema("topic-altered.json", grown_text({{"t", 1, 4}}, true, kJson)));
  EXPECT_TRUE(
      fits_schema("topic-deleted.json",
                  deleted_text({{"t", Uuid::from_halves(1, 2), 3, 5, 7}, {"old", Uuid{}, 1, -1, -1}}, false, kJson)));
  EXPECT_TRUE(fits_schema("topic-truncated.json",
                          truncated_text({{partition, Offset(1), Offset(4), Offset(9)}}, false, kJson)));
  EXPECT_TRUE(fits_schema("topic-offsets.json", ranges_text({{partition, Offset(1), Offset(4)}}, kJson)));
  EXPECT_TRUE(
      fits_schema("topic-offset.json",
                  offsets_text({{partition, Offset(1), Timestamp(4)}, {partition, Offset(1), kNoTimestamp}}, kJson)));
}

TEST(Schema, Configs) {
  ConfigEntry plain{"a", "1", ConfigSource::topic, false, false, {}, ConfigType::int64, "What it does."};
  plain.synonyms = {{"a", "1", ConfigSource::topic}, {"log.a", "2", ConfigSource::default_value}};
  ConfigEntry newer{"b", std::nullopt, static_cast<ConfigSource>(99), true, true, {}, static_cast<ConfigType>(99), ""};
  EXPECT_TRUE(fits_schema("topic-config.json", configs_text({{"t", plain}, {"t", newer}}, kJson)));
  EXPECT_EQ(configs_text({{"t", plain}, {"t", newer}}, {}), "t\ta\t1\ttopic\t2\nt\tb\t-\tunknown\t-\n");
  EXPECT_TRUE(fits_schema("topic-config-changed.json",
                          changed_text({{"t", {"a", ConfigOperation::set, "1"}, "0", true},
                                        {"t", {"a", ConfigOperation::unset, std::nullopt}, std::nullopt, false}},
                                       true, kJson)));
  ClientSettings settings;
  EXPECT_TRUE(settings.config.set("acks", "1").ok());
  EXPECT_TRUE(settings.config.set("linger.ms", "7").ok());
  settings.sources["linger.ms"] = "-X";
  EXPECT_TRUE(fits_schema("client-property.json", shown_settings(settings, kJson)));
  EXPECT_EQ(shown_settings(settings, {}), "acks\t1\tdefault\nlinger.ms\t7\t-X\n");
}

TEST(Schema, RecordCounts) {
  CountsByPartition counts;
  counts[{"t", PartitionId(1)}] = {
      3, 10, 1, Offset(4), Offset(6), Timestamp(1'600'000'000'000), Timestamp(1'700'000'000'000)};
  counts[{"t", PartitionId(2)}] = {1, 0, 0, Offset(0), Offset(0)};
  EXPECT_TRUE(fits_schema("record-counts.json", stats_text(counts, kJson)));
  EXPECT_EQ(stats_text(counts, {}),
            "t\t1\t3\t10\t1\t4\t6\t2020-09-13T12:26:40.000Z\t2023-11-14T22:13:20.000Z\nt\t2\t1\t0\t0\t0\t0\t-\t-\n");
}

TEST(Schema, RecordDifference) {
  const std::vector<Difference> all = {
      {"t", "u", PartitionId(0), Offset(3), Offset(4), "key"},
      {"t", "u", PartitionId(1), Offset(3), kNoOffset, "missing"},
      {"t", "u", PartitionId(2), kNoOffset, Offset(4), "missing", true},
  };
  EXPECT_TRUE(fits_schema("record-difference.json", diff_text(all, kJson)));
  EXPECT_EQ(diff_text(all, RowsOutput()), "t\t0\t3\tu\t4\tkey\nt\t1\t3\tu\t-\tmissing\nt\t2\t-\tu\t4\tmissing\n");
  EXPECT_EQ(diff_text(all, std::nullopt),
            "t [0] offset 3 and u [0] offset 4: another key\n"
            "t [1] offset 3: none like it in u [1]\n"
            "u [2] offset 4: none like it in the other, which has no such partition\n");
}

TEST(RowsOutput, Columns) {
  const std::vector<OffsetRange> ranges{{{"t", PartitionId(3)}, Offset(1), Offset(4)}};
  EXPECT_EQ(ranges_text(ranges, {OutputFormat::csv, false, true, {"end", "topic"}, {}}), "end,topic\r\n4,t\r\n");
  EXPECT_EQ(ranges_text(ranges, {OutputFormat::csv, false, false, {"end", "topic"}, {}}), "4,t\r\n");
  EXPECT_EQ(ranges_text(ranges, {OutputFormat::table, true, false, {"topic", "end"}, {}}), "t      4\n");
  const std::string wanted[] = {"topic", "start"};
  EXPECT_EQ(check_columns(wanted, kRangeColumns).error().detail,
            "there is no column 'start': there are topic, partition, beginning, end, records");
  EXPECT_TRUE(check_columns(std::span(wanted).first(1), kRangeColumns).ok());
}

TEST(RowsOutput, Templates) {
  const std::vector<FoundOffset> offsets{{{"t", PartitionId(3)}, Offset(4), kNoTimestamp}};
  RowsOutput output;
  auto text = [&](std::string_view row) {
    auto pieces = parse_row_template(row);
    if (!pieces) return pieces.error().detail;
    output.row = *pieces;
    return offsets_text(offsets, output);
  };
  EXPECT_EQ(text("%{topic}[%p]=%o%{time}%%\\n"), "t[3]=4%\n");
  EXPECT_EQ(text("%t\\x20%{none}|"), "t |");
  EXPECT_EQ(text("%q"), "-f: '%q' stands for nothing: there are %{COLUMN}, %t, %p, %o and %%");
  EXPECT_EQ(text("%{topic"), "-f: '%{' stands for nothing: there are %{COLUMN}, %t, %p, %o and %%");
  EXPECT_EQ(text("%"), "-f: '%' stands for nothing: there are %{COLUMN}, %t, %p, %o and %%");
  EXPECT_NE(text("%t\\q").find("there are \\n"), std::string::npos);
}

TEST(Schema, Server) {
  const ShownFinding findings[] = {{"error", "f:1", "a", "what \"it\" is"}, {"note", "", "", "all is well"}};
  EXPECT_TRUE(fits_schema("server-check.json", findings_text(findings, OutputFormat::json, false)));
  EXPECT_EQ(findings_text(findings, {}, false), "f:1: error: what \"it\" is\nnote: all is well\n");
  EXPECT_EQ(findings_text(findings, OutputFormat::csv, false),
            "level,where,name,text\r\nerror,f:1,a,\"what \"\"it\"\" is\"\r\nnote,,,all is well\r\n");
  const ShownDirectory directories[] = {{"/a", "formatted", true, 1, "c", "d", {}},
                                        {"/b", "unusable", false, {}, {}, {}, "why"}};
  EXPECT_TRUE(fits_schema("server-directory.json", directories_text(directories, OutputFormat::json, false)));
  EXPECT_EQ(directories_text(directories, OutputFormat::plain, false),
            "/a\tformatted\tyes\t1\tc\td\t-\n/b\tunusable\tno\t-\t-\t-\twhy\n");
  EXPECT_EQ(status_csv("a\t1\nb c\t2,3\n"), "name,value\r\na,1\r\nb c,\"2,3\"\r\n");
  const ShownConfig configs[] = {{"a", "1", "f:1", true, false, "What it does."},
                                 {"p", {}, "default", false, true, {}}};
  EXPECT_TRUE(fits_schema("server-config.json", configs_text(configs, OutputFormat::json, false)));
  EXPECT_EQ(configs_text(configs, OutputFormat::plain, false), "a\t1\tf:1\tyes\np\t(secret)\tdefault\tno\n");
  EXPECT_EQ(configs_text(configs, OutputFormat::csv, false),
            "name,value,source,effect\r\na,1,f:1,yes\r\np,(secret),default,no\r\n");
}

TEST(Schema, Cluster) {
  ClusterDescription cluster{"c", NodeId(2), {{NodeId(2), "h", 9092, "r", false}, {NodeId(3), "::1", 1, "", true}}};
  EXPECT_TRUE(fits_schema("server-cluster.json", cluster_text(cluster, kJson)));
  EXPECT_TRUE(fits_schema("server-broker.json", brokers_text(cluster, kJson)));
  EXPECT_EQ(cluster_text(cluster, {}), "c\t2\t1\t-\tbroker\n") << "nobody was asked for fenced brokers";
  EXPECT_EQ(brokers_text(cluster, {}), "2\th\t9092\tr\tno\tyes\n3\t::1\t1\t-\tyes\tno\n");
  cluster.with_fenced = true;
  cluster.controller = NodeId(-1);
  cluster.endpoint_type = EndpointType::controller;
  EXPECT_TRUE(fits_schema("server-cluster.json", cluster_text(cluster, kJson)));
  EXPECT_EQ(cluster_text(cluster, {}), "c\t-\t1\t1\tcontroller\n");
  cluster.endpoint_type = static_cast<EndpointType>(9);
  EXPECT_TRUE(fits_schema("server-cluster.json", cluster_text(cluster, kJson)));
}

TEST(Schema, Quorum) {
  const Uuid directory = Uuid::from_halves(1, 2);
  QuorumDescription quorum{NodeId(1), LeaderEpoch(7), Offset(90), {}, {}};
  quorum.voters = {
      {NodeId(1), directory, Offset(100), Timestamp(5000), Timestamp(5000), {{"C", "h", 1}, {"S", "::", 2}}},
      {NodeId(2), Uuid(), Offset(93), Timestamp(4900), Timestamp(4000), {}},
      {NodeId(3), Uuid(), kNoOffset, kNoTimestamp, kNoTimestamp, {}}};
  quorum.observers = {{NodeId(9), Uuid(), Offset(80), Timestamp(6000), Timestamp(6000), {}}};
  EXPECT_TRUE(fits_schema("server-quorum.json", quorum_text(quorum, kJson)));
  EXPECT_EQ(quorum_text(quorum, {}),
            "1\t7\t90\t1\tleader\t100\t0\t0\t1970-01-01T00:00:05.000Z\t1970-01-01T00:00:05.000Z\t"
            "AAAAAAAAAAEAAAAAAAAAAg\tC://h:1,S://[::]:2\n"
            "1\t7\t90\t2\tvoter\t93\t7\t1000\t1970-01-01T00:00:04.900Z\t1970-01-01T00:00:04.000Z\t-\t-\n"
            "1\t7\t90\t3\tvoter\t-\t-\t-\t-\t-\t-\t-\n"
            "1\t7\t90\t9\tobserver\t80\t20\t0\t1970-01-01T00:00:06.000Z\t1970-01-01T00:00:06.000Z\t-\t-\n");
  const RowsOutput table{OutputFormat::table, false, true, {}, {}};
  EXPECT_TRUE(quorum_text(quorum, table)
                  .starts_with("leader 1  epoch 7  high watermark 90  3 voters  1 observer  max lag 7\nNODE  ROLE "));
  const RowsOutput columns{OutputFormat::table, false, true, {"leader", "node"}, {}};
  EXPECT_TRUE(quorum_text(quorum, columns).starts_with("LEADER  NODE\n1       1\n"));
  const QuorumDescription none{NodeId(-1), LeaderEpoch(8), kNoOffset, {{NodeId(1)}}, {}};
  EXPECT_TRUE(fits_schema("server-quorum.json", quorum_text(none, kJson)));
  EXPECT_EQ(quorum_text(none, {}), "-\t8\t-\t1\tvoter\t-\t-\t-\t-\t-\t-\t-\n");
  EXPECT_TRUE(
      quorum_text(none, table).starts_with("leader none  epoch 8  high watermark none  1 voter  0 observers\n"));
}

TEST(Schema, Features) {
  FeatureDescription features{{{"a", 0, 3, 2}, {"b", -1, -1, 1}, {"c", 1, 1, 0}}, 5};
  EXPECT_TRUE(fits_schema("server-feature.json", features_text(features, kJson)));
  EXPECT_EQ(features_text(features, {}), "a\t0\t3\t2\t5\nb\t-\t-\t1\t5\nc\t1\t1\t0\t5\n");
  features.epoch = -1;
  EXPECT_TRUE(fits_schema("server-feature.json", features_text(features, kJson)));
}

TEST(Schema, Dump) {
  DumpText json(OutputFormat::json, false);
  json.add("f", ShownBatch{.size = 70, .records = 1, .codec = "zstd", .max_timestamp = 5, .control = true});
  json.add("f", ShownOffsetEntry{7, 70});
  json.add("f", ShownTimeEntry{5, 7});
  const std::string lines = json.take();
  EXPECT_TRUE(fits_schema("server-dump.json", lines));
  EXPECT_NE(lines.find("{\"file\":\"f\",\"index\":{\"offset\":7,\"position\":70}}\n"), std::string::npos);
  EXPECT_EQ(json.take(), "");
  DumpText plain(OutputFormat::plain, false);
  plain.add(
      "f",
      ShownBatch{.size = 70, .last_offset = 2, .records = 3, .codec = "none", .producer_id = 9, .producer_epoch = 1});
  plain.add("g", ShownOffsetEntry{7, 70});
  DumpText csv(OutputFormat::csv, false);
  csv.add("f", ShownOffsetEntry{7, 70});
  EXPECT_EQ(csv.take(), "file,offset,position\r\nf,7,70\r\n");
  csv.add("f", ShownOffsetEntry{8, 80});
  EXPECT_EQ(csv.take(), "f,8,80\r\n");
  csv.add("g", ShownTimeEntry{5, 7});
  EXPECT_EQ(csv.take(), "file,timestamp,offset\r\ng,1970-01-01T00:00:00.005Z,7\r\n");
  EXPECT_EQ(plain.take(), "f\t0\t70\t0\t2\t3\t-\tnone\tCreateTime\t-\t9/1\t-\t-\twrong\ng\t7\t70\n");
}

TEST(TopicsText, Forms) {
  TopicDescription topic{"t", Uuid{}, false, {}};
  topic.partitions.push_back(
      {PartitionId(0), ErrorCode::none, NodeId(1), LeaderEpoch(3), {NodeId(1), NodeId(2)}, {NodeId(1)}, {}, {}, {}});
  topic.partitions.push_back(
      {PartitionId(1), ErrorCode::none, NodeId(-1), LeaderEpoch(3), {NodeId(2)}, {}, {NodeId(2)}, {}, {}});
  auto text = [&](OutputFormat format) { return described_text({topic}, nullptr, {format, false, true, {}, {}}); };
  EXPECT_EQ(text(OutputFormat::plain),
            "t\tAAAAAAAAAAAAAAAAAAAAAA\t0\t1\t3\t1,2\t1\t-\nt\tAAAAAAAAAAAAAAAAAAAAAA\t1\tnone\t3\t2\t-\t2\n");
  EXPECT_EQ(text(OutputFormat::csv),
            "topic,id,partition,leader,epoch,replicas,isr,offline\r\nt,AAAAAAAAAAAAAAAAAAAAAA,0,1,3,\"1,2\",1,\r\n"
            "t,AAAAAAAAAAAAAAAAAAAAAA,1,none,3,2,,2\r\n");
  EXPECT_EQ(text(OutputFormat::table),
            "t  id AAAAAAAAAAAAAAAAAAAAAA  2 partitions  replication 2\n"
            "PARTITION  LEADER  EPOCH  REPLICAS  ISR  OFFLINE\n"
            "0          1       3      1,2       1    -\n"
            "1          none    3      2         -    2\n");
}

}  // namespace
}  // namespace kstream::cli
