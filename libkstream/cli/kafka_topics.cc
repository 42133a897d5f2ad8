#include "cli/invalid.h"
#include "cli/kafka_tool.h"
#include "cli/number.h"
#include "cli/text.h"
#include "cli/topics.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

// kafka-topics.sh.

namespace kstream::cli {
namespace {

using Names = std::vector<std::string_view>;

constexpr std::string_view kConfigsHint = " (To alter topic configurations, the kafka-configs tool can be used.)";

constexpr KafkaOption kOptions[] = {
    {"bootstrap-server", "server to connect to", "Required: the brokers to ask first."},
    {"command-config", "file", "Properties of the client."},
    {"list", "", "The names of topics."},
    {"create", "", "Make a topic."},
    {"delete", "", "Delete topics."},
    {"alter", "", "Add partitions to topics; their configs are kafka-configs's."},
    {"describe", "", "Topics, their partitions and configs."},
    {"topic", "topic", "The topic; but for --create a regular expression."},
    {"topic-id", "topic-id", "The id of the topic to describe."},
    {"config", "name=value", "A config of the topic that is created; repeatable.", true},
    {"delete-config", "name", "Has no effect any more.", true},
    {"partitions", "# of partitions", "How many partitions the topic is to have.", false, true},
    {"replication-factor", "replication factor", "On how many brokers each partition is kept.", false, true},
    {"replica-assignment", "b1:b2,b3:b4,...", "The brokers of each partition."},
    {"under-replicated-partitions", "", "Describe only partitions with a replica out of sync."},
    {"unavailable-partitions", "", "Describe only partitions without a leader."},
    {"under-min-isr-partitions", "", "Describe only partitions with fewer replicas in sync than they need."},
    {"at-min-isr-partitions", "", "Describe only partitions with just as many replicas in sync as they need."},
    {"topics-with-overrides", "", "Describe only topics that have configs of their own."},
    {"if-exists", "", "A topic that is not there is no error."},
    {"if-not-exists", "", "A topic that is there already is no error."},
    {"exclude-internal", "", "Leave out internal topics."},
    {"partition-size-limit-per-response", "n", "How many partitions a response may describe; the broker decides here.",
     false, true},
};

constexpr std::string_view kReports[] = {"under-replicated-partitions", "unavailable-partitions",
                                         "under-min-isr-partitions", "at-min-isr-partitions"};
constexpr std::string_view kVerbOptions[] = {"alter", "create", "describe", "list", "delete"};

/// What may not stand beside an option: the actions but for `allowed`, and `more`.
struct Exclusion {
  std::string_view option;
  Names allowed, more;
};

const std::vector<Exclusion>& exclusions() {
  static const std::vector<Exclusion> all = {
      {"config", {"alter", "create"}, {}},
      {"partitions", {"alter", "create"}, {}},
      {"replication-factor", {"create"}, {}},
      {"replica-assignment", {"alter", "create"}, {}},
      {"under-replicated-partitions", {"describe"}, {"topics-with-overrides"}},
      {"under-min-isr-partitions", {"describe"}, {"topics-with-overrides"}},
      {"at-min-isr-partitions", {"describe"}, {"topics-with-overrides"}},
      {"unavailable-partitions", {"describe"}, {"topics-with-overrides"}},
      {"topics-with-overrides", {"describe"}, {std::begin(kReports), std::end(kReports)}},
      {"if-exists", {"alter", "delete", "describe"}, {}},
      {"if-not-exists", {"create"}, {}},
      {"exclude-internal", {"list", "describe"}, {}},
  };
  return all;
}

std::optional<KafkaRefusal> excluded(const KafkaOptions& options, std::string_view option, const Names& others) {
  for (auto other : others) {
    if (options.has(option) && options.has(other))
      return KafkaRefusal{
          "Option \"[" + std::string(option) + "]\" can't be used with option \"[" + std::string(other) + "]\"", true};
  }
  return {};
}

std::optional<KafkaRefusal> check(const KafkaOptions& options) {
  auto actions = std::ranges::count_if(kVerbOptions, [&](auto action) { return options.has(action); });
  if (actions != 1)
    return KafkaRefusal{"Command must include exactly one action: --list, --describe, --create, --alter or --delete",
                        true};
  if (!options.has("bootstrap-server")) return KafkaRefusal{"--bootstrap-server must be specified"};
  bool topic = options.has("topic");
  if (options.has("describe") && options.has("if-exists") && !topic && !options.has("topic-id"))
    return KafkaRefusal{"--topic or --topic-id is required to describe a topic", true};
  constexpr std::string_view kTopic[] = {"topic"}, kPartitions[] = {"partitions"};
  if (!options.has("list") && !options.has("describe")) {
    if (auto missing = kafka_required(options, kTopic)) return missing;
  }
  if (options.has("alter") && options.has("config"))
    return KafkaRefusal{"Option combination \"[[bootstrap-server], [config]]\" can't be used with option \"[alter]\"" +
                            std::string(kConfigsHint),
                        true};
  if (options.has("alter")) {
    if (auto missing = kafka_required(options, kPartitions)) return missing;
  }
  for (const auto& [option, allowed, more] : exclusions()) {
    Names others = more;
    for (auto action : kVerbOptions) {
      if (std::ranges::find(allowed, action) == allowed.end()) others.push_back(action);
    }
    if (auto refusal = excluded(options, option, others)) return refusal;
  }
  if (!options.has("create")) return {};
  return excluded(options, "replica-assignment", {"partitions", "replication-factor"});
}

/// `1:2,2:3`: the brokers of each partition.
Result<std::vector<std::vector<NodeId>>> parse_assignment(std::string_view text) {
  std::vector<std::vector<NodeId>> assignment;
  auto shown = [](const std::vector<NodeId>& nodes) {
    std::string list;
    for (NodeId node : nodes) list += (list.empty() ? "" : ", ") + std::to_string(node.value);
    return list;
  };
  while (!text.empty()) {
    auto entry = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), entry.size() + 1));
    auto& nodes = assignment.emplace_back();
    while (!entry.empty()) {
      auto item = entry.substr(0, entry.find(':'));
      entry.remove_prefix(std::min(entry.size(), item.size() + 1));
      while (item.starts_with(' ')) item.remove_prefix(1);
      while (item.ends_with(' ')) item.remove_suffix(1);
      auto id = parse_number<std::int32_t>(item);
      if (!id) return invalid("For input string: \"" + std::string(item) + '"');
      if (std::ranges::find(nodes, NodeId(*id)) != nodes.end())
        return invalid("Partition replica lists may not contain duplicate entries: " + std::to_string(*id));
      nodes.push_back(NodeId(*id));
    }
    if (nodes.size() != assignment.front().size())
      return invalid("Partition " + std::to_string(assignment.size() - 1) + " has different replication factor: [" +
                     shown(nodes) + ']');
  }
  return assignment;
}

