#include "cli/invalid.h"
#include "cli/kafka_tool.h"
#include "cli/number.h"
#include "cli/topic_choice.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

// kafka-get-offsets.sh.

namespace kstream::cli {
namespace {

constexpr KafkaOption kOptions[] = {
    {"bootstrap-server", "HOST1:PORT1,...,HOST3:PORT3", "Required: the brokers to ask first."},
    {"command-config", "file", "Properties of the client."},
    {"topic", "topic", "A regular expression for topics; all, if it is not there."},
    {"partitions", "partition ids", "Only these partitions."},
    {"topic-partitions", "topic1:1,topic2:0-3,topic3,topic4:5-,topic5:-3",
     "Regular expressions for topics, each with a partition or a range of them (without its end)."},
    {"time", "<timestamp> or a word",
     "latest or -1 (the default), earliest or -2, max-timestamp or -3, earliest-local or -4, latest-tiered or -5, "
     "earliest-pending-upload or -6, or milliseconds since 1970."},
    {"exclude-internal-topics", "", "Leave out internal topics."},
};

constexpr std::string_view kBadServer = "Please provide valid host:port like host1:9091,host2:9092\n";

std::optional<KafkaRefusal> check(const KafkaOptions& options) {
  constexpr std::string_view kRequired[] = {"bootstrap-server"};
  if (auto missing = kafka_required(options, kRequired)) return missing;
  std::string servers = *options.value("bootstrap-server");
  for (std::string_view rest(servers); !rest.empty();) {
    auto server = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), server.size() + 1));
    auto colon = server.rfind(':');
    if (colon == std::string_view::npos || !parse_number<std::uint16_t>(server.substr(colon + 1)))
      return KafkaRefusal{std::string(kBadServer), true};
  }
  return {};
}

Result<OffsetSpec> parse_time(const std::string& text) {
  constexpr std::pair<std::string_view, OffsetSpec> kWords[] = {
      {"earliest", kBeginning},         {"latest", kEnd},
      {"max-timestamp", kMaxTimestamp}, {"earliest-local", kEarliestLocal},
      {"latest-tiered", kLatestTiered}, {"earliest-pending-upload", kEarliestPendingUpload}};
  for (const auto& [word, spec] : kWords) {
    if (word == text) return spec;
  }
  auto time = parse_number<std::int64_t>(text);
  if (time) return OffsetSpec{Timestamp(*time)};
  return invalid("Malformed time argument " + text +
                 ". Please use -1 or latest / -2 or earliest / -3 or max-timestamp / -4 or earliest-local / -5 or "
                 "latest-tiered / -6 or earliest-pending-upload, or a specified long format timestamp");
}

/// Topics that fit a regular expression, and which of their partitions.
struct Rule {
  std::optional<std::string> topics;  ///< none: all
  std::set<std::int32_t> partitions;  ///< none: those in [first, end)
  std::int32_t first = 0;
  std::int32_t end = std::numeric_limits<std::int32_t>::max();
  bool has(std::int32_t partition) const {
    return partitions.empty() ? partition >= first && partition < end : partitions.contains(partition);
  }
};

/// `TOPICS[:PARTITION|:FIRST-|:-END|:FIRST-END]`.
Result<Rule> parse_rule(std::string_view text) {
  Error wrong = invalid("Invalid rule specification: " + std::string(text));
  Rule rule;
  auto colon = text.find(':');
  if (auto topics = text.substr(0, colon); !topics.empty()) rule.topics = std::string(topics);
  auto range = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  if (range.find_first_not_of("0123456789-") != std::string_view::npos) return wrong;
  auto dash = range.find('-');
  auto number = [](std::string_view digits, std::int32_t none) {
    return digits.empty() ? std::optional(none) : parse_number<std::int32_t>(digits);
  };
  auto first = number(range.substr(0, dash), rule.first);
  auto end = number(dash == std::string_view::npos ? std::string_view() : range.substr(dash + 1), rule.end);
  if (!first || !end) return wrong;
  rule.first = *first;
  rule.end = *end;
  if (dash == std::string_view::npos && !range.empty()) rule.partitions = {*first};
  return rule;
}

Result<std::vector<Rule>> parse_rules(const KafkaOptions& options) {
  auto list = options.value("topic-partitions");
  if (list && (options.has("topic") || options.has("partitions")))
    return invalid("--topic-partitions cannot be used with --topic or --partitions");
  std::vector<Rule> rules;
  if (list) {
    for (std::string_view rest(*list); !rest.empty();) {
      auto text = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), text.size() + 1));
      auto rule = parse_rule(text);
      if (!rule) return rule.error();
      rules.push_back(std::move(*rule));
    }
    return rules;
  }
  Rule& rule = rules.emplace_back();
  rule.topics = options.value("topic");
  std::string partitions = options.value("partitions").value_or("");
  for (std::string_view rest(partitions); !rest.empty();) {
    auto text = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), text.size() + 1));
    auto partition = parse_number<std::int32_t>(text);
    if (!partition)
      return invalid("--partitions expects a comma separated list of numeric partition ids, but received: " +
                     partitions);
    rule.partitions.insert(*partition);
  }
  return rules;
}

/// The partitions that any of the rules names, in the order in which Kafka prints them: that of `topic-partition`.
Result<std::map<std::string, TopicPartition>> find(const KafkaWork& work, const std::vector<Rule>& rules) {
  std::map<std::string, TopicPartition> found;
  for (const Rule& rule : rules) {
    auto names = kafka_topics(work, rule.topics, work.options.has("exclude-internal-topics"));
    if (!names) return names.error();
    auto topics = work.admin.describe_topics(*names, work.timeout);
    if (!topics) return topics.error();
    for (const auto& [name, topic] : *topics) {
      if (!topic) return topic.error();
      for (const auto& description : topic->partitions) {
        const PartitionId partition = description.partition;
        if (rule.has(partition.value))
          found.emplace(name + '-' + std::to_string(partition.value), TopicPartition{name, partition});
      }
    }
  }
  return found;
}

Result<ExitCode> run(const KafkaWork& work) {
  auto rules = parse_rules(work.options);
  if (!rules) return rules.error();
  auto spec = parse_time(work.options.value("time").value_or("latest"));
  if (!spec) return spec.error();
  auto partitions = find(work, *rules);
  if (!partitions) return partitions.error();
  if (partitions->empty()) return invalid("Could not match any topic-partitions with the specified filters");
  std::vector<OffsetQuery> queries;
  for (const auto& [name, partition] : *partitions) queries.push_back({partition, *spec});
  std::string text, skipped;
  for (const auto& [partition, info] : work.admin.list_offsets(queries, false, work.timeout)) {
    auto number = std::to_string(partition.partition.value);
    if (!info) {
      skipped += "Skip getting offsets for topic-partition " + partition.topic + '-' + number +
                 " due to error: " + kafka_exception(info.error()) + '\n';
    } else if (info->offset != kNoOffset) {
      text += partition.topic + ':' + number + ':' + std::to_string(info->offset.value) + '\n';
    }
  }
  if (auto printed = kafka_print(text); !printed) return printed.error();
  if (skipped.empty()) return ExitCode::done;
  skipped.pop_back();
  return invalid(skipped);
}

bool is_meant(const KafkaOptions&) { return false; }

}  // namespace

const KafkaTool kKafkaGetOffsets = {"kafka-get-offsets",
                                    "An interactive shell for getting topic-partition offsets.",
                                    kOptions,
                                    "Error occurred: ",
                                    false,
                                    is_meant,
                                    check,
                                    run};

}  // namespace kstream::cli
