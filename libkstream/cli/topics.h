#pragma once

#include "cli/client_settings.h"
#include "cli/console.h"
#include "cli/exit_code.h"
#include "cli/topics_text.h"

#include <kstream/admin.h>

#include <string>
#include <vector>

namespace kstream::cli {

/// `ktopics list`: the names of topics, with -v their partitions and ids too.
struct ListTopicsPlan {
  std::vector<std::string> globs;  ///< none: all
  bool internal = false;
  TopicsOutput output;
};
ExitCode list_topics(const ListTopicsPlan& plan, const ClientSettings& settings, const Console& console);

/// `ktopics describe`: topics and their partitions.
struct DescribeTopicsPlan {
  enum class Only { all, under_replicated, unhealthy };
  std::vector<std::string> topics;  ///< names and globs; none: all
  bool internal = false;            ///< also those that a glob stands for
  Only only = Only::all;            ///< ExitCode::no if there are such partitions; with -q they are not printed
  TopicsOutput output;
};
ExitCode describe_topics(const DescribeTopicsPlan& plan, const ClientSettings& settings, const Console& console);

/// Whether `partition` is one that `only` asks for: one with a replica out of sync; or also without a leader, or with a
/// replica offline.
bool is_asked_for(const PartitionDescription& partition, DescribeTopicsPlan::Only only);

/// `ktopics create`.
struct CreateTopicsPlan {
  std::vector<NewTopic> topics;
  bool if_not_exists = false;
  bool dry_run = false;
  TopicsOutput output;
};
ExitCode create_topics(const CreateTopicsPlan& plan, const ClientSettings& settings, const Console& console);

/// `NAME=VALUE` of -c. A value with a unit, of a config in ms or bytes, becomes the number that Kafka wants.
Result<NewTopic::Config> parse_topic_config(std::string_view text);

/// Runs ktopics: reads the flags, fills a plan and carries it out.
ExitCode run_topics(const Arguments& arguments, const Console& console);

}  // namespace kstream::cli
