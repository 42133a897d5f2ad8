#pragma once

#include "cli/administer.h"
#include "cli/target.h"
#include "cli/topic_choice.h"
#include "cli/topics_text.h"

#include <kstream/admin.h>

#include <optional>
#include <string>
#include <vector>

namespace kstream::cli {

/// `ktopics list`: the names of topics, with -v their partitions and ids too.
struct ListTopicsPlan {
  TopicChoice choice;
  bool sizes = false;
};
ExitCode list_topics(const ListTopicsPlan& plan, const AdminWork& work);

/// `ktopics describe`: topics and their partitions.
struct DescribeTopicsPlan {
  enum class Only { all, under_replicated, unhealthy };
  TopicChoice choice;
  Only only = Only::all;  ///< ExitCode::no if there are such partitions; with -q they are not printed
  bool sizes = false;
};
ExitCode describe_topics(const DescribeTopicsPlan& plan, const AdminWork& work);

/// Whether `partition` is one that `only` asks for: one with a replica out of sync; or also without a leader, or with a
/// replica offline.
bool is_asked_for(const PartitionDescription& partition, DescribeTopicsPlan::Only only);

/// `ktopics create`.
struct CreateTopicsPlan {
  std::vector<NewTopic> topics;
  std::string like;  ///< a topic that gives what `topics` leave open; empty: none
  bool if_not_exists = false;
  bool dry_run = false;
};
ExitCode create_topics(const CreateTopicsPlan& plan, const AdminWork& work);

/// How something is done that cannot be taken back.
struct Care {
  bool yes = false;        ///< without asking
  bool dry_run = false;    ///< print what would be done, and do nothing
  bool if_exists = false;  ///< a topic that is not there is no error
};

/// `ktopics alter`: more partitions.
struct AlterTopicsPlan {
  TopicChoice choice;
  std::int32_t partitions = 0;
  std::vector<std::vector<NodeId>> assignments;  ///< of all partitions, those of today included; empty: as it comes
  Care care;
};
ExitCode alter_topics(const AlterTopicsPlan& plan, const AdminWork& work);

/// `ktopics delete`.
struct DeleteTopicsPlan {
  TopicChoice choice;
  Care care;
};
ExitCode delete_topics(const DeleteTopicsPlan& plan, const AdminWork& work);

/// `ktopics truncate`: deletes the records in front of a position.
struct TruncateTopicsPlan {
  std::vector<Target> targets;
  bool patterns = false;
  bool internal = false;
  PositionExpression to;  ///< where the records begin that stay
  Care care;
};
ExitCode truncate_topics(const TruncateTopicsPlan& plan, const AdminWork& work);

/// `ktopics offsets`: where partitions begin and end, or what a position comes to in each.
struct TopicOffsetsPlan {
  std::vector<Target> targets;
  bool patterns = false;
  bool internal = false;
  std::optional<PositionExpression> position;
};
ExitCode topic_offsets(const TopicOffsetsPlan& plan, const AdminWork& work);

/// `ktopics config`: shows configs of topics, or changes them.
struct TopicConfigsPlan {
  TopicChoice choice;
  std::vector<std::string> shown;     ///< names of configs; none: those that are set
  bool defaults = false;              ///< those that have their default, too
  bool bare = false;                  ///< of one config of one topic only the value
  std::vector<ConfigChange> changes;  ///< then nothing is shown
  bool dry_run = false;
};
ExitCode topic_configs(const TopicConfigsPlan& plan, const AdminWork& work);

/// Bytes of the partitions on all brokers that say so; what fails is said, and 0 partitions are the least.
PartitionSizes partition_sizes(const AdminWork& work);

/// The partitions of topics that are there, in order; for each name that fails a line is said.
std::vector<TopicDescription> described(const std::vector<std::string>& names, bool if_exists, const AdminWork& work,
                                        ItemsOutcome& outcome);

/// `NAME=VALUE` of -c. A value with a unit, of a config in ms or bytes, becomes the number that Kafka wants.
Result<NewTopic::Config> parse_topic_config(std::string_view text);

/// Runs ktopics: reads the flags, fills a plan and carries it out.
ExitCode run_topics(const Arguments& arguments, const Console& console);

}  // namespace kstream::cli
