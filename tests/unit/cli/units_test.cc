#include "cli/duration.h"
#include "cli/size.h"
#include "cli/topics.h"

namespace kstream::cli {
namespace {

std::int64_t ms(std::string_view text) {
  auto duration = parse_duration(text);
  return duration ? duration->count() : -1;
}

std::int64_t bytes(std::string_view text) {
  auto size = parse_size(text);
  return size ? *size : -1;
}

TEST(Duration, Units) {
  EXPECT_EQ(ms("250ms"), 250);
  EXPECT_EQ(ms("5s"), 5000);
  EXPECT_EQ(ms("1h30m"), 5'400'000);
  EXPECT_EQ(ms("7d"), 604'800'000);
  EXPECT_EQ(ms("1w"), 604'800'000);
  EXPECT_EQ(ms("PT1H2M3S"), 3'723'000);
  EXPECT_EQ(ms("P1W"), 604'800'000);
  EXPECT_EQ(ms("0s"), 0);
}

TEST(Duration, Refuses) {
  for (auto text : {"", "5", "s", "5 s", "5x", "-5s", "5s3", "1.5s", "PT", "P", "PT5", "P5H", "99999999999999999999s",
                    "9223372036854775807d"}) {
    EXPECT_EQ(ms(text), -1) << text;
  }
}

TEST(Size, Units) {
  EXPECT_EQ(bytes("4096"), 4096);
  EXPECT_EQ(bytes("1KiB"), 1024);
  EXPECT_EQ(bytes("64MiB"), 67'108'864);
  EXPECT_EQ(bytes("1GB"), 1'000'000'000);
  for (auto text : {"", "KiB", "1 KiB", "1kib", "-1", "1.5GiB", "9223372036854775807KiB"})
    EXPECT_EQ(bytes(text), -1) << text;
}

TEST(TopicConfig, TranslatesUnits) {
  auto value = [](std::string_view text) {
    auto config = parse_topic_config(text);
    return config ? config->name + "=" + *config->value : "error";
  };
  EXPECT_EQ(value("retention.ms=7d"), "retention.ms=604800000");
  EXPECT_EQ(value("retention.ms=-1"), "retention.ms=-1");
  EXPECT_EQ(value("flush.ms=1h"), "flush.ms=3600000");
  EXPECT_EQ(value("segment.bytes=1GiB"), "segment.bytes=1073741824");
  EXPECT_EQ(value("segment.bytes=65536"), "segment.bytes=65536");
  EXPECT_EQ(value("cleanup.policy=delete"), "cleanup.policy=delete");
  EXPECT_EQ(value("cleanup.policy="), "cleanup.policy=");
  EXPECT_EQ(value("retention.ms=7"), "retention.ms=7");
  EXPECT_EQ(value("retention.ms=1GiB"), "error");
  EXPECT_EQ(value("segment.bytes=7d"), "error");
  EXPECT_EQ(value("retention.ms"), "error");
  EXPECT_EQ(value("=7"), "error");
}

TEST(DescribeTopics, Unhealthy) {
  using Only = DescribeTopicsPlan::Only;
  PartitionDescription partition;
  partition.leader = NodeId(1);
  partition.replicas = partition.in_sync_replicas = {NodeId(1), NodeId(2)};
  EXPECT_TRUE(is_asked_for(partition, Only::all));
  EXPECT_FALSE(is_asked_for(partition, Only::unhealthy));
  EXPECT_FALSE(is_asked_for(partition, Only::under_replicated));
  partition.leader = NodeId(-1);
  EXPECT_TRUE(is_asked_for(partition, Only::unhealthy));
  EXPECT_FALSE(is_asked_for(partition, Only::under_replicated));
  partition.leader = NodeId(1);
  partition.offline_replicas = {NodeId(2)};
  EXPECT_TRUE(is_asked_for(partition, Only::unhealthy));
  partition.in_sync_replicas = {NodeId(1)};
  EXPECT_TRUE(is_asked_for(partition, Only::under_replicated));
}

TEST(Size, ForPeople) {
  EXPECT_EQ(format_size(0), "0 B");
  EXPECT_EQ(format_size(1023), "1023 B");
  EXPECT_EQ(format_size(1536), "1.5 KiB");
  EXPECT_EQ(format_size(45 << 20), "45.0 MiB");
  EXPECT_EQ(format_size(INT64_MAX), "7.9 EiB");
}

}  // namespace
}  // namespace kstream::cli
