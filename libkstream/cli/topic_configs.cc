#include "cli/topic_rows.h"
#include "cli/topics.h"

#include <algorithm>
#include <utility>

namespace kstream::cli {
namespace {

std::vector<ConfigResource> resources_of(const std::vector<std::string>& topics) {
  std::vector<ConfigResource> resources;
  resources.reserve(topics.size());
  for (const auto& topic : topics) resources.push_back({ConfigResourceType::topic, topic});
  return resources;
}

const ConfigEntry* find(const std::vector<ConfigEntry>& configs, std::string_view name) {
  auto at = std::ranges::find(configs, name, &ConfigEntry::name);
  return at == configs.end() ? nullptr : &*at;
}

ExitCode no_config(const std::string& topic, const std::string& name, const AdminWork& work) {
  return work.console.fail(ExitCode::not_found, topic + " has no config " + name + "; see: ktopics config " + topic +
                                                    " -a" + work.settings.same_cluster);
}

/// The configs of a topic that are to be shown; for each that is not there a line is said.
void add_shown(const std::string& topic, const std::vector<ConfigEntry>& configs, const TopicConfigsPlan& plan,
               const AdminWork& work, std::vector<TopicConfig>& rows, ItemsOutcome& outcome) {
  for (const auto& name : plan.shown) {
    const ConfigEntry* config = find(configs, name);
    if (config) rows.push_back({topic, *config});
    outcome.add(config ? ExitCode::done : no_config(topic, name, work));
  }
  for (const auto& config : configs) {
    if (!plan.shown.empty()) break;
    if (plan.defaults || config.source != ConfigSource::default_value) rows.push_back({topic, config});
  }
  if (plan.shown.empty()) outcome.add(ExitCode::done);
}

/// Says why there are no configs of a topic.
ExitCode fail(const std::string& topic, const Error& error, const AdminWork& work) {
  bool missing = error.code == ErrorCode::unknown_topic_or_partition;
  return work.fail(topic, error, missing ? "; see: ktopics list" + work.settings.same_cluster : "");
}

/// As a word of a shell.
std::string quoted(const std::string& word) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=,+@%-";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string text = "'";
  for (char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + '\'';
}

/// What takes the changes of one topic back.
std::string undoing(const std::vector<ChangedConfig>& changes, const AdminWork& work) {
  const std::string& name = changes.front().topic;
  std::string command = "ktopics config " + (name.starts_with('-') ? "-t " + name : quoted(name));
  for (const auto& [topic, change, before, was_set] : changes) {
    bool lost = was_set && !before;  // a broker does not tell what is sensitive
    if (lost) return {};
    command += was_set ? ' ' + quoted(change.name + '=' + *before) : " --unset " + quoted(change.name);
  }
  return command + work.settings.same_cluster;
}

/// A config that is to be unset and that there is not: to a broker that is nothing to do.
std::optional<std::string> unknown_config(const std::vector<ConfigEntry>& configs,
                                          const std::vector<ConfigChange>& changes) {
  for (const ConfigChange& change : changes) {
    if (change.operation == ConfigOperation::unset && !find(configs, change.name)) return change.name;
  }
  return {};
}

/// The changes of each topic, with what held before.
std::vector<ChangedConfig> with_old_values(const std::string& topic, const std::vector<ConfigEntry>& configs,
                                           const std::vector<ConfigChange>& changes) {
  std::vector<ChangedConfig> rows;
  for (const ConfigChange& change : changes) {
    auto& row = rows.emplace_back(ChangedConfig{topic, change, {}, false});
    if (const ConfigEntry* config = find(configs, change.name)) {
      row.before = config->value;
      row.was_set = config->source == ConfigSource::topic;
    }
  }
  return rows;
}

ExitCode change(const TopicConfigsPlan& plan, const std::vector<DescribedConfigs>& answers, const AdminWork& work) {
  ItemsOutcome outcome;
  std::vector<ConfigAlteration> alterations;
  std::vector<std::vector<ChangedConfig>> rows;
  for (const auto& [resource, configs] : answers) {
    if (!configs) {
      outcome.add(fail(resource.name, configs.error(), work));
      continue;
    }
    if (auto unknown = unknown_config(*configs, plan.changes)) {
      outcome.add(no_config(resource.name, *unknown, work));
      continue;
    }
    alterations.push_back({resource, plan.changes});
    rows.push_back(with_old_values(resource.name, *configs, plan.changes));
  }
  auto altered = work.admin.alter_configs(alterations, plan.dry_run, work.settings.timeout);
  std::vector<ChangedConfig> done;
  for (std::size_t i = 0; i < altered.size(); ++i) {
    const auto& [resource, status] = altered[i];
    outcome.add(status ? ExitCode::done : work.fail(resource.name, status.error()));
    if (!status) continue;
    done.insert(done.end(), rows[i].begin(), rows[i].end());
    if (auto undo = undoing(rows[i], work); !undo.empty()) work.console.note("to undo it: " + undo);
  }
  if (plan.dry_run) work.console.note("dry run: nothing was changed");
  if (work.console.quiet() && !plan.dry_run) return outcome.result();
  return work.print(changed_text(done, plan.dry_run, work.output), outcome.result());
}

}  // namespace

ExitCode topic_configs(const TopicConfigsPlan& plan, const AdminWork& work) {
  auto topics = choose_topics(work.admin, plan.choice, work.settings.timeout);
  if (!topics) return work.fail(topics.error());
  // Older brokers know no documentation; only JSON shows it.
  bool all = work.output.format == OutputFormat::json;
  auto answers = work.admin.describe_configs(resources_of(*topics), {.synonyms = true, .documentation = all},
                                             work.settings.timeout);
  if (!plan.changes.empty()) return change(plan, answers, work);
  ItemsOutcome outcome;
  std::vector<TopicConfig> rows;
  for (const auto& [resource, configs] : answers) {
    if (configs) {
      add_shown(resource.name, *configs, plan, work, rows, outcome);
    } else {
      outcome.add(fail(resource.name, configs.error(), work));
    }
  }
  if (plan.bare && rows.size() == 1 && topics->size() == 1)
    return work.print(rows.front().entry.value.value_or("") + '\n', outcome.result());
  return work.print(configs_text(rows, work.output), outcome.result());
}

}  // namespace kstream::cli