Result<std::vector<NewTopic::Config>> parse_configs(const std::vector<std::string>& texts) {
  std::vector<NewTopic::Config> configs;
  for (const auto& text : texts) {
    auto equals = text.find('=');
    if (equals == std::string::npos || equals + 1 == text.size() || text.find('=', equals + 1) != std::string::npos)
      return invalid(
          "requirement failed: Invalid topic config: all configs to be added must be in the format \"key=val\".");
    configs.push_back({trimmed(text.substr(0, equals)), trimmed(text.substr(equals + 1))});
  }
  return configs;
}

Result<std::int32_t> number(const KafkaOptions& options, std::string_view name) {
  return options.has(name) ? *parse_number<std::int32_t>(*options.value(name)) : -1;
}

/// What `--create` and `--alter` have in common with a topic of ours.
Result<CreateTopicsPlan> plan_create(const KafkaOptions& options) {
  CreateTopicsPlan plan;
  NewTopic& topic = plan.topics.emplace_back();
  topic.name = *options.value("topic");
  auto assignment = parse_assignment(options.value("replica-assignment").value_or(""));
  if (!assignment) return assignment.error();
  auto configs = parse_configs(options.all("config"));
  if (!configs) return configs.error();
  topic.assignments = std::move(*assignment);
  topic.configs = std::move(*configs);
  plan.if_not_exists = options.has("if-not-exists");
  return plan;
}

Result<ExitCode> create(const KafkaWork& work) {
  const KafkaOptions& options = work.options;
  auto plan = plan_create(options);
  if (!plan) return plan.error();
  NewTopic& topic = plan->topics.front();
  if (topic.name.find_first_of("._") != std::string::npos) {
    auto warned = kafka_print(
        "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. "
        "To avoid issues it is best to use either, but not both.\n");
    if (!warned) return warned.error();
  }
  std::int32_t replicas = *number(options, "replication-factor");
  topic.partitions = *number(options, "partitions");
  if (options.has("replication-factor") && (replicas < 1 || replicas > std::numeric_limits<std::int16_t>::max()))
    return invalid("The replication factor must be between 1 and 32767 inclusive");
  if (options.has("partitions") && topic.partitions < 1) return invalid("The partitions must be greater than 0");
  topic.replication_factor = static_cast<std::int16_t>(replicas);
  auto results = work.admin.create_topics(plan->topics, plan->dry_run, work.timeout);
  if (!results) return results.error();
  const auto& [name, created] = results->front();
  if (created.code() == ErrorCode::topic_already_exists && plan->if_not_exists) return ExitCode::done;
  if (!created) return created.error();
  if (auto printed = kafka_print("Created topic " + name + ".\n"); !printed) return printed.error();
  return ExitCode::done;
}

