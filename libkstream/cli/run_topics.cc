#include "cli/duration.h"
#include "cli/invalid.h"
#include "cli/names_input.h"
#include "cli/number.h"
#include "cli/size.h"
#include "cli/time_expression.h"
#include "cli/topic_names.h"
#include "cli/topic_rows.h"
#include "cli/topics.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace kstream::cli {
namespace {

/// What was typed, with the names that -t and `-` stand for in their places.
struct Typed {
  const Arguments& arguments;
  std::vector<std::string> topics;
  std::vector<std::string> configs;  ///< the words behind the topic of config
  bool none = false;                 ///< stdin was to name them, and did not
  bool has(Flag flag) const { return arguments.has(flag); }
  /// Of config, whether something is changed.
  bool changes_configs() const {
    return has(Flag::unset) ||
           std::ranges::any_of(configs, [](const auto& word) { return word.find('=') != word.npos; });
  }
  TopicChoice choice() const { return {topics, has(Flag::regex), has(Flag::all)}; }
  Care care() const { return {has(Flag::yes) || has(Flag::execute), has(Flag::dry_run), has(Flag::if_exists)}; }
};

std::vector<std::string_view> columns_of(const Typed& typed) {
  auto all = [](const auto& columns) { return std::vector<std::string_view>(std::begin(columns), std::end(columns)); };
  auto sized = [&](std::vector<std::string_view> columns) {
    if (!typed.has(Flag::size)) columns.pop_back();
    return columns;
  };
  switch (typed.arguments.verb().where) {
    case kTopicsList:
      return sized(all(kListColumns));
    case kTopicsDescribe:
      return sized(all(kDescribeColumns));
    case kTopicsCreate:
      return all(kCreateColumns);
    case kTopicsAlter:
      return all(kGrownColumns);
    case kTopicsDelete:
      return all(kDeletedColumns);
    case kTopicsOffsets:
      return typed.has(Flag::position) ? all(kOffsetColumns) : all(kRangeColumns);
    case kTopicsTruncate:
      return all(kTruncatedColumns);
    default:
      return typed.changes_configs() ? all(kChangedColumns) : all(kConfigColumns);
  }
}

/// A count of -p or -r; -1 if the flag is not there.
template <class T>
Result<T> parse_count(const Arguments& arguments, Flag flag, std::string_view what) {
  if (!arguments.has(flag)) return T{-1};
  auto number = parse_number<T>(arguments.value(flag));
  if (!number || *number < 1)
    return invalid("the number of " + std::string(what) + " is not '" + std::string(arguments.value(flag)) + "'");
  return *number;
}

/// What is typed for the verb, each topic once: INVALID_REQUEST if nothing is, or a name cannot be one.
Result<Typed> typed_names(const Arguments& arguments) {
  Typed typed{arguments, {}, {}};
  auto flagged = arguments.all(Flag::topic);
  std::vector<std::string> words(arguments.words().begin(), arguments.words().end());
  if (arguments.verb().where == kTopicsConfig) {
    auto first = words.begin() + (flagged.empty() && !words.empty() ? 1 : 0);
    typed.configs.assign(first, words.end());
    words.erase(first, words.end());
  }
  words.insert(words.begin(), flagged.begin(), flagged.end());
  const bool from_stdin = std::ranges::count(words, "-") > 0;
  auto names = with_names_of_stdin(std::move(words));
  if (!names) return names.error();
  for (auto& name : *names) {
    if (std::ranges::find(typed.topics, name) == typed.topics.end()) typed.topics.push_back(std::move(name));
  }
  typed.none = from_stdin && typed.topics.empty();
  return typed;
}

/// That names which are not to be read but changed are plain ones, unless -E says otherwise.
Status check_names(const Typed& typed) {
  const Verb& verb = typed.arguments.verb();
  bool reads = (verb.where & kTopicsShown) != 0 || (verb.where == kTopicsConfig && !typed.changes_configs());
  for (const auto& name : typed.topics) {
    if (name.empty()) return invalid("'' names no topic");
    if (!reads && !typed.has(Flag::regex) && verb.where != kTopicsCreate && is_glob(name))
      return invalid("'" + name + "' is a pattern, and " + std::string(verb.name) +
                     " wants plain names, or with -E regular expressions, as in -E 'tmp-.*'");
  }
  return typed.has(Flag::regex) ? check_patterns(typed.topics) : Status();
}

Error what_topic(const Typed& typed, std::string_view example) {
  return invalid(std::string(typed.arguments.verb().name) + " what? As in: ktopics " + std::string(example));
}

Result<Work> plan_list(const Typed& typed) {
  ListTopicsPlan plan{typed.choice(), typed.has(Flag::size)};
  return Work([plan](const AdminWork& work) { return list_topics(plan, work); });
}

Result<Work> plan_describe(const Typed& typed) {
  using Only = DescribeTopicsPlan::Only;
  Only only = typed.has(Flag::unhealthy)          ? Only::unhealthy
              : typed.has(Flag::under_replicated) ? Only::under_replicated
                                                  : Only::all;
  DescribeTopicsPlan plan{typed.choice(), only, typed.has(Flag::size)};
  return Work([plan](const AdminWork& work) { return describe_topics(plan, work); });
}

Result<Work> plan_create(const Typed& typed) {
  CreateTopicsPlan plan;
  NewTopic topic;
  auto partitions = parse_count<std::int32_t>(typed.arguments, Flag::partition_count, "partitions");
  auto replicas = parse_count<std::int16_t>(typed.arguments, Flag::replication_factor, "replicas");
  if (!partitions) return partitions.error();
  if (!replicas) return replicas.error();
  topic.partitions = *partitions;
  topic.replication_factor = *replicas;
  for (const auto& text : typed.arguments.all(Flag::config)) {
    auto config = parse_topic_config(text);
    if (!config) return config.error();
    topic.configs.push_back(std::move(*config));
  }
  for (const auto& name : typed.topics) {
    topic.name = name;
    plan.topics.push_back(topic);
  }
  if (plan.topics.empty()) return what_topic(typed, "create orders -p 12");
  plan.like = typed.arguments.value(Flag::like);
  plan.if_not_exists = typed.has(Flag::if_not_exists);
  plan.dry_run = typed.has(Flag::dry_run);
  return Work([plan](const AdminWork& work) { return create_topics(plan, work); });
}

Result<Work> plan_alter(const Typed& typed) {
  auto partitions = parse_count<std::int32_t>(typed.arguments, Flag::partition_count, "partitions");
  if (!partitions) return partitions.error();
  if (typed.topics.empty()) return what_topic(typed, "alter orders -p 12");
  if (*partitions < 0) return invalid("how many partitions? As in: ktopics alter " + typed.topics.front() + " -p 12");
  AlterTopicsPlan plan{typed.choice(), *partitions, {}, typed.care()};
  return Work([plan](const AdminWork& work) { return alter_topics(plan, work); });
}

Result<Work> plan_delete(const Typed& typed) {
  if (typed.topics.empty()) return what_topic(typed, "delete orders");
  DeleteTopicsPlan plan{typed.choice(), typed.care()};
  return Work([plan](const AdminWork& work) { return delete_topics(plan, work); });
}

Result<std::vector<Target>> parse_targets(const Typed& typed, Timestamp time) {
  std::vector<Target> targets;
  for (const auto& name : typed.topics) {
    auto target = parse_target(name, time);
    if (!target) return target.error();
    if (target->from || target->until)
      return invalid("'" + name + "': the position stands in " +
                     (typed.arguments.verb().where == kTopicsOffsets ? "-o" : "--to"));
    targets.push_back(std::move(*target));
  }
  return targets;
}

Result<PositionExpression> parse_place(const Typed& typed, Flag flag, std::string_view name, Timestamp time) {
  auto position = parse_position(typed.arguments.value(flag), time);
  if (!position) return invalid(std::string(name) + ": " + position.error().detail);
  if (position->kind == PositionExpression::Kind::stored)
    return invalid(std::string(name) + ": stored is for consumer groups");
  return *position;
}

Result<Work> plan_offsets(const Typed& typed) {
  Timestamp time = wall_now();
  auto targets = parse_targets(typed, time);
  if (!targets) return targets.error();
  if (targets->empty()) targets->push_back({typed.has(Flag::regex) ? ".*" : "*", {}, {}, {}});
  TopicOffsetsPlan plan{std::move(*targets), typed.has(Flag::regex), typed.has(Flag::all), {}};
  if (typed.has(Flag::position)) {
    auto position = parse_place(typed, Flag::position, "-o", time);
    if (!position) return position.error();
    plan.position = std::move(*position);
  }
  return Work([plan](const AdminWork& work) { return topic_offsets(plan, work); });
}

Result<Work> plan_truncate(const Typed& typed) {
  Timestamp time = wall_now();
  auto targets = parse_targets(typed, time);
  if (!targets) return targets.error();
  if (targets->empty()) return what_topic(typed, "truncate orders --to -7d");
  if (!typed.has(Flag::to))
    return invalid("up to where? As in: ktopics truncate " + typed.topics.front() + " --to -7d");
  auto to = parse_place(typed, Flag::to, "--to", time);
  if (!to) return to.error();
  TruncateTopicsPlan plan{std::move(*targets), typed.has(Flag::regex), typed.has(Flag::all), std::move(*to),
                          typed.care()};
  return Work([plan](const AdminWork& work) { return truncate_topics(plan, work); });
}

/// `NAME=VALUE`, or for lists `NAME+=VALUE` and `NAME-=VALUE`; nothing if there is no `=`.
Result<std::optional<ConfigChange>> parse_change(const std::string& word) {
  auto equals = word.find('=');
  if (equals == std::string::npos) return std::optional<ConfigChange>();
  bool append = equals > 0 && word[equals - 1] == '+', subtract = equals > 0 && word[equals - 1] == '-';
  auto name = word.substr(0, equals - (append || subtract ? 1 : 0));
  if (name.empty()) return invalid("'" + word + "' names no config");
  if (append || subtract) {
    auto operation = append ? ConfigOperation::append : ConfigOperation::subtract;
    return std::optional(ConfigChange{name, operation, word.substr(equals + 1)});
  }
  auto config = parse_topic_config(word);
  if (!config) return config.error();
  return std::optional(ConfigChange{config->name, ConfigOperation::set, config->value});
}

Result<Work> plan_config(const Typed& typed) {
  TopicConfigsPlan plan;
  plan.choice = typed.choice();
  for (const auto& word : typed.configs) {
    auto change = parse_change(word);
    if (!change) return change.error();
    *change ? plan.changes.push_back(std::move(**change)) : plan.shown.push_back(word);
  }
  for (const auto& name : typed.arguments.all(Flag::unset))
    plan.changes.push_back({name, ConfigOperation::unset, std::nullopt});
  if (typed.topics.empty()) return what_topic(typed, "config orders retention.ms");
  for (const auto& change : plan.changes) {
    if (std::ranges::count(plan.changes, change.name, &ConfigChange::name) > 1)
      return invalid(change.name + " is changed twice");
  }
  if (!plan.shown.empty() && !plan.changes.empty())
    return invalid("shall " + plan.shown.front() + " be shown or changed? To change it say " + plan.shown.front() +
                   "=VALUE");
  if (typed.has(Flag::dry_run) && plan.changes.empty()) return invalid("--dry-run is for what changes something");
  plan.defaults = typed.has(Flag::all);
  plan.bare = plan.shown.size() == 1 && typed.topics.size() == 1 && !typed.has(Flag::regex) &&
              !typed.has(Flag::output_format) && !typed.has(Flag::json) && !typed.has(Flag::columns);
  plan.dry_run = typed.has(Flag::dry_run);
  return Work([plan](const AdminWork& work) { return topic_configs(plan, work); });
}

struct Planner {
  Where where;
  Result<Work> (*plan)(const Typed&);
};
constexpr Planner kPlanners[] = {{kTopicsList, plan_list},       {kTopicsDescribe, plan_describe},
                                 {kTopicsCreate, plan_create},   {kTopicsAlter, plan_alter},
                                 {kTopicsConfig, plan_config},   {kTopicsDelete, plan_delete},
                                 {kTopicsOffsets, plan_offsets}, {kTopicsTruncate, plan_truncate}};

Result<Work> plan_of(const Typed& typed) {
  if (auto checked = check_names(typed); !checked) return checked.error();
  if (typed.none) return Work([](const AdminWork&) { return ExitCode::done; });
  auto planner = std::ranges::find(kPlanners, typed.arguments.verb().where, &Planner::where);
  return planner->plan(typed);
}

}  // namespace

Result<NewTopic::Config> parse_topic_config(std::string_view text) {
  auto equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0)
    return invalid("-c wants NAME=VALUE, not '" + std::string(text) + "'");
  NewTopic::Config config{std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
  if (parse_number<std::int64_t>(*config.value)) return config;
  if (config.name.ends_with(".ms")) {
    auto duration = parse_duration(*config.value);
    if (!duration) return invalid(config.name + ": " + duration.error().detail);
    config.value = std::to_string(duration->count());
  } else if (config.name.ends_with(".bytes")) {
    auto size = parse_size(*config.value);
    if (!size) return invalid(config.name + ": " + size.error().detail);
    config.value = std::to_string(*size);
  }
  return config;
}

ExitCode run_topics(const Arguments& arguments, const Console& console) {
  auto typed = typed_names(arguments);
  if (!typed) return console.fail(ExitCode::usage, typed.error().detail);
  return administer(arguments, console, columns_of(*typed), [&] { return plan_of(*typed); });
}

}  // namespace kstream::cli
