#include "cli/topics.h"

#include "cli/topic_names.h"

#include <algorithm>
#include <set>
#include <utility>

namespace kstream::cli {
namespace {

ExitCode fail(const Console& console, const Error& error) {
  return console.fail(exit_code_of(error.code), error.to_string());
}

/// Prints, and answers with `code` unless stdout is broken.
ExitCode print(std::string_view text, ExitCode code, const Console& console) {
  return write_stdout(text) ? code : console.fail(ExitCode::failed, stdout_failure());
}

/// Whether any of `globs` fits; none stands for all.
bool fits(const std::vector<std::string>& globs, const std::string& name) {
  return globs.empty() ||
         std::any_of(globs.begin(), globs.end(), [&](const auto& glob) { return matches_glob(glob, name); });
}

/// The topics that `plan` names, with those that its globs stand for in their place, each once.
Result<std::vector<std::string>> names_of(Admin& admin, const DescribeTopicsPlan& plan,
                                          const ClientSettings& settings) {
  std::vector<std::string> wanted = plan.topics;
  if (wanted.empty()) wanted = {"*"};
  auto expanded = expand_topics(admin, wanted, plan.internal, settings.timeout);
  if (!expanded) return expanded.error();
  std::vector<std::string> names;
  std::set<std::string> seen;
  for (const auto& group : *expanded) {
    for (const auto& name : group) {
      if (seen.insert(name).second) names.push_back(name);
    }
  }
  return names;
}

}  // namespace

bool is_asked_for(const PartitionDescription& partition, DescribeTopicsPlan::Only only) {
  using Only = DescribeTopicsPlan::Only;
  bool out_of_sync = partition.in_sync_replicas.size() < partition.replicas.size();
  bool broken = partition.leader.value < 0 || !partition.offline_replicas.empty();
  return only == Only::all || out_of_sync || (only == Only::unhealthy && broken);
}

ExitCode list_topics(const ListTopicsPlan& plan, const ClientSettings& settings, const Console& console) {
  auto admin = Admin::create(settings.config);
  if (!admin) return console.fail(ExitCode::usage, admin.error().detail);
  auto listed = admin->list_topics(settings.timeout);
  if (!listed) return fail(console, listed.error());
  std::erase_if(*listed,
                [&](const auto& topic) { return (topic.internal && !plan.internal) || !fits(plan.globs, topic.name); });
  return print(listed_text(*listed, console.verbosity() > 0, plan.output), ExitCode::done, console);
}

ExitCode describe_topics(const DescribeTopicsPlan& plan, const ClientSettings& settings, const Console& console) {
  auto admin = Admin::create(settings.config);
  if (!admin) return console.fail(ExitCode::usage, admin.error().detail);
  auto names = names_of(*admin, plan, settings);
  if (!names) return fail(console, names.error());
  auto described = admin->describe_topics(*names, settings.timeout);
  if (!described) return fail(console, described.error());
  std::vector<TopicDescription> topics;
  ItemsOutcome outcome;
  for (auto& [name, topic] : *described) {
    if (!topic) {
      outcome.add(console.fail(exit_code_of(topic.error().code), name + ": " + topic.error().to_string()));
      continue;
    }
    outcome.add(ExitCode::done);
    std::erase_if(topic->partitions, [&](const auto& partition) { return !is_asked_for(partition, plan.only); });
    if (plan.only == DescribeTopicsPlan::Only::all || !topic->partitions.empty()) topics.push_back(std::move(*topic));
  }
  ExitCode code = outcome.result();
  if (plan.only != DescribeTopicsPlan::Only::all) {
    if (code == ExitCode::done && !topics.empty()) code = ExitCode::no;
    if (console.quiet()) return code;
  }
  return print(described_text(topics, plan.output), code, console);
}

ExitCode create_topics(const CreateTopicsPlan& plan, const ClientSettings& settings, const Console& console) {
  auto admin = Admin::create(settings.config);
  if (!admin) return console.fail(ExitCode::usage, admin.error().detail);
  auto results = admin->create_topics(plan.topics, plan.dry_run, settings.timeout);
  if (!results) return fail(console, results.error());
  ItemsOutcome outcome;
  for (const auto& [name, created] : *results) {
    bool exists = created.code() == ErrorCode::topic_already_exists;
    if (created || (exists && plan.if_not_exists)) {
      outcome.add(ExitCode::done);
      if (exists) console.note(name + " is there already");
      continue;
    }
    std::string next = exists ? "; see: ktopics describe " + name + settings.same_cluster : "";
    outcome.add(console.fail(exit_code_of(created.code()), name + ": " + created.error().to_string() + next));
  }
  if (plan.dry_run) console.note("dry run: nothing was created");
  if (console.quiet()) return outcome.result();
  return print(created_text(*results, plan.dry_run, plan.output), outcome.result(), console);
}

}  // namespace kstream::cli
