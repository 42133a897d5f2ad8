#include "cli/topic_choice.h"

#include "cli/invalid.h"
#include "cli/topic_names.h"

#include <re2/re2.h>

#include <algorithm>
#include <set>
#include <utility>

namespace kstream::cli {
namespace {

RE2::Options silent() {
  RE2::Options options;
  options.set_log_errors(false);
  return options;
}

}  // namespace

Status check_patterns(std::span<const std::string> names) {
  for (const auto& name : names) {
    RE2 pattern(name, silent());
    if (!pattern.ok()) return invalid("-E: '" + name + "' is not a regular expression: " + pattern.error());
  }
  return {};
}

bool matches_pattern(const std::string& pattern, std::string_view name) {
  return RE2::FullMatch(re2::StringPiece(name.data(), name.size()), RE2(pattern, silent()));
}

Result<std::vector<std::string>> choose_topics(Admin& admin, const TopicChoice& choice,
                                               std::chrono::milliseconds timeout) {
  auto several = [&](const std::string& name) { return choice.patterns || is_glob(name); };
  std::vector<std::string> wanted = choice.names;
  if (wanted.empty()) wanted = {choice.patterns ? ".*" : "*"};
  std::vector<Admin::ListedTopic> listed;
  if (std::ranges::any_of(wanted, several)) {
    auto all = admin.list_topics(timeout);
    if (!all) return all.error();
    listed = std::move(*all);
    std::erase_if(listed, [&](const auto& topic) { return topic.internal && !choice.internal; });
  }
  std::vector<std::string> chosen;
  std::set<std::string> seen;
  auto choose = [&](const std::string& name) {
    if (seen.insert(name).second) chosen.push_back(name);
  };
  for (const auto& name : wanted) {
    if (!several(name)) {
      choose(name);
      continue;
    }
    const RE2 pattern(choice.patterns ? name : "", silent());
    for (const auto& topic : listed) {
      if (choice.patterns ? RE2::FullMatch(topic.name, pattern) : matches_glob(name, topic.name)) choose(topic.name);
    }
  }
  return chosen;
}

}  // namespace kstream::cli
