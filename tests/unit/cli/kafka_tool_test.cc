#include "cli/kafka_tool.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

namespace kstream::cli {
namespace {

using Words = std::vector<std::string>;

/// The tool that is chosen, `native`, or the usage error.
std::string chosen(const Words& words, const char* name = "ktopics") {
  auto choice = choose_grammar(kTopicsProgram, topics_tools(), name, words);
  if (!choice) return choice.error().detail;
  return choice->tool ? std::string(choice->tool->name) : "native";
}

TEST(Grammar, TheNameDecides) {
  EXPECT_EQ(chosen({"list"}, "/usr/bin/kafka-topics.sh"), "kafka-topics");
  EXPECT_EQ(chosen({}, "kafka-configs"), "kafka-configs");
  EXPECT_EQ(chosen({"-J"}, "./kafka-get-offsets.sh"), "kafka-get-offsets");
  EXPECT_EQ(chosen({}, "kafka-acls.sh"),
            "ktopics is no kafka-acls; it is kafka-delete-records, kafka-configs, kafka-topics, kafka-get-offsets");
}

TEST(Grammar, ElseAnActionWithoutAVerbDoes) {
  EXPECT_EQ(chosen({"--list"}), "kafka-topics");
  EXPECT_EQ(chosen({"--bootstrap-server", "h:1", "--describe", "--topic", "list"}), "kafka-topics");
  EXPECT_EQ(chosen({"--describe", "--broker", "1"}), "kafka-configs");
  EXPECT_EQ(chosen({"--describe", "--topic", "t", "--all"}), "kafka-configs");
  EXPECT_EQ(chosen({"--alter", "--topic", "t", "--delete-config", "a"}), "kafka-configs");
  EXPECT_EQ(chosen({"--alter", "--topic", "t", "--partitions", "3"}), "kafka-topics");
  EXPECT_EQ(chosen({"--offset-json-file=f"}), "kafka-delete-records");
}

TEST(Grammar, ElseItIsOurs) {
  EXPECT_EQ(chosen({}), "native");
  EXPECT_EQ(chosen({"list"}), "native");
  EXPECT_EQ(chosen({"-b", "create", "list", "--partitions=3", "-yq"}), "native");
  EXPECT_EQ(chosen({"--topic", "t", "describe", "--timeout", "--list"}), "native") << "the value of a flag";
  EXPECT_EQ(chosen({"config", "-t", "t", "--", "--list"}), "native");
  EXPECT_EQ(chosen({"lst", "--time", "5"}), "native") << "which says what is wrong";
}

TEST(Grammar, WithoutVerbsATopicByItsLongNameDoes) {
  const auto chosen = [](const Program& program, std::span<const KafkaTool* const> tools, const Words& words) {
    auto choice = choose_grammar(program, tools, program.name, words);
    if (!choice) return choice.error().detail;
    return choice->tool ? std::string(choice->tool->name) : "native";
  };
  const auto consume = [&](const Words& words) { return chosen(kConsumeProgram, consume_tools(), words); };
  EXPECT_EQ(consume({"--bootstrap-server", "h:1", "--topic", "t", "--from-beginning"}), "kafka-console-consumer");
  EXPECT_EQ(consume({"--include=t.*"}), "kafka-console-consumer");
  EXPECT_EQ(consume({"-t", "t"}), "native");
  EXPECT_EQ(consume({"--topic", "t", "u"}), "native");
  EXPECT_EQ(consume({"-f", "--topic", "t"}), "native") << "the value of a flag";
  EXPECT_EQ(consume({"--topic", "t", "-F"}),
            "'-F' belongs to kconsume's own grammar, --topic to that of Kafka's tools: leave out one of them");
  EXPECT_EQ(chosen(kProduceProgram, produce_tools(), {"--topic", "t", "--sync"}), "kafka-console-producer");
  EXPECT_EQ(chosen(kProduceProgram, produce_tools(), {"--create", "t"}), "native");
  EXPECT_EQ(chosen(kProduceProgram, produce_tools(), {"--topic", "t", "file"}), "native");
}

TEST(Grammar, NeverBoth) {
  EXPECT_EQ(
      chosen({"list", "--exclude-internal"}),
      "'list' belongs to ktopics's own grammar, --exclude-internal to that of Kafka's tools: leave out one of them");
  EXPECT_EQ(chosen({"--list", "-J"}),
            "'-J' belongs to ktopics's own grammar, --list to that of Kafka's tools: leave out one of them");
  EXPECT_EQ(chosen({"--create", "--topic", "t", "--like", "u"}),
            "'--like' belongs to ktopics's own grammar, --create to that of Kafka's tools: leave out one of them");
  EXPECT_EQ(chosen({"--list", "--nope"}),
            "nope is not a recognized option, with --list; or say ktopics VERB, see ktopics -h");
}

constexpr KafkaOption kTable[] = {{"one", "value", "Takes one."},
                                  {"many", "value", "Takes many.", true},
                                  {"number", "n", "Counts.", false, true},
                                  {"on", "", "Is there."},
                                  {"maybe", "x", "Takes one or none.", false, false, true, 'm'}};

std::string refused(const Words& words) {
  auto options = KafkaOptions::parse(kTable, words);
  if (!options) return options.error().detail;
  auto checked = options->check_values();
  return checked ? "accepted" : checked.error().detail;
}

TEST(KafkaOptions, AreReadAsKafkaReadsThem) {
  auto options = KafkaOptions::parse(
      kTable, Words{"--one", "-1", "word", "--many=a", "--many", "b=c", "-on", "--", "--number", "x"});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->value("one"), "-1");
  EXPECT_EQ(options->all("many"), (Words{"a", "b=c"}));
  EXPECT_TRUE(options->has("on"));
  EXPECT_FALSE(options->has("number")) << "behind --";
  EXPECT_EQ(options->value("number"), std::nullopt);
  EXPECT_TRUE(options->check_values().ok());
}

TEST(KafkaOptions, ArgumentsThatMayBeMissingLettersAndOtherWords) {
  auto value = [](const Words& words) { return KafkaOptions::parse(kTable, words)->value("maybe"); };
  EXPECT_EQ(value({"--maybe", "--on"}), "");
  EXPECT_EQ(value({"--maybe"}), "");
  EXPECT_EQ(value({"--maybe", "x"}), "x");
  EXPECT_EQ(value({"--maybe=y", "x"}), "y");
  EXPECT_EQ(value({"-m", "z"}), "z");
  EXPECT_EQ(KafkaOptions::parse(kTable, Words{"a", "--one", "b", "c"})->words(), (Words{"a", "c"}));
}

TEST(KafkaOptions, Refuse) {
  EXPECT_EQ(refused({"--nope"}), "nope is not a recognized option");
  EXPECT_EQ(refused({"--o"}), "o is not a recognized option") << "no abbreviations";
  EXPECT_EQ(refused({"--one"}), "Option one requires an argument");
  EXPECT_EQ(refused({"--one", "1", "--one", "2"}),
            "Found multiple arguments for option one, but you asked for only one");
  EXPECT_EQ(refused({"--number", "x"}), "Cannot parse argument 'x' of option number");
  EXPECT_EQ(refused({"--many", "x", "--many", "y", "--on", "--on"}), "accepted");
}

TEST(KafkaOptions, Usage) {
  const std::string usage = kafka_usage(kTable);
  EXPECT_NE(usage.find("--many <value>"), std::string::npos);
  EXPECT_LT(usage.find("--help"), usage.find("--many"));
  EXPECT_NE(usage.find("--version"), std::string::npos);
  EXPECT_NE(usage.find("--maybe [x]"), std::string::npos);
}

}  // namespace
}  // namespace kstream::cli
