#include "cli/topics.h"

#include "cli/regex.h"
#include "cli/topic_names.h"

#include <algorithm>
#include <utility>

namespace kstream::cli {
namespace {

/// Fills what `topic` leaves open with what holds for `model`.
void take_over(const TopicDescription& model, const std::vector<ConfigEntry>& configs, NewTopic& topic) {
  if (topic.partitions < 0) topic.partitions = static_cast<std::int32_t>(model.partitions.size());
  if (topic.replication_factor < 0 && !model.partitions.empty())
    topic.replication_factor = static_cast<std::int16_t>(model.partitions.front().replicas.size());
  for (const ConfigEntry& config : configs) {
    bool given = std::ranges::find(topic.configs, config.name, &NewTopic::Config::name) != topic.configs.end();
    if (config.source == ConfigSource::topic && !given) topic.configs.push_back({config.name, config.value});
  }
}

Result<std::vector<NewTopic>> modelled(const CreateTopicsPlan& plan, const AdminWork& work) {
  std::vector<NewTopic> topics = plan.topics;
  if (plan.like.empty()) return topics;
  auto models = work.admin.describe_topics({{plan.like}}, work.settings.timeout);
  if (!models) return models.error();
  if (!models->front().topic) return models->front().topic.error();
  std::vector<ConfigResource> resources{{ConfigResourceType::topic, plan.like}};
  auto configs = work.admin.describe_configs(resources, {}, work.settings.timeout);
  if (!configs.front().configs) return configs.front().configs.error();
  for (NewTopic& topic : topics) take_over(*models->front().topic, *configs.front().configs, topic);
  return topics;
}

}  // namespace

bool is_asked_for(const PartitionDescription& partition, DescribeTopicsPlan::Only only) {
  using Only = DescribeTopicsPlan::Only;
  bool out_of_sync = partition.in_sync_replicas.size() < partition.replicas.size();
  bool broken = partition.leader.value < 0 || !partition.offline_replicas.empty();
  return only == Only::all || out_of_sync || (only == Only::unhealthy && broken);
}

PartitionSizes partition_sizes(const AdminWork& work) {
  PartitionSizes sizes;
  auto cluster = work.admin.describe_cluster(work.settings.timeout);
  if (!cluster) work.console.error("sizes: " + cluster.error().to_string());
  if (!cluster) return sizes;
  std::vector<NodeId> brokers;
  for (const BrokerInfo& broker : cluster->brokers) brokers.push_back(broker.id);
  for (const auto& [broker, directories] : work.admin.describe_log_dirs(brokers, work.settings.timeout)) {
    if (!directories) {
      work.console.error("sizes at broker " + std::to_string(broker.value) + ": " + directories.error().to_string());
      continue;
    }
    for (const LogDirectory& directory : *directories) {
      for (const ReplicaLog& replica : directory.replicas) {
        if (replica.future) continue;
        std::int64_t& size = sizes[replica.partition];
        size = std::max(size, replica.size);
      }
    }
  }
  return sizes;
}

std::vector<TopicDescription> described(const std::vector<std::string>& names, bool if_exists, const AdminWork& work,
                                        ItemsOutcome& outcome) {
  std::vector<TopicDescription> topics;
  auto answers = work.admin.describe_topics(names, work.settings.timeout);
  if (!answers) outcome.add(work.fail(answers.error()));
  if (!answers) return topics;
  for (auto& [name, topic] : *answers) {
    bool missing = topic.code() == ErrorCode::unknown_topic_or_partition;
    if (missing && if_exists) {
      work.console.note("there is no topic " + name);
    } else if (!topic) {
      outcome.add(work.fail(name, topic.error(), missing ? "; see: ktopics list" + work.settings.same_cluster : ""));
    } else {
      topics.push_back(std::move(*topic));
    }
  }
  return topics;
}

ExitCode list_topics(const ListTopicsPlan& plan, const AdminWork& work) {
  auto listed = work.admin.list_topics(work.settings.timeout);
  if (!listed) return work.fail(listed.error());
  const TopicChoice& choice = plan.choice;
  std::vector<Regex> patterns;
  if (choice.patterns) {
    for (const std::string& name : choice.names) patterns.emplace_back(name);
  }
  std::erase_if(*listed, [&](const auto& topic) {
    bool fits =
        choice.names.empty() ||
        (choice.patterns
             ? std::ranges::any_of(patterns, [&](const auto& pattern) { return pattern.fits(topic.name); })
             : std::ranges::any_of(choice.names, [&](const auto& name) { return matches_glob(name, topic.name); }));
    return (topic.internal && !choice.internal) || !fits;
  });
  PartitionSizes sizes = plan.sizes ? partition_sizes(work) : PartitionSizes();
  return work.print(listed_text(*listed, work.console.verbosity() > 0, plan.sizes ? &sizes : nullptr, work.output),
                    ExitCode::done);
}

ExitCode describe_topics(const DescribeTopicsPlan& plan, const AdminWork& work) {
  using Only = DescribeTopicsPlan::Only;
  auto names = choose_topics(work.admin, plan.choice, work.settings.timeout);
  if (!names) return work.fail(names.error());
  ItemsOutcome outcome;
  auto topics = described(*names, false, work, outcome);
  if (!topics.empty()) outcome.add(ExitCode::done);
  for (TopicDescription& topic : topics)
    std::erase_if(topic.partitions, [&](const auto& partition) { return !is_asked_for(partition, plan.only); });
  if (plan.only != Only::all) std::erase_if(topics, [](const auto& topic) { return topic.partitions.empty(); });
  ExitCode code = outcome.result();
  if (plan.only != Only::all) {
    if (code == ExitCode::done && !topics.empty()) code = ExitCode::no;
    if (work.console.quiet()) return code;
  }
  PartitionSizes sizes = plan.sizes ? partition_sizes(work) : PartitionSizes();
  return work.print(described_text(topics, plan.sizes ? &sizes : nullptr, work.output), code);
}

ExitCode create_topics(const CreateTopicsPlan& plan, const AdminWork& work) {
  auto topics = modelled(plan, work);
  if (!topics) return work.fail("--like " + plan.like, topics.error());
  auto results = work.admin.create_topics(*topics, plan.dry_run, work.settings.timeout);
  if (!results) return work.fail(results.error());
  ItemsOutcome outcome;
  for (const auto& [name, created] : *results) {
    bool exists = created.code() == ErrorCode::topic_already_exists;
    if (created || (exists && plan.if_not_exists)) {
      outcome.add(ExitCode::done);
      if (exists) work.console.note(name + " is there already");
      continue;
    }
    outcome.add(
        work.fail(name, created.error(), exists ? "; see: ktopics describe " + name + work.settings.same_cluster : ""));
  }
  if (plan.dry_run) work.console.note("dry run: nothing was created");
  if (work.console.quiet()) return outcome.result();
  return work.print(created_text(*results, plan.dry_run, work.output), outcome.result());
}

}  // namespace kstream::cli
