#include "cli/topic_names.h"

#include "cli/regex.h"

#include <fnmatch.h>
#include <algorithm>
#include <utility>

namespace kstream::cli {

bool matches_glob(const std::string& glob, const std::string& name) {
  return fnmatch(glob.c_str(), name.c_str(), 0) == 0;
}

Result<std::vector<std::vector<std::string>>> expand_topics(Admin& admin, std::span<const std::string> wanted,
                                                            bool internal, std::chrono::milliseconds timeout) {
  std::vector<Admin::ListedTopic> listed;
  if (std::any_of(wanted.begin(), wanted.end(), is_glob)) {
    auto all = admin.list_topics(timeout);
    if (!all) return all.error();
    listed = std::move(*all);
  }
  std::vector<std::vector<std::string>> expanded;
  for (const auto& name : wanted) {
    auto& names = expanded.emplace_back();
    if (!is_glob(name)) names.push_back(name);
    for (const auto& topic : listed) {
      if (is_glob(name) && (internal || !topic.internal) && matches_glob(name, topic.name)) names.push_back(topic.name);
    }
  }
  return expanded;
}

Result<std::vector<std::vector<std::string>>> expand_regexes(Admin& admin, std::span<const std::string> wanted,
                                                             bool internal, std::chrono::milliseconds timeout) {
  auto listed = admin.list_topics(timeout);
  if (!listed) return listed.error();
  std::vector<std::vector<std::string>> expanded;
  for (const auto& expression : wanted) {
    auto& names = expanded.emplace_back();
    Regex regex(expression);
    for (const auto& topic : *listed) {
      if ((internal || !topic.internal) && regex.fits(topic.name)) names.push_back(topic.name);
    }
  }
  return expanded;
}

}  // namespace kstream::cli
