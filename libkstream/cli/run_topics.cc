#include "cli/duration.h"
#include "cli/format_choice.h"
#include "cli/invalid.h"
#include "cli/number.h"
#include "cli/size.h"
#include "cli/topics.h"

#include <unistd.h>
#include <utility>

namespace kstream::cli {
namespace {

Result<TopicsOutput> parse_output(const Arguments& arguments) {
  auto format = chosen_format(arguments, Flag::json);
  if (!format) return format.error();
  return TopicsOutput{*format, use_color(arguments.value(Flag::color), STDOUT_FILENO)};
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

std::vector<std::string> names(const Arguments& arguments) {
  auto flagged = arguments.all(Flag::topic);
  std::vector<std::string> all(flagged.begin(), flagged.end());
  all.insert(all.end(), arguments.words().begin(), arguments.words().end());
  return all;
}

Result<CreateTopicsPlan> plan_create(const Arguments& arguments, const TopicsOutput& output) {
  CreateTopicsPlan plan;
  NewTopic topic;
  auto partitions = parse_count<std::int32_t>(arguments, Flag::partition_count, "partitions");
  auto replicas = parse_count<std::int16_t>(arguments, Flag::replication_factor, "replicas");
  if (!partitions) return partitions.error();
  if (!replicas) return replicas.error();
  topic.partitions = *partitions;
  topic.replication_factor = *replicas;
  for (const auto& text : arguments.all(Flag::config)) {
    auto config = parse_topic_config(text);
    if (!config) return config.error();
    topic.configs.push_back(std::move(*config));
  }
  for (auto& name : names(arguments)) {
    topic.name = name;
    plan.topics.push_back(topic);
  }
  if (plan.topics.empty()) return invalid("create what? As in: ktopics create orders -p 12");
  plan.if_not_exists = arguments.has(Flag::if_not_exists);
  plan.dry_run = arguments.has(Flag::dry_run);
  plan.output = output;
  return plan;
}

DescribeTopicsPlan plan_describe(const Arguments& arguments, const TopicsOutput& output) {
  using Only = DescribeTopicsPlan::Only;
  return {names(arguments), arguments.has(Flag::all),
          arguments.has(Flag::unhealthy)          ? Only::unhealthy
          : arguments.has(Flag::under_replicated) ? Only::under_replicated
                                                  : Only::all,
          output};
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
    if (!duration) return invalid("-c " + config.name + ": " + duration.error().detail);
    config.value = std::to_string(duration->count());
  } else if (config.name.ends_with(".bytes")) {
    auto size = parse_size(*config.value);
    if (!size) return invalid("-c " + config.name + ": " + size.error().detail);
    config.value = std::to_string(*size);
  }
  return config;
}

ExitCode run_topics(const Arguments& arguments, const Console& console) {
  auto usage = [&](const Error& error) { return console.fail(ExitCode::usage, error.detail); };
  auto output = parse_output(arguments);
  if (!output) return usage(output.error());
  for (const auto& name : names(arguments)) {
    if (name.empty()) return usage(invalid("'' names no topic"));
  }
  auto settings = make_client_settings(arguments, console);
  if (!settings) return usage(settings.error());
  switch (arguments.verb().where) {
    case kTopicsList: {
      ListTopicsPlan plan{{arguments.words().begin(), arguments.words().end()}, arguments.has(Flag::all), *output};
      return list_topics(plan, *settings, console);
    }
    case kTopicsDescribe:
      return describe_topics(plan_describe(arguments, *output), *settings, console);
    default: {
      auto plan = plan_create(arguments, *output);
      if (!plan) return usage(plan.error());
      return create_topics(*plan, *settings, console);
    }
  }
}

}  // namespace kstream::cli