/// The topics of `--topic`; an error if it is given, fits none and must.
Result<std::vector<std::string>> wanted_topics(const KafkaWork& work) {
  auto pattern = work.options.value("topic");
  auto topics = kafka_topics(work, pattern, work.options.has("exclude-internal"));
  if (topics && topics->empty() && pattern && !pattern->empty() && !work.options.has("if-exists"))
    return invalid("Topic '" + *pattern + "' does not exist as expected");
  return topics;
}

Result<ExitCode> list(const KafkaWork& work) {
  auto topics = kafka_topics(work, work.options.value("topic"), work.options.has("exclude-internal"));
  if (!topics) return topics.error();
  std::string text;
  for (const auto& topic : *topics) text += (text.empty() ? "" : "\n") + topic;
  if (auto printed = kafka_print(text + '\n'); !printed) return printed.error();
  return ExitCode::done;
}

/// The first that failed, for Kafka's tools do not tell of the others.
Result<ExitCode> first_failure(const Result<std::vector<TopicStatus>>& results) {
  if (!results) return results.error();
  for (const auto& [topic, status] : *results) {
    if (!status) return status.error();
  }
  return ExitCode::done;
}

Result<ExitCode> alter(const KafkaWork& work) {
  auto assignment = parse_assignment(work.options.value("replica-assignment").value_or(""));
  if (!assignment) return assignment.error();
  auto topics = wanted_topics(work);
  if (!topics) return topics.error();
  AlterTopicsPlan plan{{*topics}, *number(work.options, "partitions"), std::move(*assignment), {}};
  auto described = work.admin.describe_topics(plan.choice.names, work.timeout);
  if (!described) return described.error();
  std::vector<NewPartitions> wanted;
  for (const auto& [name, topic] : *described) {
    if (!topic) return topic.error();
    auto& more = wanted.emplace_back(NewPartitions{name, plan.partitions, {}});
    for (std::size_t i = topic->partitions.size(); i < plan.assignments.size(); ++i)
      more.assignments.push_back(plan.assignments[i]);
  }
  if (wanted.empty()) return ExitCode::done;
  return first_failure(work.admin.create_partitions(wanted, plan.care.dry_run, work.timeout));
}

Result<ExitCode> remove(const KafkaWork& work) {
  auto topics = wanted_topics(work);
  if (!topics) return topics.error();
  if (topics->empty()) return ExitCode::done;
  DeleteTopicsPlan plan{{*topics}, {}};
  return first_failure(work.admin.delete_topics(plan.choice.names, work.timeout));
}

std::string join(const std::vector<NodeId>& nodes) {
  std::string text;
  for (NodeId node : nodes) text += (text.empty() ? "" : ",") + std::to_string(node.value);
  return text;
}

std::string maybe(const std::optional<std::vector<NodeId>>& nodes) { return nodes ? join(*nodes) : "N/A"; }

std::string partition_line(const std::string& topic, const PartitionDescription& partition) {
  return "\tTopic: " + topic + "\tPartition: " + std::to_string(partition.partition.value) +
         "\tLeader: " + (partition.leader.value < 0 ? "none" : std::to_string(partition.leader.value)) +
         "\tReplicas: " + join(partition.replicas) + "\tIsr: " + join(partition.in_sync_replicas) +
         "\tElr: " + maybe(partition.eligible_leader_replicas) +
         "\tLastKnownElr: " + maybe(partition.last_known_eligible_leader_replicas) + '\n';
}

std::string topic_line(const TopicDescription& topic, const std::vector<ConfigEntry>& configs) {
  std::string set;
  for (const ConfigEntry& config : configs) {
    if (config.source == ConfigSource::default_value) continue;
    set += (set.empty() ? "" : ",") + config.name + '=' + config.value.value_or("null");
  }
  std::size_t replicas = topic.partitions.empty() ? 0 : topic.partitions.front().replicas.size();
  return "Topic: " + topic.name + (topic.id.is_zero() ? "" : "\tTopicId: " + topic.id.to_string()) +
         "\tPartitionCount: " + std::to_string(topic.partitions.size()) +
         "\tReplicationFactor: " + std::to_string(replicas) + "\tConfigs: " + set + '\n';
}

