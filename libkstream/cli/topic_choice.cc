#include "cli/topic_choice.h"

#include "cli/invalid.h"
#include "cli/regex.h"
#include "cli/topic_names.h"

#include <set>
#include <utility>

namespace kstream::cli {

Status check_patterns(std::span<const std::string> names) {
  for (const auto& name : names) {
    if (auto problem = Regex(name).problem(); !problem.empty())
      return invalid("-E: '" + name + "' is not a regular expression: " + problem);
  }
  return {};
}

Result<std::vector<std::string>> choose_topics(Admin& admin, const TopicChoice& choice,
                                               std::chrono::milliseconds timeout) {
  std::vector<std::string> wanted = choice.names;
  if (wanted.empty()) wanted.emplace_back(choice.patterns ? ".*" : "*");
  const auto expand = choice.patterns ? expand_regexes : expand_topics;
  auto expanded = expand(admin, wanted, choice.internal, timeout);
  if (!expanded) return expanded.error();
  std::vector<std::string> chosen;
  std::set<std::string_view> seen;
  for (const auto& names : *expanded) {
    for (const auto& name : names) {
      if (seen.insert(name).second) chosen.push_back(name);
    }
  }
  return chosen;
}

}  // namespace kstream::cli
