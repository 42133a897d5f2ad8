#include "base/config/value.h"

namespace kstream::config {
namespace {

const Row& topic(std::string_view name) { return *find_row(topic_rows(), name); }
const Row& broker(std::string_view name) { return *find_row(broker_rows(), name); }

TEST(Value, ParsesAsKafkaDoes) {
  EXPECT_EQ(parse_boolean(" TRUE "), true);
  EXPECT_EQ(parse_boolean("false"), false);
  EXPECT_FALSE(parse_boolean("1"));
  EXPECT_EQ(parse_integer(" +7 "), 7);
  EXPECT_EQ(parse_integer("-9223372036854775808"), INT64_MIN);
  for (auto text : {"", " ", "+", "+-1", "7d", "1e3", "0x10", "9223372036854775808", "1 2"})
    EXPECT_FALSE(parse_integer(text)) << text;
  EXPECT_EQ(parse_real("1.7976931348623157E308"), 1.7976931348623157e308);
  EXPECT_FALSE(parse_real("inf"));
  EXPECT_FALSE(parse_real("nan"));
}

TEST(Value, ParsesLists) {
  using List = std::vector<std::string_view>;
  EXPECT_EQ(parse_list(""), List{});
  EXPECT_EQ(parse_list("  "), List{});
  EXPECT_EQ(parse_list("a"), List{"a"});
  EXPECT_EQ(parse_list(" a ,b, c d"), (List{"a", "b", "c d"}));
  EXPECT_EQ(parse_list("a,"), (List{"a", ""}));
}

TEST(Value, IsCheckedByTypeAndLimits) {
  EXPECT_TRUE(check_value(topic("segment.bytes"), "1048576"));
  EXPECT_EQ(check_value(topic("segment.bytes"), "1048575").error().detail,
            "\"segment.bytes\" must be at least 1048576, not \"1048575\"");
  EXPECT_EQ(check_value(topic("segment.bytes"), "2147483648").error().detail,
            "\"segment.bytes\" must be a whole number of 32 bits, not \"2147483648\"");
  EXPECT_EQ(check_value(topic("segment.bytes"), "").code(), ErrorCode::invalid_config);
  EXPECT_EQ(check_value(topic("min.cleanable.dirty.ratio"), "1.5").error().detail,
            "\"min.cleanable.dirty.ratio\" must be at most 1, not \"1.5\"");
  EXPECT_TRUE(check_value(topic("retention.ms"), "9223372036854775807"));
  EXPECT_FALSE(check_value(broker("offsets.topic.replication.factor"), "32768")) << "16 bits";
  EXPECT_EQ(check_value(topic("preallocate"), "yes").error().detail,
            "\"preallocate\" must be true or false, not \"yes\"");
  EXPECT_EQ(check_value(broker("controller.quorum.voters"), " ").error().detail,
            "\"controller.quorum.voters\" must not be empty");
}

TEST(Value, IsCheckedByChoices) {
  EXPECT_TRUE(check_value(topic("message.timestamp.type"), "LogAppendTime"));
  EXPECT_EQ(check_value(topic("message.timestamp.type"), "logappendtime").error().detail,
            "\"message.timestamp.type\" must be one of CreateTime, LogAppendTime, not \"logappendtime\"");
  EXPECT_FALSE(check_value(topic("message.timestamp.type"), "Create"));
  EXPECT_TRUE(check_value(topic("cleanup.policy"), "compact, delete"));
  EXPECT_TRUE(check_value(topic("cleanup.policy"), "")) << "keeps everything (Kafka 4.2)";
  EXPECT_EQ(check_value(topic("cleanup.policy"), "delete,burn").error().detail,
            "\"cleanup.policy\" may only hold compact, delete, not \"delete,burn\"");
  EXPECT_TRUE(check_value(topic("compression.gzip.level"), "-1"));
  EXPECT_FALSE(check_value(topic("compression.gzip.level"), "0"));
  EXPECT_TRUE(check_value(broker("group.consumer.migration.policy"), "Upgrade")) << "in any case";
}

TEST(Value, OfAPasswordIsNeverQuoted) {
  Row row = broker("ssl.key.password");
  row.valid.choices = "a|b";
  auto status = check_value(row, "hunter2");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().detail.find("hunter2"), std::string::npos) << status.error().detail;
}

TEST(Value, IsComparedByMeaning) {
  EXPECT_TRUE(same_value(topic("segment.bytes"), "07", " 7"));
  EXPECT_FALSE(same_value(topic("segment.bytes"), "70", "7"));
  EXPECT_TRUE(same_value(topic("preallocate"), "FALSE", "false"));
  EXPECT_TRUE(same_value(topic("cleanup.policy"), "compact,delete", "compact , delete"));
  EXPECT_TRUE(same_value(topic("min.cleanable.dirty.ratio"), "0.50", "5e-1"));
  EXPECT_FALSE(same_value(topic("message.timestamp.type"), "CreateTime", "createtime"));
  EXPECT_TRUE(is_default(topic("cleanup.policy"), "delete"));
  EXPECT_FALSE(is_default(topic("cleanup.policy"), ""));
  EXPECT_TRUE(is_default(broker("log.flush.interval.ms"), "")) << "null";
  EXPECT_FALSE(is_default(broker("log.flush.interval.ms"), "5"));
}

TEST(Value, OfSynonymsCountsInTheirUnits) {
  const Row& row = topic("retention.ms");
  EXPECT_FALSE(value_of_synonyms(row, {}));
  EXPECT_EQ(value_of_synonyms(row, {{"log.retention.hours", "2"}}), "7200000");
  EXPECT_EQ(value_of_synonyms(row, {{"log.retention.hours", "2"}, {"log.retention.minutes", "3"}}), "180000");
  EXPECT_EQ(value_of_synonyms(row, {{"log.retention.hours", "2"}, {"log.retention.ms", "5"}}), "5");
  EXPECT_EQ(value_of_synonyms(row, {{"log.retention.hours", "-1"}}), "-1") << "for ever in every unit";
  EXPECT_FALSE(value_of_synonyms(row, {{"log.retention.hours", "9223372036854775807"}})) << "more than 64 bits";
  EXPECT_FALSE(value_of_synonyms(row, {{"retention.ms", "2"}})) << "a broker has no such config";
}

}  // namespace
}  // namespace kstream::config