/// Which partitions of a topic a description is about.
struct Report {
  const KafkaOptions& options;
  const std::set<NodeId>& alive;
  std::size_t needed;  ///< replicas in sync, for the topic

  bool shows(const PartitionDescription& partition) const {
    std::size_t in_sync = partition.in_sync_replicas.size();
    bool led = partition.leader.value >= 0;
    return !restricted() || (options.has("under-replicated-partitions") && in_sync < partition.replicas.size()) ||
           (options.has("unavailable-partitions") && (!led || !alive.contains(partition.leader))) ||
           (options.has("under-min-isr-partitions") && (!led || in_sync < needed)) ||
           (options.has("at-min-isr-partitions") && in_sync == needed);
  }
  bool restricted() const {
    return std::ranges::any_of(kReports, [&](auto report) { return options.has(report); });
  }
};

/// The topics of `--topic-id`, or of `--topic`.
Result<std::vector<std::string>> described_names(const KafkaWork& work) {
  auto text = work.options.value("topic-id");
  if (!text) return wanted_topics(work);
  auto id = Uuid::parse(*text);
  if (!id) return invalid("'" + *text + "' is not the id of a topic");
  if (id->is_zero()) return wanted_topics(work);
  auto listed = work.admin.list_topics(work.timeout);
  if (!listed) return listed.error();
  for (const auto& topic : *listed) {
    bool hidden = topic.internal && work.options.has("exclude-internal");
    if (topic.id == *id && !hidden) return std::vector<std::string>{topic.name};
  }
  if (work.options.has("if-exists")) return std::vector<std::string>();
  return invalid("TopicId '" + *text + "' does not exist as expected");
}

std::size_t needed_in_sync(const std::vector<ConfigEntry>& configs) {
  auto at = std::ranges::find(configs, "min.insync.replicas", &ConfigEntry::name);
  auto count = at == configs.end() ? std::nullopt : parse_number<std::size_t>(at->value.value_or(""));
  return count.value_or(1);
}

Result<ExitCode> describe(const KafkaWork& work) {
  const KafkaOptions& options = work.options;
  if (options.has("if-exists") && options.has("topic") && options.has("topic-id")) {
    auto printed = kafka_print(
        "Only topic id will be used when both --topic and --topic-id are specified and topicId is not "
        "Uuid.ZERO_UUID\n");
    if (!printed) return printed.error();
  }
  auto names = described_names(work);
  if (!names) return names.error();
  auto topics = work.admin.describe_topics(*names, work.timeout);
  if (!topics) return topics.error();
  auto cluster = work.admin.describe_cluster(work.timeout);
  if (!cluster) return cluster.error();
  std::set<NodeId> alive;
  for (const auto& broker : cluster->brokers) alive.insert(broker.id);
  std::vector<ConfigResource> resources;
  for (const auto& name : *names) resources.push_back({ConfigResourceType::topic, name});
  auto configs = work.admin.describe_configs(resources, {}, work.timeout);
  std::string text;
  for (std::size_t i = 0; i < topics->size(); ++i) {
    const auto& topic = (*topics)[i].topic;
    if (!topic) return topic.error();
    if (!configs[i].configs) return configs[i].configs.error();
    const auto& entries = *configs[i].configs;
    Report report{options, alive, needed_in_sync(entries)};
    bool overridden =
        std::ranges::any_of(entries, [](const auto& config) { return config.source != ConfigSource::default_value; });
    bool only_overridden = options.has("topics-with-overrides");
    if (!report.restricted() && (!only_overridden || overridden)) text += topic_line(*topic, entries);
    for (const auto& partition : topic->partitions) {
      if (!only_overridden && report.shows(partition)) text += partition_line(topic->name, partition);
    }
  }
  if (auto printed = kafka_print(text); !printed) return printed.error();
  return ExitCode::done;
}

Result<ExitCode> run(const KafkaWork& work) {
  constexpr std::pair<std::string_view, Result<ExitCode> (*)(const KafkaWork&)> kActions[] = {
      {"create", create}, {"alter", alter}, {"list", list}, {"describe", describe}, {"delete", remove}};
  for (const auto& [name, action] : kActions) {
    if (work.options.has(name)) return action(work);
  }
  return ExitCode::failed;
}

bool is_meant(const KafkaOptions&) { return true; }

}  // namespace

const KafkaTool kKafkaTopics = {"kafka-topics", "This tool helps to create, delete, describe, or change a topic.",
                                kOptions,       "Error while executing topic command : ",
                                true,           is_meant,
                                check,          run};

}  // namespace kstream::cli
